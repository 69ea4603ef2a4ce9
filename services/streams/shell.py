"""faust as the shell of an exact stream: group, assignment and worker are faust's, the batch is ours.

Everything here that reaches behind faust's public face is in this module and
held by ``tests/streams/test_shell_contract.py``. Why not agents: an exception
that leaves an agent loses its event, and faust commits what was not
processed when offsets have gaps. Here an offset is committed to Kafka only
after the handler has it in Postgres, and only for people who look at lag.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, Protocol

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from mode import ServiceT

from services.broker_security import Address, Broker, broker_at
from services.observe import log, place
from services.streams.batch import Halt
from services.streams.record import Record

#: Exit code of a worker that ends at once because it must not go on.
MUST_NOT_GO_ON = 70
_LOOK_AGAIN_SECONDS = 5.0
_COMMIT_SECONDS = 1.0
#: A transaction has a price of its own. So many records in a poll mean that more are on their way and can share it:
#: a moment's wait for them is worth it; fewer are a quiet time in which each should go at once, more are a backlog.
_BUSY, _PLENTY = 16, 600
_GATHER_SECONDS = 0.080
#: While a fetch waits at the broker for partitions that have nothing, none can be sent for those that have run dry.
_FETCH_WAITS_MS = 50


class Room(Protocol):
    """What the shell hands batches to."""

    topics: Sequence[str]

    async def position(self, topic: str, partition: int) -> int:
        """The offset that counts. Raises Halt when the log begins after it or ends before it."""
        ...

    async def handle(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        """Process a batch; returns the offset to read next. Raises Halt."""
        ...

    async def halt(self, topic: str, partition: int, reason: str) -> None:
        """Do not read a partition any more, and note why."""
        ...

    @property
    def halted(self) -> frozenset[tuple[str, int]]:
        """The partitions that are not read until ``position`` raises no Halt any more."""
        ...

    def assigned(self, partitions: frozenset[tuple[str, int]]) -> None:
        """These partitions are ours now."""
        ...


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """faust's thread with its consumer; faust lets a fetch wait for 1.5 s, whatever the settings say."""

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> AIOKafkaConsumer:
        consumer: AIOKafkaConsumer = super()._create_consumer(loop)
        consumer._fetch_max_wait_ms = _FETCH_WAITS_MS
        return consumer


class BatchConsumer(driver.Consumer):
    """faust's consumer, but whole fetches of our topics go to the room instead of message by message to streams."""

    room: Room

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on as they come
        super().__init__(*args, **kwargs)
        self._uncommitted: dict[TopicPartition, int] = {}
        self._aligned: object = None  # the assignment whose partitions are read from the offsets that count

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        try:
            await self._drain(fetcher)
        except asyncio.CancelledError:
            raise
        except Exception as why:  # noqa: BLE001 - whatever it is: nothing may be acknowledged after it
            if not self.should_stop:
                log("streams").error("stream ends at once", **place(why))
                os._exit(MUST_NOT_GO_ON)

    async def _drain(self, fetcher: ServiceT) -> None:
        look_again = commit_again = 0.0
        while not (self.should_stop or fetcher.should_stop):
            records, _ = await self._wait_next_records(1.0)
            await asyncio.sleep(0)
            generation = self.app.consumer_generation_id
            if not self.flow_active:  # partitions change hands; the next assignment tells which are ours
                self._aligned = None
                continue
            now = asyncio.get_running_loop().time()
            if self._aligned != generation:
                self._aligned = generation
                await self._align()
                look_again = now + _LOOK_AGAIN_SECONDS
                continue
            await asyncio.gather(
                *(
                    self._hand_over(partition, batch, generation)
                    for partition, batch in (records or {}).items()
                    if partition.topic in self.room.topics and not self._is_halted(partition)
                )
            )
            if now > commit_again or not records:
                await self._commit_for_lag_tools()
                commit_again = now + _COMMIT_SECONDS
            if _BUSY <= sum(map(len, (records or {}).values())) < _PLENTY:
                await asyncio.sleep(_GATHER_SECONDS)
            if now > look_again:
                for partition in self._mine():
                    if self._is_halted(partition):
                        await self._read_on(partition)
                look_again = now + _LOOK_AGAIN_SECONDS

    def _still_reads(self, generation: object) -> bool:
        """Whether no rebalance has begun since."""
        return bool(self.flow_active and generation == self.app.consumer_generation_id)

    def _mine(self) -> list[TopicPartition]:
        return sorted(part for part in self.assignment() if part.topic in self.room.topics)

    def _is_halted(self, part: TopicPartition) -> bool:
        return (part.topic, part.partition) in self.room.halted

    async def _align(self) -> None:
        """After an assignment: read from the offset that counts, wherever faust had us start."""
        mine = self._mine()
        for part in mine:
            await self._read_on(part)
        self.room.assigned(frozenset((part.topic, part.partition) for part in mine))

    async def _read_on(self, part: TopicPartition) -> None:
        """Read from one record before the offset that counts, or halt.

        That record must be a row already, or the topic is not the one that
        we have been reading (EXACTNESS 4).
        """
        try:
            ours = await self.room.position(part.topic, part.partition)
        except Halt as why:
            await self.room.halt(part.topic, part.partition, str(why))
        else:
            await self._read_from(part, max(ours - 1, 0))

    async def _hand_over(self, part: TopicPartition, batch: Sequence[Any], generation: object) -> None:
        """Have the room process what was fetched of a partition; the partitions are handed over side by side."""
        if not self._still_reads(generation):
            return
        records = [Record(item.offset, item.key, tuple(item.headers or ()), item.value or b"") for item in batch]
        try:
            following = await self.room.handle(part.topic, part.partition, records)
        except Halt as why:
            await self.room.halt(part.topic, part.partition, str(why))
            return
        if following != records[-1].offset + 1:
            await self._read_from(part, following)
            return
        self._read_offset[part] = records[-1].offset
        self._uncommitted[part] = following

    async def _commit_for_lag_tools(self) -> None:
        """The offset that counts is in Postgres; the group's is for people who look at lag."""
        offsets, self._uncommitted = self._uncommitted, {}
        if not offsets:
            return
        try:
            await self._commit(offsets)
        except KafkaError as why:
            log("streams").info("offsets not committed to Kafka", error=type(why).__name__)

    async def _read_from(self, part: TopicPartition, offset: int) -> None:
        try:
            await self._seek(part, offset)
        except IllegalStateError:  # a rebalance took it away meanwhile, as is its right: see anew what is ours
            self._aligned = None
        else:
            self._read_offset[part] = offset - 1 if offset else None


