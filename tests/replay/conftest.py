"""A ledger that processed a history, to be copied and damaged."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from given_events import records_of, told

from schemas.topics import EVENTS
from services.ledger.database import connect_pool, migrate
from services.ledger.generation import begin_generation
from services.ledger.policies import apply_policy
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.embedded.postgres import RunningPostgres
    from services.ledger.database import Pool
    from services.streams.record import Record


@pytest.fixture(scope="session")
def processed(policy: Policy, key: SubjectKey) -> list[Record]:
    """The records of the history."""
    return records_of(told(policy, key), key)


@pytest.fixture(scope="session")
def whole_ledger(postgres: RunningPostgres, policy: Policy, key: SubjectKey, processed: list[Record]) -> Iterator[str]:
    """The name of a database with the history, all of it in partition 0; two policies were in force."""
    name = f"whole{uuid.uuid4().hex}"

    async def make() -> None:
        await _admin(postgres, f"create database {name}")
        async with await connect_pool(postgres.dsn_of(name)) as pool:
            async with pool.acquire() as connection:
                await migrate(connection)
                await apply_policy(connection, policy)
                await begin_generation(connection, "test", 2, embedded=True)
            batches, cut = Batches(pool, EventWriter(key)), len(processed) // 2
            await batches.handle(Where("test", EVENTS, 0), processed[:cut])
            async with pool.acquire() as connection:
                await apply_policy(connection, policy.without("information.note"))
            await batches.handle(Where("test", EVENTS, 0), processed[cut:])

    asyncio.run(make())
    yield name
    asyncio.run(_admin(postgres, f"drop database {name} with (force)"))


@pytest_asyncio.fixture
async def copy(postgres: RunningPostgres, whole_ledger: str) -> AsyncIterator[str]:
    """The DSN of a copy of that ledger."""
    name = f"copy{uuid.uuid4().hex}"
    await _admin(postgres, f"create database {name} template {whole_ledger}")
    yield postgres.dsn_of(name)
    await _admin(postgres, f"drop database {name} with (force)")


@pytest_asyncio.fixture
async def copied(copy: str) -> AsyncIterator[Pool]:
    """A pool of connections to the copy."""
    async with await connect_pool(copy) as pool:
        yield pool


async def _admin(postgres: RunningPostgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
