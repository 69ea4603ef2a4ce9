"""A record as the broker gives it, and an event as the fold takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from schemas.codec import open_sealed
from schemas.envelope import Accepted, from_headers
from schemas.events import facts_of
from schemas.facts import Event
from schemas.identifiers import SubjectKey


class Record(NamedTuple):
    """One record of a topic partition."""

    offset: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes

    def __repr__(self) -> str:
        return f"Record({self.offset}, ...)"  # headers and value may name a person


class Arrival(msgspec.Struct, frozen=True):
    """One record of ``fitpath.events``, read: the envelope, the sealed payload and what it says."""

    offset: int
    accepted: Accepted
    sealed: bytes
    fingerprint: str
    event: Event

    def __repr__(self) -> str:
        return f"Arrival({self.offset}, ...)"  # envelope, payload and facts may name a person


def read_record(record: Record, key: SubjectKey) -> Arrival:
    """Read a record of ``fitpath.events``. Raises Refused when it is not an event of ours."""
    accepted = from_headers(record.headers)
    payload = open_sealed(accepted.subject, record.value)
    return Arrival(
        offset=record.offset,
        accepted=accepted,
        sealed=record.value,
        fingerprint=fingerprint(accepted, payload, key),
        event=read_event(accepted, payload),
    )


def read_event(accepted: Accepted, payload: bytes) -> Event:
    """What an accepted event says. Raises Refused when its payload cannot be read."""
    person, facts = facts_of(accepted.type, payload)
    return Event(
        source=accepted.source,
        id=accepted.id,
        type=accepted.type,
        time=accepted.time,
        recorded=accepted.recorded,
        subject=accepted.subject,
        facts=facts,
        person=person,
        backfill=accepted.backfill,
    )


def fingerprint(accepted: Accepted, payload: bytes, key: SubjectKey) -> str:
    """What makes two messages under one id the same: type, subject and payload, as a keyed hash."""
    return key.fingerprint(accepted.type.encode(), accepted.subject.encode(), payload)
