"""What services/streams/shell.py reaches for behind faust's public face is there, and does what we rely on."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import faust
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalStateError
from faust.transport import consumer as base
from faust.transport.drivers import aiokafka as driver

from schemas.topics import EVENTS
from services.streams.record import Record
from services.streams.shell import MUST_NOT_GO_ON, BatchConsumer, make_app, until_it_ends

SEVERAL = 200
_NEVER_SECONDS = 30.0
HOOKS = [
    (driver.Consumer, "_drain_messages", ["self", "fetcher"]),
    (driver.Consumer, "_wait_next_records", ["self", "timeout"]),
    (driver.Consumer, "_seek", ["self", "partition", "offset"]),
    (driver.Consumer, "_commit", ["self", "offsets"]),
    (driver.Consumer, "assignment", ["self"]),
    (driver.Transport, "__init__", ["self", "args", "kwargs"]),
    (faust.App, "_new_transport", ["self"]),
    (faust.App, "wait_until_stopped", ["self"]),
]


def test_faust_is_the_version_whose_hooks_were_read():
    assert version("faust-streaming") == "0.15.3"


@pytest.mark.parametrize(("owner", "name", "parameters"), HOOKS, ids=lambda value: getattr(value, "__name__", None))
def test_a_hook_is_there_with_its_parameters(owner, name, parameters):
    assert list(inspect.signature(getattr(owner, name)).parameters) == parameters


def test_the_fetcher_runs_nothing_but_our_drain():
    assert "await consumer._drain_messages(self)" in inspect.getsource(base.Fetcher)
    assert BatchConsumer._drain_messages is not driver.Consumer._drain_messages


def test_a_transport_makes_the_consumer_that_it_names():
    assert driver.Transport.Consumer is driver.Consumer
    assert "self.Consumer(" in inspect.getsource(driver.Transport.create_consumer)


class Log:
    """A room that notes what it is handed, and moves the offset that counts as the stream room does."""

    topics: Sequence[str] = (EVENTS,)

    def __init__(self) -> None:
        self.ours = {0: 0, 1: 0}
        self.took: dict[int, list[int]] = {0: [], 1: []}
        self.first: dict[int, int] = {}
        self.batches: list[int] = []
        self.fault: Exception | None = None
        self.ready = asyncio.Event()
        self.moved = asyncio.Condition()

    async def position(self, topic: str, partition: int) -> int:
        return self.ours[partition]

    async def handle(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        if self.fault is not None:
            raise self.fault
        ours = self.ours[partition]
        self.first.setdefault(partition, records[0].offset)
        self.batches.append(len(records))
        fresh = [record.offset for record in records if record.offset >= ours]
        if not fresh or fresh[0] > ours:
            return ours
        self.took[partition] += fresh
        self.ours[partition] = fresh[-1] + 1
        async with self.moved:
            self.moved.notify_all()
        return self.ours[partition]

    async def halt(self, topic: str, partition: int, reason: str) -> None:
        raise AssertionError(reason)

    @property
    def halted(self) -> frozenset[tuple[str, int]]:
        return frozenset()

    def assigned(self, partitions: frozenset[tuple[str, int]]) -> None:
        self.ready.set()

    async def until(self, *ends: int) -> None:
        """Return when the offsets that count are these."""
        async with asyncio.timeout(_NEVER_SECONDS), self.moved:
            await self.moved.wait_for(lambda: list(self.ours.values()) == list(ends))


@asynccontextmanager
async def reading(broker: str, room: Log, folder: Path) -> AsyncIterator[faust.App]:
    app = make_app(
        group="group", broker=broker, room=room, session_seconds=1.0, datadir=str(folder), partitions=2, replication=1
    )
    await app.start()
    try:
        async with asyncio.timeout(_NEVER_SECONDS):
            await room.ready.wait()
        yield app
    finally:
        await app.stop()


async def produce(broker: str, *often: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker, enable_idempotence=False, acks="all")
    await producer.start()
    try:
        sent = [
            await producer.send(EVENTS, b"%d" % n, partition=partition)
            for partition, count in enumerate(often)
            for n in range(count)
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def test_whole_batches_come_in_order_from_the_offset_that_counts(broker: str, tmp_path: Path):
    await produce(broker, SEVERAL, SEVERAL)
    room = Log()
    room.ours[1] = 150
    async with reading(broker, room, tmp_path) as app:
        consumer = app.consumer
        assert isinstance(consumer, BatchConsumer)
        assert (consumer.flow_active, consumer.should_stop, app.crash_reason) == (True, False, None)
        assert isinstance(app.consumer_generation_id, int)

        await room.until(SEVERAL, SEVERAL)
        assert room.took == {0: list(range(SEVERAL)), 1: list(range(150, SEVERAL))}
        assert room.first == {0: 0, 1: 149}  # one below: it must be a row already
        assert len(room.batches) < SEVERAL / 10
        assert {part.partition: offset for part, offset in consumer._read_offset.items()} == {0: 199, 1: 199}

        # faust seeks by itself: to what was committed, to the start, past what we have
        await consumer.perform_seek()
        for partition in consumer.assignment():
            await consumer._seek(partition, 0)
        await produce(broker, 50, 0)
        await room.until(SEVERAL + 50, SEVERAL)
        for partition in consumer.assignment():
            await consumer._seek(partition, room.ours[partition.partition] + 5)
        await produce(broker, 50, 50)
        await room.until(SEVERAL + 100, SEVERAL + 50)
    assert room.took == {0: list(range(SEVERAL + 100)), 1: list(range(150, SEVERAL + 50))}


async def test_a_partition_that_is_taken_away_during_a_seek_is_aligned_anew(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await produce(broker, 10, 0)
    room = Log()
    seek = BatchConsumer._seek
    refused: list[int] = []

    async def taken_away_once(consumer: BatchConsumer, partition: TopicPartition, offset: int) -> None:
        if not refused:
            refused.append(offset)
            raise IllegalStateError("no such partition is assigned")
        await seek(consumer, partition, offset)

    async with reading(broker, room, tmp_path) as app:
        await room.until(10, 0)
        await app.consumer._seek(TopicPartition(EVENTS, 0), 15)
        monkeypatch.setattr(BatchConsumer, "_seek", taken_away_once)
        await produce(broker, 10, 0)
        await room.until(20, 0)
    assert refused == [10]
    assert room.took[0] == list(range(20))


async def test_a_fault_ends_the_process_at_once_and_acknowledges_nothing(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ends: list[int] = []
    ended = asyncio.Event()

    def end(code: int) -> None:
        ends.append(code)
        ended.set()

    monkeypatch.setattr("services.streams.shell.os._exit", end)
    await produce(broker, 10, 0)
    room = Log()
    async with reading(broker, room, tmp_path) as app:
        await room.until(10, 0)
        room.fault = LookupError("a fault of ours")
        await produce(broker, 10, 0)
        async with asyncio.timeout(_NEVER_SECONDS):
            await ended.wait()
        assert ends == [MUST_NOT_GO_ON]
        assert room.ours == {0: 10, 1: 0}
        committed = await app.consumer.seek_to_committed()
        assert [offset for part, offset in committed.items() if part.partition == 0] == [10]

        # faust gives up by itself: the process must not stand still
        watching = asyncio.create_task(until_it_ends(app))
        await app.crash(RuntimeError("faust gives up"))
        await watching
        assert ends == [MUST_NOT_GO_ON] * 2

    room.fault = None
    room.ready.clear()
    async with reading(broker, room, tmp_path):
        await room.until(20, 0)
    assert room.took[0] == list(range(20))
