"""The stream room as it runs: faust's group, a real broker, a real ledger; it halts, and goes on when all is right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from given_events import records_of, told
from ledger_rows import WHERE, cut, next_offset, outcomes, rooms_pool, until, written
from simulated_ledger import once

from schemas.topics import EVENTS
from services.broker import make_producer
from services.log_reader import LogReader
from services.streams.record import Record
from services.streams.room import StreamRoom
from services.streams.shell import make_app

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool


@asynccontextmanager
async def working(broker: str, pool: Pool, key: SubjectKey, folder: Path) -> AsyncIterator[StreamRoom]:
    """The stream room at work, as the composition root puts it together."""
    async with LogReader(broker) as reader:
        room = StreamRoom(pool, reader, "test", key)
        app = make_app(
            group="fitpath-streams", broker=broker, room=room, session_seconds=1.0, datadir=str(folder), partitions=2,
            replication=1,
        )  # fmt: skip
        await app.start()
        async with asyncio.timeout(30):
            await room.ready.wait()
        watching = asyncio.create_task(room.watch())
        try:
            yield room
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await app.stop()


async def send(broker: str, records: Sequence[Record]) -> None:
    producer = make_producer(broker, embedded=True)
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(
                EVENTS, key=record.key, value=record.value, headers=list(record.headers), partition=0
            )
    finally:
        await producer.stop()


async def reached(pool: Pool, offset: int) -> None:
    await until(lambda: next_offset(pool), offset)


async def halts(pool: Pool, count: int) -> None:
    await until(lambda: pool.fetchval("select count(*) from halt"), count)


async def test_it_works_off_halts_with_words_and_goes_on_as_if_nothing_had_been(
    broker: str,
    database: str,
    pool: Pool,
    policy: Policy,
    key: SubjectKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr("services.streams.room._WATCH_SECONDS", 0.05)
    monkeypatch.setattr("services.streams.shell._LOOK_AGAIN_SECONDS", 0.05)
    records = records_of(told(policy, key), key)
    half = len(records) // 2
    async with rooms_pool(database) as own, working(broker, own, key, tmp_path) as room:
        await send(broker, records[:half])
        await reached(pool, half)

        # the ledger counts on more than the log holds: it was made anew
        await pool.execute("update log_position set next_offset = 99 where topic = $1 and partition = 0", EVENTS)
        await halts(pool, 1)
        reason = await pool.fetchval("select reason from halt")
        assert reason == f"the log ends at {half}, before the offset that counts, 99: the topic was made anew"
        assert room.halted == {(EVENTS, 0)}
        await send(broker, records[half:])
        await cut(pool)

        await pool.execute("update log_position set next_offset = $2 where topic = $1 and partition = 0", EVENTS, half)
        await reached(pool, len(records))
        await halts(pool, 0)
        assert room.halted == set()

    pure = once(records, WHERE, policy, key)
    rows = await written(pool)
    assert [row[5] for row in rows["inbox"]] == [*range(len(records))]
    assert [str(row[2]) for row in rows["outbox"]] == [
        output.id for offset in sorted(pure.outputs) for output in pure.outputs[offset]
    ]
    assert set((await outcomes(pool)).values()) == {"accepted"}
