"""An output: what the core wants published, complete and deterministic (EXACTNESS 6)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.codes import SOURCE
from schemas.events.internal import read_internal
from schemas.facts import Event
from schemas.identifiers import SubjectReference
from schemas.topics import EVENTS


class Output(msgspec.Struct, frozen=True):
    """One CloudEvent to publish. ``id`` is uuid5 over (cause source, cause id, type, audience or destination, ordinal).

    ``ordinal`` is the place among the outputs of its event, ``sequence`` the place among all outputs of the person,
    ``data`` the FHIR resource as canonical JSON bytes. ``subject`` is its key: the person whose event caused it; of an
    event of our own (on ``fitpath.events``) the journey that is to take it.
    """

    id: str
    topic: str
    type: str
    time: datetime
    subject: SubjectReference
    cause_source: str
    cause_id: str
    ordinal: int
    sequence: int
    policy: str
    data: bytes

    @property
    def is_own_event(self) -> bool:
        """Whether it is an event of our own: no reader outside gets it, a journey takes it."""
        return self.topic == EVENTS


def own_event(output: Output) -> Event:
    """An event of our own as the journey of its subject takes it: recorded when the journey that caused it says so.

    Raises Refused when it cannot be read.
    """
    return Event(
        source=SOURCE, id=output.id, type=output.type, time=output.time, recorded=output.time, subject=output.subject,
        facts=read_internal(output.type, output.data),
    )  # fmt: skip
