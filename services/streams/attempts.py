"""Attempts on an offset, noted outside the batch's transaction (EXACTNESS 5).

What ended the process twice is tried alone; the third time it is a dead
letter. Only the first batch after a start is noted: an event that ends the
process is always in it, and every other batch pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.streams.where import Where

_TWICE = 2


class Attempts:
    """The notes of one worker."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._passed: set[Where] = set()

    async def must_go_alone(self, where: Where, offset: int) -> bool:
        """Note that this worker starts on an offset; True when it has ended a process twice."""
        if where in self._passed:
            return False
        started = await self._pool.fetchval(
            "insert into attempt as a (generation, topic, partition, next_offset, started) values ($1, $2, $3, $4, 1)"
            " on conflict (generation, topic, partition) do update set"
            " started = case when a.next_offset = $4 then a.started + 1 else 1 end,"
            " alone = a.alone and a.next_offset = $4, next_offset = $4 returning started",
            where.generation, where.topic, where.partition, offset,
        )  # fmt: skip
        return bool(started > _TWICE)

    async def ended_again(self, where: Where, offset: int) -> bool:
        """Note that an offset is tried alone; True when it was tried alone before and ended the process."""
        row = await self._pool.fetchrow(
            "select next_offset, alone from attempt where generation = $1 and topic = $2 and partition = $3",
            where.generation, where.topic, where.partition,
        )  # fmt: skip
        if row is not None and row["alone"] and row["next_offset"] == offset:
            return True
        await self._pool.execute(
            "update attempt set next_offset = $4, alone = true where generation = $1 and topic = $2 and partition = $3",
            where.generation, where.topic, where.partition, offset,
        )  # fmt: skip
        return False

    async def passed(self, where: Where) -> None:
        """The first batch went through: nothing to hold against this partition's offsets."""
        if where not in self._passed:
            await self._pool.execute(
                "delete from attempt where generation = $1 and topic = $2 and partition = $3",
                where.generation, where.topic, where.partition,
            )  # fmt: skip
            self._passed.add(where)
