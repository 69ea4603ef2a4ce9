"""What a ledger holds, to look at in tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from schemas.codec import open_sealed
from schemas.refusal import unpack_record
from schemas.topics import EVENTS
from services.ledger.database import connect_pool
from services.streams.where import Where

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.streams.record import Record

WHERE = Where("test", EVENTS, 0)
_NEVER_SECONDS = 30.0


@asynccontextmanager
async def rooms_pool(dsn: str) -> AsyncIterator[Pool]:
    """A pool for the room alone, whose connections ``cut`` can tell from those of the test."""
    async with await connect_pool(f"{dsn}&application_name=room") as pool:
        yield pool


async def cut(pool: Pool) -> None:
    """Cut the connections of the room."""
    assert await pool.fetch("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'room'")


async def until(ask: Callable[[], Awaitable[object]], value: object) -> None:
    """Return when the answer is this; what never comes is an error, not a test without end."""
    async with asyncio.timeout(_NEVER_SECONDS):
        while await ask() != value:  # noqa: ASYNC110 - rows of another task have no event
            await asyncio.sleep(0.01)


async def outcomes(pool: Pool) -> dict[str, str]:
    """Every arrival and what became of it."""
    rows = await pool.fetch("select arrival, outcome from arrivals order by arrival")
    assert len({row["arrival"] for row in rows}) == len(rows), "an arrival ended as two rows"
    return {row["arrival"]: row["outcome"] for row in rows}


async def letters(pool: Pool) -> dict[int, str]:
    """The code of each open dead letter, by the offset of its record."""
    rows = await pool.fetch("select record_offset, code from dead_letter where state = 'open'")
    return {row["record_offset"]: row["code"] for row in rows}


async def kept(pool: Pool, offset: int) -> tuple[tuple[tuple[str, bytes], ...], bytes]:
    """Headers and value of a dead letter, as they came."""
    sealed = await pool.fetchval("select record from dead_letter where record_offset = $1", offset)
    packed = unpack_record(open_sealed(None, sealed))
    return packed.headers, packed.value


def as_kept(record: Record) -> tuple[tuple[tuple[str, bytes], ...], bytes]:
    """Headers and value of a record."""
    return tuple(record.headers), record.value


async def written(pool: Pool) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that decisions came to, without times of writing."""
    queries = {
        "inbox": "select source, event_id, arrival, fingerprint, subject, event_offset from inbox order by 6",
        "decision": "select event_offset, ordinal, kind, body::text from decision order by 1, 2",
        "outbox": "select event_offset, ordinal, output_id, topic, sequence, data from outbox order by 1, 2",
        "journey": "select subject, version, hold, state::text from journey order by 1",
    }
    return {name: [tuple(row) for row in await pool.fetch(query)] for name, query in queries.items()}


async def next_offset(pool: Pool, where: Where = WHERE) -> int:
    """The offset that counts."""
    offset: int = await pool.fetchval(
        "select next_offset from log_position where generation = $1 and topic = $2 and partition = $3",
        where.generation, where.topic, where.partition,
    )  # fmt: skip
    return offset
