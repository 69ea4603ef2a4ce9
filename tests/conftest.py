"""What the tests of all rooms stand on: a real PostgreSQL, a real (embedded) broker, the default policy, a key."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings
from new_database import new_database

from schemas.identifiers import SubjectKey
from services.broker import ensure_topics
from services.domain.policy import Policy, parse_policy
from services.embedded.broker import start_broker
from services.embedded.postgres import RunningPostgres, start_postgres
from services.ledger.database import connect_pool, migrate
from services.ledger.generation import begin_generation
from services.ledger.policies import apply_policy
from services.policy_files import default_policy_text

if TYPE_CHECKING:
    from services.ledger.database import Pool

PARTITIONS = 2

settings.register_profile("no clock", deadline=None)  # a test that is slow on a busy machine is not wrong
settings.load_profile("no clock")


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own FITPATH_ settings must not reach a test; the folder of public samples may."""
    for name in os.environ:
        if name.startswith("FITPATH_") and name != "FITPATH_SHARED":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The default policy."""
    return parse_policy(default_policy_text())


@pytest.fixture(scope="session")
def key() -> SubjectKey:
    """A key of subject references, for tests only."""
    return SubjectKey(b"a key of the tests, never a secret")


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """One embedded PostgreSQL for the whole run, where its path has no space and harms no private folder."""
    folder = Path(tempfile.mkdtemp(prefix="fitpath-tests-", dir="/var/tmp"))
    server = asyncio.run(start_postgres(folder / "data"))
    try:
        yield server
    finally:
        asyncio.run(server.stop())
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def empty_database(postgres: RunningPostgres) -> AsyncIterator[str]:
    """The DSN of a database of its own, with nothing in it."""
    async with new_database(postgres) as dsn:
        yield dsn


@pytest_asyncio.fixture
async def database(empty_database: str, policy: Policy) -> str:
    """The DSN of a migrated ledger with the default policy in force and the log generation ``test`` begun."""
    connection = await asyncpg.connect(empty_database)
    try:
        await migrate(connection)
        await apply_policy(connection, policy)
        await begin_generation(connection, "test", PARTITIONS, embedded=True)
    finally:
        await connection.close()
    return empty_database


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """A pool of connections to ``database``."""
    async with await connect_pool(database) as pool:
        yield pool


@pytest_asyncio.fixture
async def broker() -> AsyncIterator[str]:
    """The address of an embedded broker of its own, with all topics, on a free port."""
    running = await start_broker(port=0)
    try:
        await ensure_topics(running.address, PARTITIONS, 1)
        yield running.address
    finally:
        await running.stop()
