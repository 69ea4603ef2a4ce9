"""A database that is away in the middle of a batch is waited for, and the batch counts once."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
from given_events import records_of, told
from ledger_rows import WHERE, cut, letters, rooms_pool, until, written
from simulated_ledger import once

from services.embedded.postgres import start_postgres
from services.ledger.database import connect_pool, migrate
from services.ledger.generation import begin_generation
from services.ledger.policies import apply_policy
from services.streams.batch import Batches
from services.streams.events import EventWriter

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Connection, Pool
    from services.streams.record import Record
    from services.streams.where import Where


class Noting(EventWriter):
    """It notes how many records each batch had."""

    def __init__(self, key: SubjectKey) -> None:
        super().__init__(key)
        self.sizes: list[int] = []

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> None:
        self.sizes.append(len(records))
        await super().write(connection, where, records)


@asynccontextmanager
async def held_in_the_middle(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Whoever writes decisions inside this block stands still, with the inbox and the journeys written."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("begin; lock table decision in share row exclusive mode")
        yield connection
    finally:
        await connection.close()


async def somebody_waits(connection: asyncpg.Connection[asyncpg.Record], but: int = 0) -> int:
    """Return when a connection waits in the middle of its batch, and which; ``but``: another than that one."""
    query = "select pid from pg_locks where relation = 'decision'::regclass and not granted and pid <> $1"
    await until(lambda: connection.fetchval(f"select exists ({query})", but), True)
    pid: int = await connection.fetchval(query, but)
    return pid


async def expect_all(pool: Pool, records: list[Record], policy: Policy, key: SubjectKey) -> None:
    rows, pure = await written(pool), once(records, WHERE, policy, key)
    assert await letters(pool) == {}
    assert [(row[0], row[1]) for row in rows["inbox"]] == [(name.source, name.id) for name in pure.inbox]
    assert [str(row[2]) for row in rows["outbox"]] == [
        output.id for offset in sorted(pure.outputs) for output in pure.outputs[offset]
    ]
    assert {row[0]: row[1] for row in rows["journey"]} == {
        subject: journey.version for subject, journey in pure.journeys.items()
    }


async def test_connections_that_are_cut_in_the_middle_of_a_batch_lose_and_double_nothing(
    database: str, pool: Pool, policy: Policy, key: SubjectKey
):
    records = records_of(told(policy, key), key)
    async with rooms_pool(database) as own:
        writer = Noting(key)
        batches = Batches(own, writer)
        for first, end in ((0, 8), (8, len(records))):
            async with held_in_the_middle(database) as connection:
                working = asyncio.create_task(batches.handle(WHERE, records[first:end]))
                waiting = 0
                for _ in range(3):
                    waiting = await somebody_waits(connection, but=waiting)  # it came back by itself
                    assert await connection.fetchval("select count(*) from inbox") == first
                    await cut(pool)
            assert await working == end
        # the same batch, four times each: a lost database is no fault of an event, to be looked for in halves
        assert writer.sizes == [8] * 4 + [len(records) - 8] * 4
    await expect_all(pool, records, policy, key)


async def test_a_database_that_restarts_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    policy: Policy, key: SubjectKey
):
    folder = Path(tempfile.mkdtemp(prefix="fitpath-tests-", dir="/var/tmp"))
    server = await start_postgres(folder / "data")
    try:
        async with await connect_pool(server.dsn) as pool:
            async with pool.acquire() as connection:
                await migrate(connection)
                await apply_policy(connection, policy)
                await begin_generation(connection, "test", 2, embedded=True)
            records = records_of(told(policy, key), key)
            async with held_in_the_middle(server.dsn) as connection:
                working = asyncio.create_task(Batches(pool, EventWriter(key)).handle(WHERE, records))
                await somebody_waits(connection)
                await server.stop()
            assert not working.done()
            server = await start_postgres(folder / "data")
            assert await working == len(records)
            await expect_all(pool, records, policy, key)
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)
