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
from services.streams.batch import NOT_FIXED, Batches, Halt
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
        self._unproven: set[tuple[str, int]] = set()
        self._halted: set[tuple[str, int]] = set()
        self.ready = asyncio.Event()

    async def position(self, topic: str, partition: int) -> int:
        """The offset that counts: read on from it. Waits for a database or broker that is away. Raises Halt."""
        self._unproven.add((topic, partition))
        while True:
            try:
                ours, first = await self._position(topic, partition)
            except (KafkaError, *AWAY) as why:
                log("streams").warning("waits for database and broker", error=type(why).__name__)
                await asyncio.sleep(0.5)
            else:
                self._halted.discard((topic, partition))
                if first == ours:  # nothing is there below it that could prove the log to be another
                    await self._proven(topic, partition)
                return ours

    async def _position(self, topic: str, partition: int) -> tuple[int, int]:
        """The offset that counts and the first that the log holds. Raises Halt."""
        async with self._pool.acquire() as connection:
            ours = await offset_that_counts(connection, self._generation, topic, partition)
        if ours is None:
            raise Halt(NOT_FIXED)
        first, end = await self._log.bounds(topic, partition)
        if first > ours:
            raise Halt(f"the log begins at {first}, after the offset that counts, {ours}: records were lost")
        if end < ours:
            raise Halt(f"the log ends at {end}, before the offset that counts, {ours}: the topic was made anew")
        return ours, first

    async def watch(self) -> None:
        """Look again and again whether the log still holds what the ledger counts on; where not, halt."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            for topic, partition in sorted(self._assigned - self._halted):
                try:
                    await self._position(topic, partition)
                except Halt as why:
                    await self.halt(topic, partition, str(why))
                except (KafkaError, *AWAY) as why:
                    log("streams").warning("cannot look at the log", error=type(why).__name__)

    async def handle(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        """Process a batch; returns the offset to read next. Raises Halt."""
        following = await self._batches[topic].handle(Where(self._generation, topic, partition), records)
        if following == records[-1].offset + 1:
            await self._proven(topic, partition)
        return following

    async def halt(self, topic: str, partition: int, reason: str) -> None:
        """Do not read a partition any more, and note why: lifted once a batch of it goes through again."""
        log("streams").error("partition halted", topic=topic, partition=partition, reason=reason)
        self._halted.add((topic, partition))
        self._unproven.add((topic, partition))
        try:
            async with self._pool.acquire() as connection:
                await halt(connection, self._generation, topic, partition, reason)
        except AWAY as why:  # it halts again when it is looked at again
            log("streams").warning("a halt could not be noted", error=type(why).__name__)

    async def _proven(self, topic: str, partition: int) -> None:
        """The log is the one that the ledger counts on: what was noted of a halt is over."""
        if (topic, partition) not in self._unproven:
            return
        try:
            async with self._pool.acquire() as connection:
                await lift_halt(connection, self._generation, topic, partition)
        except AWAY as why:  # lifted after the next batch
            log("streams").warning("a halt could not be lifted", error=type(why).__name__)
        else:
            self._unproven.discard((topic, partition))

    def assigned(self, partitions: frozenset[tuple[str, int]]) -> None:
        """These partitions are ours now."""
        self._assigned = partitions
        log("streams").info("assigned", partitions=len(partitions))
        self.ready.set()

    @property
    def halted(self) -> frozenset[tuple[str, int]]:
        """The partitions that are not read until their position is right again."""
        return frozenset(self._halted)
