"""W3C Trace Context: the traceparent that travels with an event, from a door to every output it causes.

Read from https://www.w3.org/TR/trace-context/. Fitpath hands it on and makes no spans of its own.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.identifiers import ArrivalId

_FIELDS = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z")
_NOT_SAMPLED = "00"


def read_traceparent(text: str) -> str | None:
    """A traceparent as version 00, the one we know; none when it is not valid and must be dropped, not refused.

    A higher version is read by its first four fields, as the standard has it.
    """
    found = _FIELDS.match(text)
    if found is None:
        return None
    version, trace, parent, flags, more = found.groups()
    if version == "ff" or not int(trace, 16) or not int(parent, 16):
        return None
    if version == "00":
        return None if more else text
    return f"00-{trace}-{parent}-{int(flags, 16) & 1:02x}"


def made_traceparent(arrival: ArrivalId) -> str:
    """A traceparent for an event that came without one.

    Made from the arrival, so that a record that is read again stays in the trace that it began.
    """
    digest = hashlib.sha256(arrival.encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-{_NOT_SAMPLED}"
