"""``fitpath.events`` become inbox, journeys, decisions and outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.identifiers import EventId, SubjectKey
from services.ledger.generation import known_arrivals
from services.ledger.journeys import load_journeys
from services.ledger.policies import policy_in_force
from services.streams.fold import Dead, fold, read_batch
from services.streams.rows import fingerprints, write, write_dead

if TYPE_CHECKING:
    from services.ledger.database import Connection
    from services.streams.record import Record
    from services.streams.where import Where


class EventWriter:
    """Folds records over the journeys and writes what they come to."""

    def __init__(self, key: SubjectKey) -> None:
        self._key = key

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> None:
        """Fold a batch with the policy in force and write it."""
        policy = await policy_in_force(connection)
        batch = read_batch(records, self._key)
        accepted = [arrival.accepted for arrival in batch.arrivals]
        known = await known_arrivals(connection, [item.arrival for item in accepted])
        had = await fingerprints(connection, [EventId(item.source, item.id) for item in accepted])
        journeys = await load_journeys(connection, (item.subject for item in accepted))
        by_offset = {record.offset: record for record in records}
        folded = fold(batch, by_offset, policy, known=known, had=had, journeys=journeys)
        before = {subject: journey.version for subject, journey in journeys.items()}
        await write(connection, where, folded, before, policy)

    async def write_dead(self, connection: Connection, where: Where, record: Record, code: str) -> None:
        """Write one record as a dead letter, under its own arrival id where that can be read."""
        batch = read_batch([record], self._key)
        dead = batch.dead[0] if batch.dead else Dead(record, code, batch.arrivals[0])
        await write_dead(connection, where, dead, "streams")

    async def are_rows(self, connection: Connection, where: Where, records: Sequence[Record]) -> bool:
        """Whether the arrival of every record is a row."""
        batch = read_batch(records, self._key)
        names = {str(item.accepted.arrival) for item in batch.arrivals}
        names |= {where.arrival(dead.record.offset) for dead in batch.dead}
        found = await connection.fetch(
            "select arrival from arrivals where arrival = any($1) union select arrival from dead_letter"
            " where arrival = any($1)",
            sorted(names),
        )
        return len(found) == len(names)
