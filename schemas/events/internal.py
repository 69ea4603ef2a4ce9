"""Events that Fitpath makes itself: on ``fitpath.events`` only, refused by every door, and no FHIR.

A due event is written by the timer room; every other one is an output whose topic is ``fitpath.events`` and whose
subject is the journey that is to take it (EXACTNESS 8, 10, 11).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from schemas.facts import Facts, WaitDue
from schemas.failures import Problem, Refused

WAIT_DUE = "wait-due-1"
#: What each type says. A new one is read by the stream room, and refused by the doors, once it stands here.
_SAID: Mapping[str, type[Facts]] = {WAIT_DUE: WaitDue}
INTERNAL_TYPES = frozenset(_SAID)
#: What the payload of an event of our own is; it is no FHIR.
MEDIA_TYPE = "application/json"

_DECODERS: Mapping[str, msgspec.json.Decoder[Facts]] = {
    name: msgspec.json.Decoder(facts) for name, facts in _SAID.items()
}


def write_internal(facts: Facts) -> bytes:
    """The payload of an event of our own."""
    return msgspec.json.encode(facts)


def read_internal(event_type: str, payload: bytes) -> Facts:
    """What an event of our own says. Raises Refused (`type-not-known`, `body-not-readable`)."""
    if event_type not in _DECODERS:
        raise Refused([Problem("type-not-known")])
    try:
        return _DECODERS[event_type].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused([Problem("body-not-readable")]) from None
