"""The fold of a batch: records in offset order become rows to write. Pure.

Nothing here reads a clock, a database or a broker: what the ledger knows is
given. `replay verify` and the crash tests fold with the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.envelope import Accepted, from_headers
from schemas.events.internal import INTERNAL_TYPES
from schemas.failures import Refused
from schemas.identifiers import EventId, SubjectKey
from services.domain.decisions import Decisions, Refusal
from services.domain.history import discards
from services.domain.journey import Journey
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.step import step
from services.domain.waits import Wait
from services.streams.record import Arrival, Record, read_record
from services.streams.shadow import Beside, beside

PolicyAt = Callable[[datetime], Policy]


@dataclass(slots=True)
class Took:
    """An accepted event and what it caused. ``discarded``: the person objects to it, so its payload is not kept."""

    arrival: Arrival
    policy: Policy
    decisions: tuple[Decisions, ...]
    outputs: tuple[Output, ...]
    waits: tuple[Wait, ...]
    beside: Beside | None = None
    discarded: bool = False


@dataclass(slots=True)
class Dead:
    """A record that could not be applied, the failure code, and its envelope where that can be read."""

    record: Record
    code: str
    accepted: Accepted | None = None


@dataclass(slots=True)
class Folded:
    """What a batch comes to: each record is in exactly one of took, repeated, dead, or is our own repetition."""

    took: list[Took] = field(default_factory=list)
    repeated: list[Arrival] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    journeys: dict[str, Journey] = field(default_factory=dict)


def read_batch(records: Sequence[Record], key: SubjectKey) -> list[Arrival | Dead]:
    """Read each record; what is not an event of ours is dead, the rest goes on."""
    return [_read(record, key) for record in records]


def envelope_of(record: Record) -> Accepted | None:
    """The envelope of a record, where it can be read."""
    try:
        return from_headers(record.headers)
    except Refused:
        return None


def _read(record: Record, key: SubjectKey) -> Arrival | Dead:
    try:
        return read_record(record, key)
    except Refused as why:
        return Dead(record, why.problems[0].code, envelope_of(record))


def fold(
    batch: Sequence[Arrival | Dead],
    records: Mapping[int, Record],
    policy_at: PolicyAt,
    *,
    known: set[str],
    had: Mapping[EventId, str],
    journeys: Mapping[str, Journey],
    candidate: Policy | None = None,
) -> Folded:
    """Decide on each arrival in turn; what is our own repetition counts nowhere.

    ``policy_at``: the policy in force for what was recorded at a moment; ``candidate``: who decides in the shadow.
    ``known``: arrivals that are rows already; ``had``: fingerprints of the
    inbox by event id; ``journeys``: as stored. ``records`` are by offset.
    """
    folded = Folded()
    seen = set(known)
    taken = dict(had)
    for item in batch:
        if item.accepted is not None:
            if item.accepted.arrival in seen:
                continue
            seen.add(item.accepted.arrival)
        if isinstance(item, Dead):
            folded.dead.append(item)
            continue
        accepted = item.accepted
        event_id = EventId(accepted.source, accepted.id)
        if event_id in taken:
            if taken[event_id] == item.fingerprint:
                folded.repeated.append(item)
            else:
                folded.dead.append(Dead(records[item.offset], "id-reused", accepted))
            continue
        subject = accepted.subject
        journey = folded.journeys.get(subject) or journeys.get(subject) or Journey(subject=subject)
        policy = policy_at(accepted.recorded)
        stepped = step(journey, item.event, policy)
        if isinstance(stepped, Refusal):
            folded.dead.append(Dead(records[item.offset], stepped.code, accepted))
            continue
        taken[event_id] = item.fingerprint
        folded.journeys[subject] = stepped.journey
        would = None if candidate is None else beside(journey, item.event, stepped.decisions, candidate)
        gone = discards(journey, item.event) and accepted.type not in INTERNAL_TYPES
        folded.took.append(Took(item, policy, stepped.decisions, stepped.outputs, stepped.waits, would, gone))
    return folded
