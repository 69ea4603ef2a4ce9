"""Strict data types of the fast path: FHIR's own patterns, no unknown name, no null, no empty list.

A type here may be narrower than FHIR (29 February goes to the referee), never wider.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

# [0-9], never \d: that takes the digits of every script
_TEXT = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
# white space is spelt out: a class that names \s is matched at half the speed
_BARE = r"[^\x00-\x20\x7f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_SPACE = r"[^\S\x0b\x0c\x1c-\x1f]"  # white space that is no control character; tab and line ends are text in FHIR
_DAY = (
    r"[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_CLOCK = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"

String = Annotated[str, Meta(pattern=rf"\A{_SPACE}*{_BARE}{_TEXT}*\Z")]
Code = Annotated[str, Meta(pattern=rf"\A{_BARE}+(?:{_SPACE}{_BARE}+)*\Z")]
Uri = Annotated[str, Meta(pattern=rf"\A{_BARE}+\Z")]
Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9.-]{1,64}\Z")]
Date = Annotated[str, Meta(pattern=rf"\A{_DAY}\Z")]
DateTime = Annotated[str, Meta(pattern=rf"\A{_DAY}(?:{_CLOCK})?\Z")]
Instant = Annotated[str, Meta(pattern=rf"\A{_DAY}{_CLOCK}\Z")]
Integer = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Strings = Annotated[tuple[String, ...], Meta(min_length=1)]


class Strict(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """Base: every field that FHIR lets be absent is UNSET then, so that null is refused."""


class Coding(Strict, frozen=True):
    """FHIR Coding."""

    system: Uri | UnsetType = UNSET
    version: String | UnsetType = UNSET
    code: Code | UnsetType = UNSET
    display: String | UnsetType = UNSET


class Concept(Strict, frozen=True):
    """FHIR CodeableConcept."""

    coding: Annotated[tuple[Coding, ...], Meta(min_length=1)] | UnsetType = UNSET
    text: String | UnsetType = UNSET


class Period(Strict, frozen=True):
    """FHIR Period."""

    start: DateTime | UnsetType = UNSET
    end: DateTime | UnsetType = UNSET


class PlainIdentifier(Strict, frozen=True):
    """FHIR Identifier without extensions, as a Reference holds it."""

    use: Code | UnsetType = UNSET
    system: Uri | UnsetType = UNSET
    value: String | UnsetType = UNSET


class Reference(Strict, frozen=True):
    """FHIR Reference."""

    reference: String | UnsetType = UNSET
    type: Uri | UnsetType = UNSET
    identifier: PlainIdentifier | UnsetType = UNSET
    display: String | UnsetType = UNSET


class Leaf(Strict, frozen=True):
    """FHIR Extension with a value of one of the kinds that are used: exactly one."""

    url: Uri
    value_boolean: bool | UnsetType = UNSET
    value_integer: Integer | UnsetType = UNSET
    value_code: Code | UnsetType = UNSET
    value_string: String | UnsetType = UNSET
    value_date: Date | UnsetType = UNSET
    value_date_time: DateTime | UnsetType = UNSET
    value_coding: Coding | UnsetType = UNSET
    value_codeable_concept: Concept | UnsetType = UNSET
    value_reference: Reference | UnsetType = UNSET
    value_identifier: PlainIdentifier | UnsetType = UNSET
    value_uri: Uri | UnsetType = UNSET

    def __post_init__(self) -> None:
        values = (
            self.value_boolean,
            self.value_integer,
            self.value_code,
            self.value_string,
            self.value_date,
            self.value_date_time,
            self.value_coding,
            self.value_codeable_concept,
            self.value_reference,
            self.value_identifier,
            self.value_uri,
        )
        if len(values) - values.count(UNSET) != self._values():
            raise ValueError("an extension has one value")

    def _values(self) -> int:
        return 1


class Extension(Leaf, frozen=True):
    """FHIR Extension with a value, or with extensions that have one."""

    extension: Annotated[tuple[Leaf, ...], Meta(min_length=1)] | UnsetType = UNSET

    def _values(self) -> int:
        return 1 if self.extension is UNSET else 0


Extensions = Annotated[tuple[Extension, ...], Meta(min_length=1)]
Concepts = Annotated[tuple[Concept, ...], Meta(min_length=1)]
Codings = Annotated[tuple[Coding, ...], Meta(min_length=1)]
References = Annotated[tuple[Reference, ...], Meta(min_length=1)]


class Identifier(PlainIdentifier, frozen=True):
    """FHIR Identifier."""

    extension: Extensions | UnsetType = UNSET


Identifiers = Annotated[tuple[Identifier, ...], Meta(min_length=1)]


class HumanName(Strict, frozen=True):
    """FHIR HumanName."""

    use: Code | UnsetType = UNSET
    text: String | UnsetType = UNSET
    family: String | UnsetType = UNSET
    given: Strings | UnsetType = UNSET
    prefix: Strings | UnsetType = UNSET


Names = Annotated[tuple[HumanName, ...], Meta(min_length=1)]


class ContactPoint(Strict, frozen=True):
    """FHIR ContactPoint."""

    system: Code | UnsetType = UNSET
    value: String | UnsetType = UNSET
    use: Code | UnsetType = UNSET


Telecom = Annotated[tuple[ContactPoint, ...], Meta(min_length=1)]


class Address(Strict, frozen=True):
    """FHIR Address."""

    use: Code | UnsetType = UNSET
    line: Strings | UnsetType = UNSET
    city: String | UnsetType = UNSET
    postal_code: String | UnsetType = UNSET


class Profiles(Strict, frozen=True):
    """FHIR Meta with what publishers send. A profile in it is R4's: STU3 goes to the referee."""

    version_id: Id | UnsetType = UNSET
    last_updated: Instant | UnsetType = UNSET
    profile: (
        Annotated[tuple[Annotated[str, Meta(pattern=rf"\A(?!.*/STU3/){_BARE}+\Z")], ...], Meta(min_length=1)]
        | UnsetType
    ) = UNSET
