"""The FHIR elements that outputs are made of, and short ways to write them.

Outputs are strict structs: what a consumer may rely on is what their types
say, and the same types read an output back (``read_output``).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from schemas.codes import NHS_NUMBER, ODS, OWN, SOURCE, TASK_ID
from schemas.envelope import to_text
from schemas.facts import Coding as FactCoding
from schemas.facts import Organisation
from schemas.fhir.fast_types import (
    Code,
    Coding,
    Concept,
    DateTime,
    Extension,
    Identifier,
    Period,
    PlainIdentifier,
    Reference,
    Strict,
    String,
)


class Content(Strict, frozen=True):
    """Words (payload.contentString), or a reference to somebody (payload.contentReference)."""

    content_string: String | UnsetType = UNSET
    content_reference: Reference | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.content_string is UNSET) == (self.content_reference is UNSET):
            raise ValueError("a payload has one content")


class Detail(Strict, frozen=True, kw_only=True):
    """CarePlan.activity.detail."""

    code: Concept
    reason_code: Annotated[tuple[Concept, ...], Meta(min_length=1)] | UnsetType = UNSET
    status: Code
    status_reason: Concept | UnsetType = UNSET
    scheduled_period: Period | UnsetType = UNSET
    performer: Annotated[tuple[Reference, ...], Meta(min_length=1)] | UnsetType = UNSET
    description: String | UnsetType = UNSET


class Activity(Strict, frozen=True):
    """CarePlan.activity."""

    detail: Detail


Activities = Annotated[tuple[Activity, ...], Meta(min_length=1)]
EVENT_SOURCE = f"{OWN}/source"
#: What is a system as it stands: an absolute URI, and a whole one where it says that it is a UUID.
_SYSTEM = re.compile(r"https?:.+|urn:(?!uuid:|oid:).+|urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Fitpath itself, as it asks for something: a Device, named by its URI.
FITPATH = Reference(
    type="Device", identifier=PlainIdentifier(system="urn:ietf:rfc:3986", value=SOURCE), display="Fitpath"
)


def at(time: datetime) -> DateTime:
    """A time as FHIR dateTime or instant, in UTC."""
    return to_text(time)


def days(start: date | None, end: date | None) -> Period | UnsetType:
    """A period of whole days; not there when neither day is known."""
    if start is None and end is None:
        return UNSET
    return Period(start.isoformat() if start else UNSET, end.isoformat() if end else UNSET)


def concept(system: str, code: str, text: str | None = None) -> Concept:
    """A coded concept, with words for a person where they help."""
    return Concept((Coding(system, code=code),), text if text else UNSET)


def coded(coding: FactCoding) -> Concept:
    """A code that a source stated."""
    return concept(coding.system, coding.code)


def named(system: str, value: str) -> Identifier:
    """A business identifier."""
    return Identifier(system=system, value=value)


def by_id(system: str, value: str, kind: str | None = None, display: str | None = None) -> Reference:
    """A logical reference: by business identifier, never to a resource that its reader may not read."""
    return Reference(
        type=kind if kind else UNSET,
        identifier=PlainIdentifier(system=system, value=value),
        display=display if display else UNSET,
    )


def event_id(source: str, value: str) -> PlainIdentifier:
    """An event by its id. Its source is the system; one that FHIR takes for no system stands under a URI of ours.

    CloudEvents allows a relative source, and MNS sends one: ``uk.nhs.personal-demographics-service``.
    """
    return PlainIdentifier(system=source if _SYSTEM.fullmatch(source) else f"{EVENT_SOURCE}/{source}", value=value)


def by_event(source: str, value: str) -> Reference:
    """An event that was sent to us."""
    return Reference(identifier=event_id(source, value))


def task(identifier: str) -> Reference:
    """A Task that was sent."""
    return by_id(TASK_ID, identifier, "Task")


def organisation(found: Organisation) -> Reference:
    """An organisation by its ODS code."""
    return by_id(ODS, found.ods, "Organization", found.name)


def patient(nhs_number: str, name: str | None = None) -> Reference:
    """The person, by NHS number."""
    return by_id(NHS_NUMBER, nhs_number, "Patient", name)


def extension(url: str, **value: object) -> Extension:
    """An extension of our own with its one value."""
    return Extension(url, **value)  # type: ignore[arg-type]  # one of the kinds that Extension has
