"""What an inbound event type is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemas.facts import Facts
from schemas.fhir.payload import Entry, Payload


@dataclass(frozen=True, slots=True)
class EventType:
    """What README's table of event types has a row for.

    ``focus`` are the resource kinds it may be about, the most telling first. ``read``
    takes the payload and its focus and gives the facts; it raises Refused with
    every problem: ``focus-not-usable`` with the place of the element that does
    not fit. A code of its own in ``schemas.failures`` only says that the sender
    must do something else. The type's page is made by asking ``read``: its return
    annotation is the concrete fact, and given a focus that says only its kind it
    raises all problems at once, each with its place.
    """

    name: str
    purpose: str
    focus: tuple[str, ...]
    read: Callable[[Payload, Entry], Facts]
