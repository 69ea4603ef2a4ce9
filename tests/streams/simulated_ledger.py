"""A ledger in memory that `Batches` works on as on the real one: transactions, crash points, refused values."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg

from schemas.failures import Refused
from schemas.identifiers import EventId, SubjectKey
from services.domain.decisions import Refusal
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.step import step
from services.ledger.journeys import journey_from_json, journey_json
from services.streams.fold import Dead, envelope_of, fold, read_batch
from services.streams.record import Arrival, Record, read_record
from services.streams.where import Where

POISON = b"a value that the database refuses"


class Crash(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Rows:
    """What the ledger holds: what counts of each table."""

    next_offset: int = 0
    inbox: dict[EventId, tuple[str, str]] = field(default_factory=dict)
    duplicates: dict[str, EventId] = field(default_factory=dict)
    rejections: dict[str, str] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)
    decisions: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    outputs: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def copy(self) -> Rows:
        """A copy to change."""
        return replace(self, **{name: dict(value) for name, value in vars(self).items() if isinstance(value, dict)})

    def arrivals(self) -> set[str]:
        """Every arrival that is a row."""
        return {arrival for arrival, _ in self.inbox.values()} | self.duplicates.keys() | self.rejections.keys()


class SimulatedLedger:
    """Stands where the pool of connections does. ``crash_before`` or ``crash_after`` the next commit, once."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.crash_before = self.crash_after = False

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[_Connection]:
        yield _Connection(self)

    async def fetchrow(self, *_: object) -> None:
        """No attempts are noted here: see the tests on the real database."""


class _Connection:
    def __init__(self, ledger: SimulatedLedger) -> None:
        self._ledger = ledger
        self.rows = ledger.rows.copy()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield
        crash_before, crash_after = self._ledger.crash_before, self._ledger.crash_after
        self._ledger.crash_before = self._ledger.crash_after = False
        if crash_before:
            raise Crash
        self._ledger.rows = self.rows
        if crash_after:
            raise Crash

    async def fetchval(self, query: str, *_: object) -> int:
        assert "select next_offset from log_position" in query
        assert query.endswith("for update")
        return self.rows.next_offset

    async def execute(self, query: str, *arguments: Any) -> None:
        if query.startswith("update log_position set next_offset"):
            self.rows = replace(self.rows, next_offset=arguments[-1])


class SimulatedWriter:
    """Does what `EventWriter` does, with the same `read_batch` and `fold`, on the simulated ledger."""

    def __init__(self, policy: Policy, key: SubjectKey) -> None:
        self._policy = policy
        self._key = key

    async def write(self, connection: _Connection, where: Where, records: Sequence[Record]) -> None:
        if any(POISON in record.value for record in records):
            raise asyncpg.DataError("a value is refused")
        rows = connection.rows
        folded = fold(
            read_batch(records, self._key),
            {record.offset: record for record in records},
            lambda _: self._policy,
            known=rows.arrivals(),
            had={event_id: fingerprint for event_id, (_, fingerprint) in rows.inbox.items()},
            journeys=rows.journeys,
        )
        for took in folded.took:
            accepted = took.arrival.accepted
            event_id = EventId(accepted.source, accepted.id)
            assert event_id not in rows.inbox
            rows.inbox[event_id] = (accepted.arrival, took.arrival.fingerprint)
            rows.decisions[took.arrival.offset] = took.decisions
            rows.outputs[took.arrival.offset] = took.outputs
        for again in folded.repeated:
            rows.duplicates[again.accepted.arrival] = EventId(again.accepted.source, again.accepted.id)
        for dead in folded.dead:
            self._dead(rows, where, dead)
        for subject, journey in folded.journeys.items():
            rows.journeys[subject] = journey_from_json(journey_json(journey))

    async def write_dead(self, connection: _Connection, where: Where, record: Record, code: str) -> None:
        accepted = envelope_of(record)
        if accepted is None or accepted.arrival not in connection.rows.arrivals():
            self._dead(connection.rows, where, Dead(record, code, accepted))

    async def are_rows(self, connection: _Connection, where: Where, records: Sequence[Record]) -> bool:
        return all(arrival_of(record, where) in connection.rows.arrivals() for record in records)

    def _dead(self, rows: Rows, where: Where, dead: Dead) -> None:
        rows.rejections[arrival_of(dead.record, where)] = dead.code


def arrival_of(record: Record, where: Where) -> str:
    accepted = envelope_of(record)
    return accepted.arrival if accepted else where.arrival(record)


def once(log: Sequence[Record], where: Where, policy: Policy, key: SubjectKey) -> Rows:
    """What the pure core makes of a log, read once, record by record."""
    rows = Rows(next_offset=len(log))
    for record in log:
        arrival = arrival_of(record, where)
        if arrival in rows.arrivals():
            continue
        read = _read(record, key)
        if isinstance(read, str):
            rows.rejections[arrival] = read
            continue
        event_id = EventId(read.accepted.source, read.accepted.id)
        if event_id in rows.inbox:
            if rows.inbox[event_id][1] == read.fingerprint:
                rows.duplicates[arrival] = event_id
            else:
                rows.rejections[arrival] = "id-reused"
            continue
        subject = read.accepted.subject
        stepped = step(rows.journeys.get(subject, Journey(subject=subject)), read.event, policy)
        if isinstance(stepped, Refusal):
            rows.rejections[arrival] = stepped.code
            continue
        rows.inbox[event_id] = (arrival, read.fingerprint)
        rows.journeys[subject] = stepped.journey
        rows.decisions[record.offset] = stepped.decisions
        rows.outputs[record.offset] = stepped.outputs
    return rows


def _read(record: Record, key: SubjectKey) -> Arrival | str:
    if POISON in record.value:
        return "not-storable"
    try:
        return read_record(record, key)
    except Refused as why:
        return why.problems[0].code