def make_app(
    *, group: str, broker: Address, room: Room, session_seconds: float, datadir: str, partitions: int, replication: int
) -> faust.App:
    """A faust app whose consumer hands the room's topics over in batches."""

    class RoomConsumer(BatchConsumer):
        pass

    RoomConsumer.room = room

    class Transport(driver.Transport):
        Consumer = RoomConsumer

    class App(faust.App):
        def _new_transport(self) -> Transport:
            return Transport(self.conf.broker_consumer, self)

    at = broker_at(broker)
    app = App(
        group,
        broker=[f"kafka://{server}" for server in at.servers.split(",")],
        broker_credentials=_credentials(at),
        value_serializer="raw",
        key_serializer="raw",
        topic_partitions=partitions,
        topic_replication_factor=replication,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        datadir=datadir,
        autodiscover=False,
        web_enabled=False,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=5_000,  # a topic that was away is read, or halted, soon after it is there again
        broker_session_timeout=session_seconds,
        broker_rebalance_timeout=session_seconds,
        broker_heartbeat_interval=session_seconds / 6,
        broker_max_poll_records=1000,
        broker_commit_every=None,
        broker_commit_interval=3600.0,
        loghandlers=[],
    )
    for name in room.topics:
        _subscribe(app, name)
    return app


def _credentials(broker: Broker) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """TLS and SASL in faust's own words."""
    if broker.username is not None:
        return faust.SASLCredentials(
            username=broker.username, password=broker.password, ssl_context=broker.tls, mechanism=broker.mechanism
        )
    return faust.SSLCredentials(broker.tls) if broker.tls is not None else None


async def until_it_ends(app: faust.App) -> None:
    """End the process when faust gives up by itself: it would stand still, and say nothing."""
    await app.wait_until_stopped()
    reason = app.crash_reason
    log("streams").error("faust ended by itself", **(place(reason) if reason is not None else {}))
    os._exit(MUST_NOT_GO_ON)


def _subscribe(app: faust.App, name: str) -> None:
    """An agent makes faust subscribe to a topic; no record ever reaches it, the consumer hands them over before."""
    topic = app.topic(name, key_type=bytes, value_type=bytes)

    async def nothing(stream: faust.Stream[bytes]) -> None:
        async for _ in stream:
            raise AssertionError("a record reached faust's streams")

    app.agent(topic, name=f"subscription-{name}")(nothing)  # type: ignore[arg-type]  # faust types its own stream base
