"""Events that Fitpath makes itself: on ``fitpath.events`` only, refused by every door, and no FHIR."""

from __future__ import annotations

import msgspec

from schemas.facts import WaitDue
from schemas.failures import Problem, Refused

WAIT_DUE = "wait-due-1"
INTERNAL_TYPES = frozenset({WAIT_DUE})

_DECODER = msgspec.json.Decoder(WaitDue)


def write_internal(facts: WaitDue) -> bytes:
    """The payload of an event of our own."""
    return msgspec.json.encode(facts)


def read_internal(payload: bytes) -> WaitDue:
    """What an event of our own says. Raises Refused (`body-not-readable`)."""
    try:
        return _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused([Problem("body-not-readable")]) from None
