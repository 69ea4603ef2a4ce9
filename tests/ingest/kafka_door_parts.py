"""What the tests of the Kafka door are made of: records, a publisher that waits, and the door itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from door_parts import JSON, STRUCTURED, body_of, message_of

from schemas.topics import EVENTS, INBOUND, REFUSALS
from services.clock import MachineClock
from services.ingest.accept import Acceptor, BrokerAway
from services.ingest.admission import Admission
from services.ingest.inbound import InboundDoor
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.sources import Sources

GROUP = "fitpath-inbound"
PARTITIONS = [TopicPartition(topic, part) for topic in (EVENTS, REFUSALS) for part in (0, 1)]
Headers = list[tuple[str, bytes]]
EVERYBODY = Admission.by(Sources(), 1_048_576, shared=True)


def binary_record(of: dict) -> tuple[Headers, bytes]:
    named = {name: value for name, value in of.items() if name not in ("data", "datacontenttype")}
    headers = [(f"ce_{name}", str(value).encode()) for name, value in named.items()]
    return [("content-type", JSON.encode()), *headers], body_of(of)


def structured_record(of: dict) -> tuple[Headers, bytes]:
    return [("content-type", STRUCTURED.encode())], json.dumps(of).encode()


def bare_record(of: dict) -> tuple[Headers, bytes]:
    return [], json.dumps(message_of(of)).encode()


class Publisher:
    """Somebody who produces to the inbound topic, and waits for what the door makes of it."""

    def __init__(self, producer: AIOKafkaProducer, watch: AIOKafkaConsumer) -> None:
        self._producer = producer
        self._watch = watch

    async def send(self, record: tuple[Headers, bytes | None], partition: int = 0, topic: str = INBOUND) -> int:
        headers, value = record
        key = b"a tombstone" if value is None else None
        sent = await self._producer.send_and_wait(topic, value, key, headers=headers, partition=partition)
        return int(sent.offset)

    async def next(self, count: int) -> list:
        """The next records on the topics of events and refusals, as many as are waited for."""
        found: list = []
        async with asyncio.timeout(20):
            while len(found) < count:
                for batch in (await self._watch.getmany(timeout_ms=1_000)).values():
                    found += batch
        assert len(found) == count
        return found


@asynccontextmanager
async def publisher(broker: str) -> AsyncIterator[Publisher]:
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all")
    watch = AIOKafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest", fetch_max_wait_ms=20)
    await producer.start()
    await watch.start()
    watch.assign(PARTITIONS)
    try:
        yield Publisher(producer, watch)
    finally:
        await watch.stop()
        await producer.stop()


class Killed(BaseException):
    """Ends the door between the event and the commit, as a kill would."""


@asynccontextmanager
async def running(
    acceptor: Acceptor, broker: str, admission: Admission = EVERYBODY, topics: Sequence[str] = ()
) -> AsyncIterator[asyncio.Task]:
    """The Kafka door, until the end of the block: every partition is its own, so that nobody waits for a group."""
    door = InboundDoor(acceptor, admission, broker, "test", GROUP)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker,
        group_id=GROUP,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )

    async def read_on() -> None:
        while True:
            await door.read_round(consumer)

    await consumer.start()
    read = topics or admission.sources.inbound_topics
    consumer.assign([TopicPartition(topic, part) for topic in read for part in (0, 1)])
    task = asyncio.create_task(read_on())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Killed, BrokerAway):
            await task
        await consumer.stop()


@asynccontextmanager
async def joined(acceptor: Acceptor, broker: str, admission: Admission = EVERYBODY) -> AsyncIterator[asyncio.Task]:
    """The Kafka door as the room runs it: a member of its group."""
    ready = asyncio.Event()
    async with asyncio.timeout(20):
        task = asyncio.create_task(InboundDoor(acceptor, admission, broker, "test", GROUP).run(ready))
        await ready.wait()
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def acceptor_of(
    broker: str, key, kind: type[Acceptor] = Acceptor, pool=None, **limits
) -> AsyncIterator[Acceptor]:
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", **limits)
    await producer.start()
    try:
        yield kind(producer, Inbox(pool), Memory(), MachineClock(), key, "kafka")
    finally:
        await producer.stop()


async def committed(broker: str, partition: int = 0, topic: str = INBOUND) -> int:
    """The offset that the door's group reads next."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    try:
        return int(await consumer.committed(TopicPartition(topic, partition)) or 0)
    finally:
        await consumer.stop()


async def is_committed(broker: str, offset: int, partition: int = 0, topic: str = INBOUND) -> bool:
    """Whether the door comes to commit an offset, and nothing beyond it."""
    async with asyncio.timeout(10):
        while (now := await committed(broker, partition, topic)) < offset:
            continue  # each look is a question to the broker
    return now == offset
