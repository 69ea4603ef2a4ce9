"""The stream room: events, refusals and receipts become rows, each batch in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aiokafka.errors import KafkaError

from schemas.topics import EVENTS, RECEIPTS, REFUSALS
from services.ledger.database import AWAY
from services.ledger.generation import READ_BY_STREAMS, halt, lift_halt, offset_that_counts
from services.log_reader import LogReader
from services.observe import log
from services.streams.batch import NOT_FIXED, Batches, Halt
from services.streams.events import EventWriter
from services.streams.metrics import ASSIGNED, HALTED, LAG
from services.streams.progress import Progress
from services.streams.receipts import ReceiptWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.where import Where
from services.watchdog import STALL_SECONDS, Seconds, end_process

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Pool

_WATCH_SECONDS = 5.0


class Seen(NamedTuple):
    """The offset that counts, and from where to where the log reaches."""

    ours: int
    first: int
    end: int


class StreamRoom:
    """What the faust shell hands batches to. ``ready`` is set once partitions were assigned.

    A partition that makes no progress for ``stall_seconds``, while records lie there and the database answers, ends
    the process: its supervisor starts it again.
    """

    topics: Sequence[str] = READ_BY_STREAMS

    def __init__(
        self,
        pool: Pool,
        log_reader: LogReader,
        generation: str,
        key: SubjectKey,
        *,
        stall_seconds: float = STALL_SECONDS,
        clock: Seconds = time.monotonic,
    ) -> None:
        self._pool = pool
        self._log = log_reader
        self._generation = generation
        self._batches = {
            EVENTS: Batches(pool, EventWriter(key)),
            REFUSALS: Batches(pool, RefusalWriter()),
            RECEIPTS: Batches(pool, ReceiptWriter()),
        }
        self._assigned: frozenset[tuple[str, int]] = frozenset()
        self._unproven: set[tuple[str, int]] = set()
        self._halted: set[tuple[str, int]] = set()
        self._stall_seconds = stall_seconds
        self._progress = Progress(clock)
        self.ready = asyncio.Event()

    async def position(self, topic: str, partition: int) -> int:
        """The offset that counts: read on from it. Waits for a database or broker that is away. Raises Halt."""
        self._unproven.add((topic, partition))
        while True:
            try:
                ours, first, _ = await self._position(topic, partition)
            except (KafkaError, *AWAY) as why:
                log("streams").warning("waits for database and broker", error=type(why).__name__)
                await asyncio.sleep(0.5)
            else:
                self._halted.discard((topic, partition))
                HALTED.set(len(self._halted))
                if first == ours:  # nothing is there below it that could prove the log to be another
                    await self._proven(topic, partition)
                return ours

    async def _position(self, topic: str, partition: int) -> Seen:
        """The offset that counts, within what the log holds. Raises Halt."""
        async with self._pool.acquire() as connection:
            ours = await offset_that_counts(connection, self._generation, topic, partition)
        if ours is None:
            raise Halt(NOT_FIXED)
        first, end = await self._log.bounds(topic, partition)
        if first > ours:
            raise Halt(f"the log begins at {first}, after the offset that counts, {ours}: records were lost")
        if end < ours:
            raise Halt(f"the log ends at {end}, before the offset that counts, {ours}: the topic was made anew")
        return Seen(ours, first, end)

    async def watch(self) -> None:
        """Look again and again whether the log still holds what the ledger counts on, and whether it is worked off."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Halt what cannot be read on; end the process when what can be read on is not."""
        lag = dict.fromkeys(self.topics, 0)
        for topic, partition in sorted(self._assigned - self._halted):
            try:
                seen = await self._position(topic, partition)
            except Halt as why:
                self._progress.forget((topic, partition))
                await self.halt(topic, partition, str(why))
            except (KafkaError, *AWAY) as why:
                self._progress.forget((topic, partition))  # nobody can work without them
                log("streams").warning("cannot look at the log", error=type(why).__name__)
            else:
                lag[topic] += seen.end - seen.ours
                self._expect_progress(topic, partition, seen)
        for topic, records in lag.items():
            LAG.labels(topic=topic).set(records)

    def _expect_progress(self, topic: str, partition: int, seen: Seen) -> None:
        if any(batches.waits for batches in self._batches.values()):
            self._progress.forget()
            return
        still = self._progress.still_for((topic, partition), seen.ours, seen.end)
        if still > self._stall_seconds:
            end_process("streams", f"{topic} {partition} stands at {seen.ours} of {seen.end} for {still:.0f} s")

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
        HALTED.set(len(self._halted))
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
        self._progress.forget()
        ASSIGNED.set(len(partitions))
        log("streams").info("assigned", partitions=len(partitions))
        self.ready.set()

    @property
    def halted(self) -> frozenset[tuple[str, int]]:
        """The partitions that are not read until their position is right again."""
        return frozenset(self._halted)
