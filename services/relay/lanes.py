"""How a lane publishes: by transactions on Kafka, by marks in the ledger on the embedded broker (EXACTNESS 8)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import msgspec
from aiokafka import AIOKafkaProducer

from schemas.topics import EVENTS, RELAY
from services.broker import make_producer
from services.log_reader import LogReader
from services.relay.batches import send_all
from services.relay.outbox import Outputs, Position, mark, marked

if TYPE_CHECKING:
    from services.broker_security import Address
    from services.ledger.database import Pool


class Lane(Protocol):
    """One lane for one input partition; one owner at a time."""

    async def take(self) -> Position:
        """Become the owner and say where the lane is. Raises KafkaError."""
        ...

    async def publish(self, outputs: Outputs) -> None:
        """Publish outputs and the new position. Raises KafkaError: then take the lane anew."""
        ...

    async def leave(self) -> None:
        """Give up the lane."""
        ...


class KafkaLane:
    """Outputs and position in one transaction; taking the lane fences its former owner.

    Events of our own go first, outside it: ``fitpath.events`` is written without transactions, and what a crash or a
    former owner repeats there the inbox makes once.
    """

    def __init__(self, pool: Pool, broker: Address, generation: str, partition: int) -> None:
        self._pool = pool
        self._broker = broker
        self._generation = generation
        self._partition = partition
        self._producer: AIOKafkaProducer | None = None
        self._plain: AIOKafkaProducer | None = None

    async def take(self) -> Position:
        """Start the transactional producer, which fences, then read the position that was committed last."""
        await self.leave()
        self._producer = make_producer(
            self._broker, embedded=False, transactional_id=f"fitpath-relay-{self._partition}"
        )
        await self._producer.start()
        position = await read_position(self._broker, self._generation, self._partition)
        await mark(self._pool, self._generation, self._partition, position)
        return position

    async def publish(self, outputs: Outputs) -> None:
        """Events of our own, then one transaction: every output and, on ``fitpath.relay``, the new position."""
        producer = self._producer
        if producer is None:
            raise RuntimeError("take the lane first")
        last = outputs[-1].position
        own = [item for item in outputs if item.topic == EVENTS]
        if own:
            await asyncio.gather(*await send_all(await self._without_transactions(), own))
        async with producer.transaction():
            sent = await send_all(producer, [item for item in outputs if item.topic != EVENTS])
            sent.append(
                await producer.send(
                    RELAY,
                    key=_key(self._generation, self._partition),
                    value=msgspec.json.encode(last),
                    partition=self._partition,
                )
            )
            await asyncio.gather(*sent)
        await mark(self._pool, self._generation, self._partition, last)

    async def _without_transactions(self) -> AIOKafkaProducer:
        """An idempotent producer for ``fitpath.events``; few lanes ever need it."""
        if self._plain is None:
            plain = make_producer(self._broker, embedded=False)
            await plain.start()
            self._plain = plain
        return self._plain

    async def leave(self) -> None:
        """Stop the producers; an open transaction is aborted by the broker or the next owner."""
        producers = [producer for producer in (self._plain, self._producer) if producer is not None]
        self._plain = self._producer = None
        for producer in producers:
            await producer.stop()


class EmbeddedLane:
    """The embedded broker has no transactions: the mark follows the outputs, so a kill between them repeats some."""

    def __init__(self, pool: Pool, broker: Address, generation: str, partition: int) -> None:
        self._pool = pool
        self._broker = broker
        self._generation = generation
        self._partition = partition
        self._producer: AIOKafkaProducer | None = None

    async def take(self) -> Position:
        """Start a producer; the ledger says where the lane is."""
        await self.leave()
        self._producer = make_producer(self._broker, embedded=True)
        await self._producer.start()
        return await marked(self._pool, self._generation, self._partition)

    async def publish(self, outputs: Outputs) -> None:
        """Publish in order, then mark. A clean stop waits for the mark: only a kill comes between."""
        if self._producer is None:
            raise RuntimeError("take the lane first")
        publishing = asyncio.create_task(self._publish(self._producer, outputs))
        try:
            await asyncio.shield(publishing)
        except asyncio.CancelledError:
            await publishing
            raise

    async def _publish(self, producer: AIOKafkaProducer, outputs: Outputs) -> None:
        """What has left before one that cannot be sent is marked too."""
        sent: list[asyncio.Future[object]] = []
        try:
            for item in outputs:
                sent.append(  # noqa: PERF401 - what was sent before an error counts
                    await producer.send(item.topic, key=item.key, value=item.value, headers=item.headers)
                )
        finally:
            if sent:
                await asyncio.gather(*sent)
                await mark(self._pool, self._generation, self._partition, outputs[len(sent) - 1].position)

    async def leave(self) -> None:
        """Stop the producer."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.stop()


async def read_position(broker: Address, generation: str, partition: int) -> Position:
    """The last committed position of a lane on the compacted ``fitpath.relay``. Raises KafkaError."""
    position = Position()
    async with LogReader(broker) as reader:
        async for records in reader.read(RELAY, partition):
            for record in records:
                if record.key == _key(generation, partition):
                    position = msgspec.json.decode(record.value, type=Position)
    return position


def _key(generation: str, partition: int) -> bytes:
    return f"{generation}:{partition}".encode()
