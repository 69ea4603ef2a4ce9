"""One batch of a partition, one transaction, with the offset that counts (EXACTNESS 4 and 5).

What a writer writes and the next offset are committed together or not at
all. A batch that fails for a reason of its own is run again in halves, down
to the one record that fails alone: a dead letter.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

import asyncpg

from services.ledger.database import AWAY
from services.ledger.journeys import JourneyMoved
from services.ledger.policies import PolicyNotKnown
from services.observe import log, place
from services.streams.attempts import Attempts
from services.streams.record import Record
from services.streams.telling import Came, Telling
from services.streams.where import Where

if TYPE_CHECKING:
    from services.ledger.database import Connection, Pool


NOT_FIXED = "the ledger did not fix this partition: the topic got more partitions than it had"
#: The database refuses a value; anything else that it says about one event is a fault of ours.
_REFUSED_VALUE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)
P = ParamSpec("P")
T = TypeVar("T")


class Halt(Exception):  # noqa: N818 - named after what it does
    """A partition cannot be read on; the text says why and is shown to ops. Never skip, never reset."""


class Writer(Protocol):
    """Makes rows of the records of one topic."""

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> Came | None:
        """Write what these records come to, inside the batch's transaction; what is returned is told once it stands."""
        ...

    async def write_dead(self, connection: Connection, where: Where, record: Record, code: str) -> None:
        """Write one record as a dead letter."""
        ...

    async def are_rows(self, connection: Connection, where: Where, records: Sequence[Record]) -> bool:
        """Whether every one of these records is a row already."""
        ...


class Batches:
    """Handles the batches of one topic's partitions; at most one batch of a partition at a time."""

    def __init__(self, pool: Pool, writer: Writer) -> None:
        self._pool = pool
        self._writer = writer
        self._attempts = Attempts(pool)
        self._telling = Telling()
        self._waiting_for: set[object] = set()
        self._log = log("streams")

    @property
    def waits(self) -> bool:
        """Whether a batch waits for the database."""
        return bool(self._waiting_for)

    async def handle(self, where: Where, records: Sequence[Record]) -> int:
        """Process records in offset order and return the offset to read next.

        Waits for a database that is away. Raises Halt (EXACTNESS 4) and
        PolicyNotKnown (EXACTNESS 13).
        """
        start = await self._waiting(self._attempts.start, where)
        if start is not None and start.alone:
            following = await self._one_by_one(where, records, start.offset)
        else:
            following = await self._safely(where, records)
        if start is not None and following > start.offset:
            await self._waiting(self._attempts.passed, where)
        return following

    async def _one_by_one(self, where: Where, records: Sequence[Record], ours: int) -> int:
        following = records[0].offset
        for record in records:
            ended = record.offset >= ours and await self._waiting(self._attempts.ended_again, where, record.offset)
            following = await self._safely(where, [record], "ends-the-process" if ended else None)
            if following != record.offset + 1:
                break
        return following

    async def _safely(self, where: Where, records: Sequence[Record], as_dead: str | None = None) -> int:
        try:
            return await self._waiting(self._once, where, records, as_dead)
        except (Halt, PolicyNotKnown):
            raise
        except Exception as why:  # whatever it is, it must not stop the stream (EXACTNESS 5)
            self._log.warning("batch failed", partition=where.partition, records=len(records), **place(why))
            if as_dead is not None:
                raise Halt("a dead letter cannot be written") from why
            if len(records) == 1:
                code = "not-storable" if isinstance(why, _REFUSED_VALUE) else "processing-failed"
                return await self._safely(where, records, code)
        half = len(records) // 2
        following = await self._safely(where, records[:half])
        if following != records[half].offset:
            return following
        return await self._safely(where, records[half:])

    async def _waiting(self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it; when the database is away or somebody was first, wait and do it again."""
        wait, mine = 0.05, object()
        try:
            while True:
                try:
                    return await work(*args, **kwargs)
                except (JourneyMoved, *AWAY) as why:
                    if not isinstance(why, JourneyMoved):
                        self._waiting_for.add(mine)
                    self._log.warning("waits for the database", error=type(why).__name__)
                    await asyncio.sleep(wait + random.random() * wait)  # noqa: S311 - jitter, no secret
                    wait = min(wait * 2, 2.0)
        finally:
            self._waiting_for.discard(mine)

    async def _once(self, where: Where, records: Sequence[Record], as_dead: str | None) -> int:
        began = asyncio.get_running_loop().time()
        came: Came | None
        async with self._pool.acquire() as connection, connection.transaction():
            ours: int | None = await connection.fetchval(
                "select next_offset from log_position"
                " where generation = $1 and topic = $2 and partition = $3 for update",
                where.generation, where.topic, where.partition,
            )  # fmt: skip
            if ours is None:
                raise Halt(NOT_FIXED)
            below = [record for record in records if record.offset < ours]
            fresh = records[len(below) :]
            if below and not await self._writer.are_rows(connection, where, below):
                raise Halt("a record below the offset that counts is not known: the topic was made anew, or is another")
            if not fresh or fresh[0].offset > ours:
                return ours
            if fresh[-1].offset - fresh[0].offset != len(fresh) - 1:
                raise Halt("there is a gap in the offsets of a topic that must have none")
            if as_dead is None:
                came = await self._writer.write(connection, where, fresh)
            else:
                await self._writer.write_dead(connection, where, fresh[0], as_dead)
                came = Came(rejected=1, letters=(as_dead,))
            following = fresh[-1].offset + 1
            await connection.execute(
                "update log_position set next_offset = $4 where generation = $1 and topic = $2 and partition = $3",
                where.generation, where.topic, where.partition, following,
            )  # fmt: skip
            await connection.execute("select pg_notify('fitpath_outbox', $1)", str(where.partition))
        if came is not None:
            self._telling.tell(where, came, len(fresh), asyncio.get_running_loop().time() - began)
        return following
