"""The fold of a batch: records in offset order become rows to write. Pure.

Nothing here reads a clock, a database or a broker: what the ledger knows is
given. `replay verify` and the crash tests fold with the same function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.failures import Refused
from schemas.identifiers import EventId, SubjectKey
from services.domain.decisions import Decisions, Refusal
from services.domain.journey import Journey
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.step import step
from services.streams.record import Arrival, Record, read_record


@dataclass(slots=True)
class Took:
    """An accepted event and what it caused."""

    arrival: Arrival
    decisions: tuple[Decisions, ...]
    outputs: tuple[Output, ...]


@dataclass(slots=True)
class Dead:
    """A record that could not be applied, and the failure code."""

    record: Record
    code: str
    arrival: Arrival | None = None


@dataclass(slots=True)
class Folded:
    """What a batch comes to: each record is in exactly one of took, repeated, dead, or is our own repetition."""

    took: list[Took] = field(default_factory=list)
    repeated: list[Arrival] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    journeys: dict[str, Journey] = field(default_factory=dict)


@dataclass(slots=True)
class ReadBatch:
    """The readable arrivals of a batch and what could not be read."""

    arrivals: list[Arrival]
    dead: list[Dead]


def read_batch(records: Sequence[Record], key: SubjectKey) -> ReadBatch:
    """Read each record; what is not an event of ours is dead, the rest goes on."""
    batch = ReadBatch([], [])
    for record in records:
        try:
            batch.arrivals.append(read_record(record, key))
        except Refused as why:
            batch.dead.append(Dead(record, why.problems[0].code))
    return batch


def fold(
    batch: ReadBatch,
    records: Mapping[int, Record],
    policy: Policy,
    *,
    known: set[str],
    had: Mapping[EventId, str],
    journeys: Mapping[str, Journey],
) -> Folded:
    """Decide on each arrival in turn.

    ``known``: arrivals that are rows already; ``had``: fingerprints of the
    inbox by event id; ``journeys``: as stored. ``records`` are by offset.
    """
    folded = Folded(dead=list(batch.dead))
    seen = set(known)
    taken = dict(had)
    for arrival in batch.arrivals:
        accepted = arrival.accepted
        if accepted.arrival in seen:
            continue
        seen.add(accepted.arrival)
        event_id = EventId(accepted.source, accepted.id)
        if event_id in taken:
            if taken[event_id] == arrival.fingerprint:
                folded.repeated.append(arrival)
            else:
                folded.dead.append(Dead(records[arrival.offset], "id-reused", arrival))
            continue
        subject = accepted.subject
        journey = folded.journeys.get(subject) or journeys.get(subject) or Journey(subject=subject)
        stepped = step(journey, arrival.event, policy)
        if isinstance(stepped, Refusal):
            folded.dead.append(Dead(records[arrival.offset], stepped.code, arrival))
            continue
        taken[event_id] = arrival.fingerprint
        folded.journeys[subject] = stepped.journey
        folded.took.append(Took(arrival, stepped.decisions, stepped.outputs))
    return folded
