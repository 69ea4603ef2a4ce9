"""``fitpath.events`` become inbox, journeys, decisions and outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from schemas.identifiers import EventId, SubjectKey
from services.ledger.generation import known_arrivals
from services.ledger.journeys import load_journeys
from services.ledger.policies import policies_in_force
from services.ledger.shadow import shadow_policy
from services.streams.fold import Dead, envelope_of, fold, read_batch
from services.streams.record import Arrival
from services.streams.rows import fingerprints, write, write_dead
from services.streams.shadow import write_beside
from services.streams.telling import Came

if TYPE_CHECKING:
    from services.ledger.database import Connection
    from services.streams.record import Record
    from services.streams.where import Where

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class EventWriter:
    """Folds records over the journeys, each under the policy that is in force for it, and writes what they come to."""

    def __init__(self, key: SubjectKey) -> None:
        self._key = key

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> Came:
        """Fold a batch with the policy in force and write it."""
        batch = read_batch(records, self._key)
        known = await known_arrivals(connection, [item.accepted.arrival for item in batch if item.accepted])
        readable = [item.accepted for item in batch if isinstance(item, Arrival)]
        in_force = await policies_in_force(connection, max((item.recorded for item in readable), default=_LONG_AGO))
        had = await fingerprints(connection, [EventId(item.source, item.id) for item in readable])
        journeys = await load_journeys(connection, (item.subject for item in readable))
        by_offset = {record.offset: record for record in records}
        candidate = await shadow_policy(connection)
        folded = fold(batch, by_offset, in_force.at, known=known, had=had, journeys=journeys, candidate=candidate)
        before = {subject: journey.version for subject, journey in journeys.items()}
        await write(connection, where, folded, before)
        await write_beside(connection, where, folded.took)
        letters = [dead.code for dead in folded.dead]
        return Came(folded.took, len(folded.repeated), len(letters), letters)

    async def write_dead(self, connection: Connection, where: Where, record: Record, code: str) -> None:
        """Write one record as a dead letter, under its own arrival id where that can be read."""
        accepted = envelope_of(record)
        if accepted is None or not await known_arrivals(connection, [accepted.arrival]):
            await write_dead(connection, where, Dead(record, code, accepted), "streams")

    async def are_rows(self, connection: Connection, where: Where, records: Sequence[Record]) -> bool:
        """Whether the arrival of every record is a row."""
        names = set()
        for record in records:
            accepted = envelope_of(record)
            names.add(accepted.arrival if accepted else where.arrival(record))
        found = await connection.fetchval(
            "select count(distinct arrival) from (select arrival from inbox union all select arrival from duplicate"
            " union all select arrival from rejection union all select arrival from dead_letter) r"
            " where arrival = any($1)",
            sorted(names),
        )
        return bool(found == len(names))
