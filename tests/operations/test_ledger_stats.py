"""`ledger stats`: what a ledger holds, counted from its rows."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from given_events import moved, records_of, told
from typer.testing import CliRunner

from schemas.topics import EVENTS
from services.cli import app
from services.ledger.generation import begin_generation
from services.ledger.statistics import ledger_stats
from services.relay.outbox import Position, mark
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool


async def test_rows_bytes_and_the_span_of_each_log_are_those_of_the_tables(
    pool: Pool, database: str, policy: Policy, key: SubjectKey
):
    events = told(policy, key)
    every = records_of(events, key)
    records, later = every[:-2], moved(every[-2:], 0)
    async with pool.acquire() as connection:
        await begin_generation(connection, "later", 2, embedded=False)
        empty = await ledger_stats(connection)
    assert (empty.oldest, empty.newest) == (None, None)
    batches = Batches(pool, EventWriter(key))
    await batches.handle(Where("test", EVENTS, 0), records)
    await batches.handle(Where("later", EVENTS, 0), later)
    async with pool.acquire() as connection:
        await mark(pool, "test", 0, Position(0, 0))
        stats = await ledger_stats(connection)

    rows = {table.table: table.rows for table in stats.tables}
    assert rows["inbox"] == len(events)
    assert rows["outbox"] == await pool.fetchval("select count(*) from outbox") > 0
    assert rows["log_generation"] == 2
    assert stats.bytes == sum(table.bytes for table in stats.tables) > empty.bytes
    first, second = stats.generations
    assert (first.generation, first.embedded, first.partitions, first.events) == ("test", True, 2, len(records))
    assert (second.generation, second.embedded, second.events) == ("later", False, len(later))
    assert first.outputs + second.outputs == rows["outbox"]
    assert first.published == await pool.fetchval(
        "select count(*) from outbox where generation = 'test' and (event_offset, ordinal) <= (0, 0)"
    )
    assert second.published == 0
    assert first.oldest == await pool.fetchval("select min(recorded) from inbox where generation = 'test'")
    assert (stats.oldest, stats.newest) == (first.oldest, second.newest)

    env = {"FITPATH_DATABASE_URL": database, "FITPATH_BROKER_URL": "127.0.0.1:1"}
    said = await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "stats", "--json"], env=env)
    shown = json.loads(said.stdout)
    assert (shown["bytes"], [log["events"] for log in shown["generations"]]) == (stats.bytes, [len(records), 2])
    words = (await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "stats"], env=env)).stderr
    assert f"{len(records)} events, {first.outputs} outputs, {first.published} of them published" in words
    assert "log test (embedded broker), 2 partitions" in words
