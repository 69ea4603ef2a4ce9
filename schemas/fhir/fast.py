"""The typed fast path: it vouches for the shapes it knows, so that the referee need not look at them.

What it recognises, the referee accepts (a property test says so). What it does not recognise may be valid all
the same: the referee judges it, and makes every error report.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.fhir.fast_focus import (
    Appointment,
    DocumentReference,
    Encounter,
    EpisodeOfCare,
    Flag,
    QuestionnaireResponse,
    ServiceRequest,
    Task,
)
from schemas.fhir.fast_resources import (
    Consent,
    MessageHeader,
    Observation,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
)
from schemas.fhir.fast_types import Code, Id, Instant, PlainIdentifier, Profiles, Strict, Uri


def recognises(text: bytes) -> bool:
    """Whether a body is JSON in one of the known shapes, and nothing about it is left to find."""
    try:
        read = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return not _EMPTY_OBJECT.search(text) and not _name_twice(text, read)


Focus = (
    QuestionnaireResponse
    | DocumentReference
    | Encounter
    | EpisodeOfCare
    | Flag
    | Task
    | ServiceRequest
    | Observation
    | Consent
    | Appointment
)
Beside = Patient | Organization | Practitioner | PractitionerRole | MessageHeader


class Entry(Strict, frozen=True):
    """Bundle.entry."""

    full_url: Uri | UnsetType = UNSET
    resource: Focus | Beside | UnsetType = UNSET


class Bundle(Strict, frozen=True, tag_field="resourceType", tag=True, kw_only=True):
    """FHIR Bundle of one event. It has no text and no extensions: a Bundle is none of the resources that may."""

    id: Id | UnsetType = UNSET
    meta: Profiles | UnsetType = UNSET
    identifier: PlainIdentifier | UnsetType = UNSET
    type: Code
    timestamp: Instant | UnsetType = UNSET
    entry: Annotated[tuple[Entry, ...], Meta(min_length=1)]


_EMPTY_OBJECT = re.compile(rb"\{\s*\}")
_DECODER = msgspec.json.Decoder(Bundle | Focus)
_encode = msgspec.json.Encoder().encode


def _name_twice(text: bytes, read: Bundle | Focus) -> bool:
    """Whether an object may hold a name twice: readers differ on which one counts.

    Of two equal names only one is left in what was read, so it has fewer quotes when it is written anew: no name of
    these shapes is unknown, no default is written. This holds for text without escapes; text with escapes is left to
    the gate.
    """
    return b"\\" in text or _encode(read).count(b'"') != text.count(b'"')
