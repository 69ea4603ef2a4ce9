"""How much a ledger holds: rows and bytes of each table, and what each log generation brought."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from services.ledger.database import Connection


class TableStats(msgspec.Struct):
    """One table. ``bytes`` with its indexes and long values."""

    table: str
    rows: int
    bytes: int


class GenerationStats(msgspec.Struct):
    """What one log generation brought: ``events`` accepted, from ``oldest`` to ``newest`` by ``recordedtime``."""

    generation: str
    embedded: bool
    begun: datetime
    partitions: int
    events: int
    outputs: int
    published: int
    oldest: datetime | None
    newest: datetime | None


class LedgerStats(msgspec.Struct):
    """A whole ledger at one moment."""

    tables: list[TableStats]
    generations: list[GenerationStats]
    oldest: datetime | None
    newest: datetime | None

    @property
    def bytes(self) -> int:
        """Of all tables."""
        return sum(table.bytes for table in self.tables)


async def ledger_stats(connection: Connection) -> LedgerStats:
    """Count rows and bytes. Rows are counted, not estimated: on millions of them that takes a while."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        names = await connection.fetch(
            "select relname, pg_total_relation_size(oid) bytes from pg_class"
            " where relkind = 'r' and relnamespace = current_schema()::regnamespace order by relname"
        )
        tables = [TableStats(row["relname"], await _rows_of(connection, row["relname"]), row["bytes"]) for row in names]
        generations = await connection.fetch(
            "select g.generation, g.embedded, g.begun, g.partitions, coalesce(i.events, 0) events, i.oldest, i.newest,"
            " coalesce(o.outputs, 0) outputs, coalesce(o.published, 0) published from log_generation g"
            " left join (select generation, count(*) events, min(recorded) oldest, max(recorded) newest from inbox"
            " group by generation) i using (generation)"
            " left join (select o.generation, count(*) outputs, count(*) filter (where (o.event_offset, o.ordinal)"
            " <= (r.event_offset, r.ordinal)) published from outbox o left join relay_position r"
            " using (generation, partition) group by o.generation) o using (generation) order by g.begun"
        )
    of_logs = [GenerationStats(**row) for row in generations]
    return LedgerStats(
        tables,
        of_logs,
        min((each.oldest for each in of_logs if each.oldest), default=None),
        max((each.newest for each in of_logs if each.newest), default=None),
    )


async def _rows_of(connection: Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    rows: int = await connection.fetchval(f'select count(*) from "{quoted}"')  # noqa: S608 - a name from the catalogue
    return rows
