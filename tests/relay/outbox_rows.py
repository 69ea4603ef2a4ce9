"""Rows of the outbox, and what is on the topics."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from schemas.envelope import attributes_of
from schemas.topics import DECISIONS
from services.ledger.database import connect_pool
from services.ledger.generation import begin_generation
from services.log_reader import LogReader
from services.relay.room import RelayRoom

if TYPE_CHECKING:
    from services.ledger.database import Pool

PERSONS = tuple(f"s-{n:032x}" for n in range(3))
_NEVER_SECONDS = 30.0
_AT = datetime(2026, 3, 2, tzinfo=UTC)
_sequences = dict.fromkeys(PERSONS, 0)


async def write(
    pool: Pool,
    partition: int,
    offsets: Sequence[int],
    *,
    generation: str = "test",
    topic: str = DECISIONS,
    data: bytes = b"{}",
    person: int = 0,
) -> list[str]:
    """An output for each offset, and the wake-up that the stream room's commit brings. Returns their ids in order."""
    made = []
    async with pool.acquire() as connection, connection.transaction():
        for offset in offsets:
            subject = PERSONS[person]
            _sequences[subject] += 1
            made.append(str(uuid.uuid4()))
            await connection.execute(
                "insert into outbox (generation, partition, event_offset, ordinal, output_id, topic, type, subject,"
                " sequence, time, cause_source, cause_id, policy, data)"
                " values ($1, $2, $3, 0, $4, $5, 'decision-recorded-1', $6, $7, $8, 'urn:s', 'c', 'p', $9)",
                generation, partition, offset, made[-1], topic, subject, _sequences[subject],
                _AT + timedelta(minutes=offset), data,
            )  # fmt: skip
        await connection.execute("select pg_notify('fitpath_outbox', $1)", str(partition))
    return made


async def on_topic(broker: str, topic: str = DECISIONS) -> list[str]:
    """The ids of the outputs on a topic, in the order of each partition."""
    async with LogReader(broker) as reader:
        return [
            attributes_of(record.headers)["id"]
            for partition in await reader.partitions(topic)
            async for batch in reader.read(topic, partition)
            for record in batch
        ]


@asynccontextmanager
async def rooms_pool(dsn: str) -> AsyncIterator[Pool]:
    """A pool for the room alone, whose connections ``cut`` can tell from those of the test."""
    async with await connect_pool(f"{dsn}&application_name=room") as pool:
        yield pool


async def cut(pool: Pool) -> None:
    """Cut the connections of the room."""
    assert await pool.fetch("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'room'")


@asynccontextmanager
async def relaying(pool: Pool, broker: str, generation: str = "test") -> AsyncIterator[None]:
    """The relay room at work."""
    taken = asyncio.Event()
    running = asyncio.create_task(RelayRoom(pool, broker, generation, embedded=True).run(taken))
    ready = asyncio.create_task(taken.wait())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        ready.cancel()
        running.cancel()
        await asyncio.gather(running, ready, return_exceptions=True)


async def published(pool: Pool, partition: int, offset: int, generation: str = "test") -> None:
    """Return when a lane says that it is so far."""
    query = "select event_offset from relay_position where generation = $1 and partition = $2"
    await until(lambda: pool.fetchval(query, generation, partition), offset)


async def halts(pool: Pool, count: int) -> None:
    """Return when so many halts are noted."""
    await until(lambda: pool.fetchval("select count(*) from halt"), count)


async def until(ask: Callable[[], Awaitable[object]], value: object) -> None:
    """Return when the answer is this; what never comes is an error, not a test without end."""
    async with asyncio.timeout(_NEVER_SECONDS):
        while await ask() != value:  # noqa: ASYNC110 - rows of another task have no event
            await asyncio.sleep(0.01)


async def new_generation(pool: Pool, name: str) -> None:
    """An embedded broker was started anew."""
    async with pool.acquire() as connection:
        await begin_generation(connection, name, 2, embedded=True)
