"""Reading a log from outside any group: where it begins and ends, and all that it holds.

The end is taken from a fetch, not from the broker's list of offsets: the
embedded broker answers that list with the first record of the last batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from services.broker_security import Address, client_settings

_AT_A_TIME = 1000
_PATIENCE_SECONDS = 10.0

#: aiokafka's ConsumerRecord: the library ships no types.
Found = Any


class LogReader:
    """A client that reads committed records, one partition at a time."""

    def __init__(self, broker: Address) -> None:
        self._consumer = AIOKafkaConsumer(
            **client_settings(broker),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=5,
            max_partition_fetch_bytes=4_194_304,
        )
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> LogReader:
        """Connect. Raises KafkaError."""
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic; none when it is not there."""
        await self._consumer._client.add_topic(topic)  # asks for this topic's metadata
        return sorted(self._consumer.partitions_for_topic(topic) or ())

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """The first offset that is there and the one after the last. Raises KafkaError."""
        async with self._one_at_a_time:
            try:
                return await self._bounds(TopicPartition(topic, partition))
            finally:
                self._rest()

    async def read(self, topic: str, partition: int) -> AsyncIterator[list[Found]]:
        """All records from the first to the end as it is now, in batches. Raises KafkaError."""
        async with self._one_at_a_time:
            part = TopicPartition(topic, partition)
            try:
                first, end = await self._bounds(part)
                self._consumer.seek(part, first)
                while batch := await self._more(part, end):
                    yield batch
            finally:
                self._rest()

    async def _more(self, part: TopicPartition, end: int) -> list[Found]:
        """The next records below ``end``, none when it is reached; a log that lost its end meanwhile is an error."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while await self._consumer.position(part) < end:
                    fetched = await self._consumer.getmany(part, timeout_ms=200, max_records=_AT_A_TIME)
                    batch = [record for record in fetched.get(part, []) if record.offset < end]
                    if batch:
                        return batch
            return []
        except TimeoutError:
            raise KafkaTimeoutError("the log is not there as far as it was said to be") from None

    def _rest(self) -> None:
        """What is assigned is asked for again and again, even when nobody reads: a reader that rests pauses it."""
        self._consumer.pause(*self._consumer.assignment())

    async def _bounds(self, part: TopicPartition) -> tuple[int, int]:
        self._consumer.assign([part])
        first: int = (await self._consumer.beginning_offsets([part]))[part]
        near: int = (await self._consumer.end_offsets([part]))[part]
        self._consumer.seek(part, near)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while (end := self._consumer.highwater(part)) is None:
                    await self._consumer.getmany(part, timeout_ms=5)
        except TimeoutError:
            raise KafkaTimeoutError("where the log ends cannot be found out") from None
        return first, max(int(end), near)
