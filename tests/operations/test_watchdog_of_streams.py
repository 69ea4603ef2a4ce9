"""What stands still ends itself and is started again; what waits for a database, or has halted, does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from given_events import records_of, told
from prometheus_client import REGISTRY
from watchdog_parts import PATIENCE, Ended, Ends, FakeClock

from schemas.topics import EVENTS, REFUSALS
from services.broker import make_producer
from services.log_reader import LogReader
from services.streams.progress import Progress
from services.streams.record import Record
from services.streams.room import StreamRoom
from services.streams.shell import make_app
from services.watchdog import NO_PROGRESS

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool


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


@asynccontextmanager
async def watched(broker: str, pool: Pool, key: SubjectKey, clock: FakeClock) -> AsyncIterator[StreamRoom]:
    """A stream room to which partition 0 was assigned, and that nobody hands a batch."""
    async with LogReader(broker) as reader:
        room = StreamRoom(pool, reader, "test", key, stall_seconds=PATIENCE, clock=clock)
        room.assigned(frozenset({(EVENTS, 0), (REFUSALS, 0)}))
        yield room


def test_a_partition_stands_still_while_records_lie_there_and_its_offset_does_not_move(clock: FakeClock):
    progress, part = Progress(clock), (EVENTS, 0)
    assert progress.still_for(part, 0, 5) == 0.0
    clock.move(30)
    assert progress.still_for(part, 0, 9) == 30.0  # more that came is no progress
    assert progress.still_for((EVENTS, 1), 0, 9) == 0.0
    clock.move(30)
    assert progress.still_for(part, 1, 9) == 0.0
    clock.move(30)
    assert progress.still_for(part, 9, 9) == 0.0
    clock.move(30)
    assert progress.still_for(part, 9, 9) == 0.0  # nothing lies there
    clock.move(30)
    assert progress.still_for(part, 9, 10) == 0.0  # it has just come
    clock.move(30)
    assert progress.still_for(part, 9, 10) == 30.0
    progress.forget(part)
    assert progress.still_for(part, 9, 10) == 0.0
    progress.forget()
    clock.move(30)
    assert progress.still_for(part, 9, 10) == 0.0


async def test_a_worker_that_gets_no_batch_though_records_lie_there_ends_itself(
    broker: str, pool: Pool, policy: Policy, key: SubjectKey, clock: FakeClock, ends: Ends
):
    records = records_of(told(policy, key), key)
    async with watched(broker, pool, key, clock) as room:
        for _ in range(3):
            await room.look()
            clock.move(PATIENCE)
        await send(broker, records)
        await room.look()
        assert REGISTRY.get_sample_value("fitpath_stream_lag", {"topic": EVENTS}) == len(records)
        clock.move(PATIENCE)
        await room.handle(EVENTS, 0, records[:5])
        await room.look()
        clock.move(PATIENCE)
        await room.look()
        assert ends.codes == []
        clock.move(1)
        with pytest.raises(Ended):
            await room.look()
        assert ends.codes == [NO_PROGRESS]

        room.assigned(frozenset({(EVENTS, 0)}))  # a new assignment begins anew
        await room.look()
        await room.handle(EVENTS, 0, records[5:])
        clock.move(PATIENCE * 2)
        await room.look()
        assert ends.codes == [NO_PROGRESS]
        assert REGISTRY.get_sample_value("fitpath_stream_lag", {"topic": EVENTS}) == 0


async def test_a_worker_that_waits_for_the_database_is_not_ended_and_goes_on_when_it_may(
    broker: str, database: str, pool: Pool, policy: Policy, key: SubjectKey, clock: FakeClock, ends: Ends
):
    records = records_of(told(policy, key), key)
    await send(broker, records)
    name = await pool.fetchval("select current_database()")
    await pool.execute(f"alter database {name} set lock_timeout = '20ms'")
    await pool.expire_connections()
    holder = await asyncpg.connect(database)
    async with watched(broker, pool, key, clock) as room:
        await holder.execute("begin; lock table decision")
        working = asyncio.create_task(room.handle(EVENTS, 0, records))
        while not room._batches[EVENTS].waits:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.01)
        for _ in range(3):
            await room.look()
            clock.move(PATIENCE)
        assert ends.codes == []
        assert not working.done()
        await holder.execute("rollback")
        assert await working == len(records)
        assert not room._batches[EVENTS].waits
        await room.look()
    await holder.close()
    assert ends.codes == []


async def test_while_the_database_or_the_broker_cannot_be_asked_nobody_is_ended(
    broker: str,
    pool: Pool,
    policy: Policy,
    key: SubjectKey,
    clock: FakeClock,
    ends: Ends,
    monkeypatch: pytest.MonkeyPatch,
):
    await send(broker, records_of(told(policy, key), key))
    async with watched(broker, pool, key, clock) as room:
        await room.look()
        for away in (ConnectionRefusedError(), KafkaConnectionError()):
            with monkeypatch.context() as patch:
                patch.setattr(room, "_position", _raises(away))
                clock.move(PATIENCE)
                await room.look()
            await room.look()
            clock.move(PATIENCE)
            await room.look()
        assert ends.codes == []
        clock.move(1)
        with pytest.raises(Ended):
            await room.look()


async def test_a_halted_partition_is_not_ended_and_says_why(
    broker: str, pool: Pool, policy: Policy, key: SubjectKey, clock: FakeClock, ends: Ends
):
    records = records_of(told(policy, key), key)
    await send(broker, records)
    async with watched(broker, pool, key, clock) as room:
        await pool.execute("update log_position set next_offset = 99 where topic = $1 and partition = 0", EVENTS)
        for _ in range(3):
            await room.look()
            clock.move(PATIENCE)
        assert ends.codes == []
        assert "the log ends at" in await pool.fetchval("select reason from halt")
        assert REGISTRY.get_sample_value("fitpath_stream_partitions_halted") == 1

        await pool.execute("update log_position set next_offset = 0 where topic = $1 and partition = 0", EVENTS)
        assert await room.position(EVENTS, 0) == 0
        assert await room.handle(EVENTS, 0, records) == len(records)
        assert REGISTRY.get_sample_value("fitpath_stream_partitions_halted") == 0
        assert await pool.fetchval("select count(*) from halt") == 0


class Hanging(StreamRoom):
    """A room whose first batch hangs, until its process is ended."""

    hung = False
    over = asyncio.Event()

    async def handle(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        if not Hanging.hung:
            Hanging.hung = True
            await self.over.wait()
            raise Ended
        return await super().handle(topic, partition, records)


async def test_a_batch_that_hangs_ends_the_worker_and_the_one_that_is_started_again_works_it_off(
    broker: str, pool: Pool, policy: Policy, key: SubjectKey, tmp_path: Path, clock: FakeClock, ends: Ends
):
    records = records_of(told(policy, key), key)
    await send(broker, records)
    Hanging.hung, Hanging.over = False, asyncio.Event()
    for life in range(2):
        async with LogReader(broker) as reader:
            room = Hanging(pool, reader, "test", key, stall_seconds=PATIENCE, clock=clock)
            app = make_app(
                group="fitpath-streams", broker=broker, room=room, session_seconds=1.0, datadir=str(tmp_path),
                partitions=2, replication=1,
            )  # fmt: skip
            await app.start()
            await room.ready.wait()
            try:
                if life == 0:
                    while not Hanging.hung:  # noqa: ASYNC110 - it has no event
                        await asyncio.sleep(0.02)
                    await room.look()
                    clock.move(PATIENCE + 1)
                    with pytest.raises(Ended):
                        await room.look()
                    assert ends.codes == [NO_PROGRESS]
                    assert await pool.fetchval("select count(*) from inbox") == 0
                else:
                    query = "select next_offset from log_position where topic = $1 and partition = 0"
                    while await pool.fetchval(query, EVENTS) != len(records):  # noqa: ASYNC110 - rows of another task
                        await asyncio.sleep(0.02)
            finally:
                Hanging.over.set()
                await app.stop()
    assert await pool.fetchval("select count(*) from inbox") == len(records)
    assert ends.codes == [NO_PROGRESS]


def _raises(error: Exception) -> Any:
    async def position(_topic: str, _partition: int) -> None:
        raise error

    return position
