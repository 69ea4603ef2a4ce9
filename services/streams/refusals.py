"""``fitpath.refusals`` become rows (EXACTNESS 1): what doors refused, and duplicates that a door answered itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.envelope import is_attribute
from schemas.failures import Refused
from schemas.refusal import Refusal, read_refusal
from services.ledger.generation import known_arrivals
from services.streams.fold import Dead
from services.streams.rows import resolve, write_dead, write_repeated
from services.streams.telling import Came

if TYPE_CHECKING:
    from services.ledger.database import Connection
    from services.streams.record import Record
    from services.streams.where import Where


class RefusalWriter:
    """Makes rows of refusals; a record that is none is a dead letter itself."""

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> Came:
        """Write duplicates and rejections, each arrival once."""
        outcomes: Counter[str] = Counter()
        letters = []
        for record in records:
            try:
                refusal = read_refusal(record.headers)
            except Refused:
                await self.write_dead(connection, where, record, "record-not-readable")
                outcomes["rejected"] += 1
                letters.append("record-not-readable")
                continue
            if not await known_arrivals(connection, [refusal.arrival]):
                await _write_refusal(connection, where, refusal, record)
                outcomes[refusal.outcome] += 1
                if refusal.origin is not None:
                    letters.append(refusal.codes[0])
        return Came(duplicates=outcomes["duplicate"], rejected=outcomes["rejected"], letters=letters)

    async def write_dead(self, connection: Connection, where: Where, record: Record, code: str) -> None:
        """Write one record as a dead letter, under the arrival id of the refusal where that can be read."""
        arrival = _arrival(where, record)
        if not await known_arrivals(connection, [arrival]):
            await write_dead(connection, where, Dead(record, code), "refusals", arrival)

    async def are_rows(self, connection: Connection, where: Where, records: Sequence[Record]) -> bool:
        """Whether every refusal is a row."""
        names = {_arrival(where, record) for record in records}
        found = await connection.fetch("select arrival from arrivals where arrival = any($1)", sorted(names))
        return len(found) == len(names)


def _arrival(where: Where, record: Record) -> str:
    try:
        arrival = read_refusal(record.headers).arrival
    except Refused:
        return where.arrival(record)
    return arrival if is_attribute(arrival) else where.arrival(record)


async def _write_refusal(connection: Connection, where: Where, refusal: Refusal, record: Record) -> None:
    if refusal.outcome == "duplicate":
        row = (refusal.arrival, refusal.source or "", refusal.event_id or "", refusal.recorded)
        await write_repeated(connection, [row])
        await resolve(connection, [refusal.arrival])
        return
    await connection.execute(
        "insert into rejection (arrival, door, codes, source, identity, fingerprint, recorded)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (arrival) do update set codes = excluded.codes",
        refusal.arrival, refusal.door, list(refusal.codes), refusal.source, refusal.identity, refusal.fingerprint,
        refusal.recorded,
    )  # fmt: skip
    if refusal.origin is not None:
        origin = refusal.origin
        await connection.execute(
            "insert into dead_letter (arrival, stage, code, topic, partition, record_offset, generation, record, at)"
            " values ($1, 'ingest', $2, $3, $4, $5, $6, $7, $8)"
            " on conflict (arrival) do update set code = excluded.code, state = 'open'",
            refusal.arrival, refusal.codes[0], origin.topic, origin.partition, origin.offset, where.generation,
            record.value, refusal.recorded,
        )  # fmt: skip
