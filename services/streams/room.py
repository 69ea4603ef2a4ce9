"""The stream room: ``fitpath.events`` and ``fitpath.refusals`` become rows, each batch in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from schemas.topics import EVENTS, REFUSALS
from services.ledger.database import AWAY
from services.ledger.generation import halt, lift_halt, offset_that_counts
from services.log_reader import LogReader
from services.observe import log
from services.streams.batch import Batches, Halt
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Pool

_WATCH_SECONDS = 5.0


class StreamRoom:
    """What the faust shell hands batches to. ``ready`` is set once partitions were assigned."""

    topics: Sequence[str] = (EVENTS, REFUSALS)

    def __init__(self, pool: Pool, log_reader: LogReader, generation: str, key: SubjectKey) -> None:
        self._pool = pool
        self._log = log_reader
        self._generation = generation
        self._batches = {EVENTS: Batches(pool, EventWriter(key)), REFUSALS: Batches(pool, RefusalWriter())}
        self._assigned: frozenset[tuple[str, int]] = frozenset()
        self.ready = asyncio.Event()

    async def position(self, topic: str, partition: int) -> int:
        """The offset that counts; waits for a database or broker that is away. Raises Halt."""
        while True:
            try:
                return await self._position(topic, partition)
            except (KafkaError, *AWAY) as why:
                log("streams").warning("waits for database and broker", error=type(why).__name__)
                await asyncio.sleep(0.5)

    async def _position(self, topic: str, partition: int) -> int:
        async with self._pool.acquire() as connection:
            ours = await offset_that_counts(connection, self._generation, topic, partition)
            first, end = await self._log.bounds(topic, partition)
            if first > ours:
                raise Halt(f"the log begins at {first}, after the offset that counts, {ours}: records were lost")
            if end < ours:
                raise Halt(f"the log ends at {end}, before the offset that counts, {ours}: the topic was made anew")
            await lift_halt(connection, self._generation, topic, partition)
            return ours

    async def watch(self) -> None:
        """Look again and again whether the log still holds what the ledger counts on; note a halt, or that it is over."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            for topic, partition in sorted(self._assigned):
                try:
                    await self._position(topic, partition)
                except Halt as why:
                    await self.halt(topic, partition, str(why))
                except (KafkaError, *AWAY) as why:
                    log("streams").warning("cannot look at the log", error=type(why).__name__)

    async def handle(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        """Process a batch; returns the offset to read next. Raises Halt."""
        return await self._batches[topic].handle(Where(self._generation, topic, partition), records)

    async def halt(self, topic: str, partition: int, reason: str) -> None:
        """Note why a partition is not read any more."""
        async with self._pool.acquire() as connection:
            await halt(connection, self._generation, topic, partition, reason)

    def assigned(self, partitions: frozenset[tuple[str, int]]) -> None:
        """These partitions are ours now."""
        self._assigned = partitions
        log("streams").info("assigned", partitions=len(partitions))
        self.ready.set()

    @property
    def mine(self) -> frozenset[tuple[str, int]]:
        """The partitions that this worker reads."""
        return self._assigned
