"""What an inbound event type is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemas.facts import Facts
from schemas.fhir.payload import Entry, Payload


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the table in EVENTS.md.

    ``focus`` are the resource kinds it may be about, the most telling first. ``read``
    takes the payload and its focus and gives the facts; it raises Refused with
    every problem: ``focus-not-usable`` with the place of the element that does
    not fit. A code of its own in ``schemas.failures`` only says that the sender
    must do something else.
    """

    name: str
    purpose: str
    focus: tuple[str, ...]
    read: Callable[[Payload, Entry], Facts]
