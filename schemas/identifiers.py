"""Values that name something: parsed once at the edge, never a bare ``str`` after it.

What for: an NHS number that is a ``str`` ends up in a log. One that is an
:class:`NhsNumber` cannot: its ``repr`` and ``str`` are redacted, and only
:meth:`NhsNumber.reveal` gives the digits, to put into a payload.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass
from typing import NewType
from urllib.parse import unquote

import msgspec
from nhs_number.validate import is_valid

ODS_CODE = re.compile(r"[A-Z0-9]{2,12}\Z")
SUBJECT_REFERENCE = re.compile(r"s-[0-9a-f]{32}\Z")
_SET_APART = re.compile(r"[\W_]+")

#: The subject of an event: a keyed hash of the NHS number (``s-`` and 32 hex digits).
SubjectReference = NewType("SubjectReference", str)

#: One arrival at a door (EXACTNESS 1): a UUID for HTTP, ``generation:topic:partition:offset`` for Kafka.
ArrivalId = NewType("ArrivalId", str)

#: The name space of every identifier that Fitpath makes (uuid5), fixed for ever.
NAMESPACE = uuid.UUID("6f3b1a52-3f0e-5a53-9f0b-1f6f2c1c7d11")
_NAMESPACE_BYTES = NAMESPACE.bytes


class NotAnIdentifier(ValueError):  # noqa: N818 - named after what is wrong
    """A text is not the identifier it was given as. The message never holds the text."""


@dataclass(frozen=True, slots=True, repr=False)
class NhsNumber:
    """Ten digits with a right check digit (modulus 11), as the NHS Data Dictionary has it."""

    _digits: str

    @classmethod
    def parse(cls, text: str) -> NhsNumber:
        """Read a number; spaces and hyphens between the digits are allowed.

        Raises NotAnIdentifier when it is not ten digits or its check digit is wrong.
        """
        digits = re.sub(r"[ -]", "", text)
        if not re.fullmatch(r"[0-9]{10}", digits):
            raise NotAnIdentifier("an NHS number has ten digits")
        if not is_valid(digits):
            raise NotAnIdentifier("the check digit of the NHS number is wrong")
        return cls(digits)

    @classmethod
    def parsed(cls, digits: str) -> NhsNumber:
        """A number again of the digits that :meth:`parse` has seen: no second look."""
        return cls(digits)

    def reveal(self) -> str:
        """The digits, for a payload and nothing else."""
        return self._digits

    def __repr__(self) -> str:
        return "NhsNumber(...)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class SubjectKey:
    """The secret that turns an NHS number into a subject reference.

    Losing it orphans every journey: the same person gets another reference.
    """

    _secret: bytes

    def __post_init__(self) -> None:
        if len(self._secret) < 32:
            raise NotAnIdentifier("a subject key has at least 32 bytes")

    def reference(self, number: NhsNumber) -> SubjectReference:
        """The subject reference of a person: HMAC-SHA-256, 128 bits of it."""
        return SubjectReference("s-" + self._mac(b"nhs-number", number.reveal().encode())[:32])

    def fingerprint(self, *parts: bytes) -> str:
        """A keyed hash of what was received, so that a refused body can be told again but not guessed."""
        return self._mac(b"body", *parts)

    def _mac(self, *parts: bytes) -> str:
        return hmac.digest(self._secret, length_prefixed(*parts), "sha256").hex()

    def __repr__(self) -> str:
        return "SubjectKey(...)"


class EventId(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """What makes an event one event: (source, id), as CloudEvents and MNS have it."""

    source: str
    id: str


def length_prefixed(*parts: bytes) -> bytes:
    """Join parts so that no two different lists give the same bytes."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])  # a list: it is hot


def made_id(*parts: str) -> str:
    """A deterministic identifier of something that Fitpath makes (EXACTNESS 6): uuid5, by hand because it is hot."""
    name = length_prefixed(*[part.encode() for part in parts])
    digits = hashlib.sha1(_NAMESPACE_BYTES + name, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def parse_subject(text: str) -> SubjectReference:
    """Read a subject reference. Raises NotAnIdentifier."""
    if not SUBJECT_REFERENCE.match(text):
        raise NotAnIdentifier("a subject reference is s- and 32 hex digits")
    return SubjectReference(text)


def holds_number(text: str, number: NhsNumber) -> bool:
    """Whether a text holds a number's digits, however they are set apart: spaces, hyphens, dots, slashes, `%20`."""
    return number.reveal() in _SET_APART.sub("", unquote(text))


def is_ods_code(text: str) -> bool:
    """Whether a text has the shape of an Organisation Data Service code."""
    return bool(ODS_CODE.match(text))
