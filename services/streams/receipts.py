"""``fitpath.receipts`` become rows, each output once for each destination; with its row a delivery is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.failures import Refused
from schemas.receipt import Receipt, read_receipt
from services.ledger.generation import known_arrivals
from services.streams.fold import Dead
from services.streams.rows import resolve, write_dead
from services.streams.telling import Came

if TYPE_CHECKING:
    from services.ledger.database import Connection
    from services.streams.record import Record
    from services.streams.where import Where


class ReceiptWriter:
    """Makes rows of receipts; a record that is none is a dead letter."""

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> Came:
        """Write receipts. The first for an output and a destination holds: a room that was killed tells again."""
        readable: list[tuple[Record, Receipt]] = []
        letters = []
        for record in records:
            receipt = _receipt(record)
            if receipt is None:
                await self.write_dead(connection, where, record, "record-not-readable")
                letters.append("record-not-readable")
            else:
                readable.append((record, receipt))
        fresh = await _write(connection, [receipt for _, receipt in readable])
        await resolve(connection, [where.arrival(record) for record, _ in readable])
        return Came(rejected=len(letters), letters=letters, receipts=fresh)

    async def write_dead(self, connection: Connection, where: Where, record: Record, code: str) -> None:
        """Write one record as a dead letter."""
        arrival = where.arrival(record)
        if not await known_arrivals(connection, [arrival]):
            await write_dead(connection, where, Dead(record, code), "receipts", arrival)

    async def are_rows(self, connection: Connection, where: Where, records: Sequence[Record]) -> bool:
        """Whether every record is a receipt's row or a dead letter."""
        read = [(record, _receipt(record)) for record in records]
        rows = await connection.fetch(
            "select output_id::text, destination from receipt where output_id = any($1::uuid[])",
            [receipt.output for _, receipt in read if receipt is not None],
        )
        found = {(row["output_id"], row["destination"]) for row in rows}
        others = {
            where.arrival(record)
            for record, receipt in read
            if receipt is None or (receipt.output, receipt.destination) not in found
        }
        letters = await connection.fetchval("select count(*) from dead_letter where arrival = any($1)", sorted(others))
        return bool(letters == len(others))


def _receipt(record: Record) -> Receipt | None:
    try:
        return read_receipt(record.value)[0]
    except Refused:
        return None


async def _write(connection: Connection, receipts: Sequence[Receipt]) -> int:
    """Write the rows, take what they end off the list of deliveries, and return how many rows were new."""
    outputs, destinations = [item.output for item in receipts], [item.destination for item in receipts]
    fresh = await connection.fetch(
        "insert into receipt (output_id, destination, subject, outcome, reason, at) select * from unnest($1::uuid[],"
        " $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) on conflict do nothing returning 1",
        outputs,
        destinations,
        [item.subject for item in receipts],
        [item.outcome for item in receipts],
        [item.reason for item in receipts],
        [item.at for item in receipts],
    )
    await connection.execute(
        "delete from delivery d using unnest($1::uuid[], $2::text[]) over(output_id, destination)"
        " where d.output_id = over.output_id and d.destination = over.destination",
        outputs, destinations,
    )  # fmt: skip
    return len(fresh)
