"""The ledger is made from nothing, once; a ledger of a later version is left alone."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from services.ledger.database import LedgerNewer, connect_pool, migrate, migration_state

Columns = list[tuple[str, str, str]]


async def columns(connection: asyncpg.Connection[asyncpg.Record]) -> Columns:
    rows = await connection.fetch(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
        " order by table_name, ordinal_position"
    )
    return [tuple(row) for row in rows]


async def test_from_nothing_everything_is_made_and_again_nothing_is(empty_database: str):
    connection = await asyncpg.connect(empty_database)
    try:
        assert await columns(connection) == []
        number = await migrate(connection)
        made = await columns(connection)
        assert {"inbox", "outbox", "journey", "decision", "dead_letter", "arrivals"} <= {table for table, *_ in made}
        numbers = [row["number"] for row in await connection.fetch("select number from migration order by 1")]
        assert numbers == list(range(1, number + 1))

        await connection.execute("insert into policy (hash, name, version, body) values ('h', 'n', 'v', '')")
        assert await migrate(connection) == number
        assert await columns(connection) == made
        assert await connection.fetchval("select count(*) from policy") == 1
    finally:
        await connection.close()


async def test_two_programs_that_start_at_once_make_it_once(empty_database: str):
    async with await connect_pool(empty_database) as pool:

        async def start() -> int:
            async with pool.acquire() as connection:
                return await migrate(connection)

        assert len(set(await asyncio.gather(*(start() for _ in range(4))))) == 1
        have, newest = await migration_state(pool)
        assert have == newest


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database: str):
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute("create table outbox (somebody_elses int)")
        with pytest.raises(asyncpg.DuplicateTableError):
            await migrate(connection)
        assert await columns(connection) == [("outbox", "somebody_elses", "integer")]
        await connection.execute("drop table outbox")
        assert await migrate(connection) >= 1
    finally:
        await connection.close()


async def test_a_ledger_of_a_later_version_is_refused_with_words_and_left_alone(empty_database: str):
    async with await connect_pool(empty_database) as pool:
        async with pool.acquire() as connection:
            number = await migrate(connection)
            await connection.execute("insert into migration (number, name) values (999, '0999_later.sql')")
            words = f"the ledger is at migration 999, this program knows {number}: update Fitpath"
            with pytest.raises(LedgerNewer, match=words):
                await migrate(connection)
            assert await connection.fetchval("select max(number) from migration") == 999
        with pytest.raises(LedgerNewer, match=words):
            await migration_state(pool)
        await pool.execute("delete from migration where number = 999")
        assert await migration_state(pool) == (number, number)
