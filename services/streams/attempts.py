"""Attempts on the offset that counts, noted outside the batch's transaction (EXACTNESS 5).

What ended the process twice is tried alone; the third time it is a dead
letter. Only the start on a partition is noted: an event that ends the process
is soon in the first batch after a start, and every other batch pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.streams.where import Where

_TWICE = 2


class Start(NamedTuple):
    """The offset that counts when this worker started on a partition; ``alone``: it has ended a process twice."""

    offset: int
    alone: bool


class Attempts:
    """The notes of one worker."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._starts: dict[Where, Start | None] = {}

    async def start(self, where: Where) -> Start | None:
        """Note, once, that this worker starts on a partition; none when it got past that offset since."""
        if where not in self._starts:
            row = await self._pool.fetchrow(
                "insert into attempt as a (generation, topic, partition, next_offset, started)"
                " select generation, topic, partition, next_offset, 1 from log_position"
                " where generation = $1 and topic = $2 and partition = $3"
                " on conflict (generation, topic, partition) do update set"
                " started = case when a.next_offset = excluded.next_offset then a.started + 1 else 1 end,"
                " alone = a.alone and a.next_offset = excluded.next_offset, next_offset = excluded.next_offset"
                " returning next_offset, started",
                where.generation, where.topic, where.partition,
            )  # fmt: skip
            self._starts[where] = Start(row["next_offset"], row["started"] > _TWICE) if row else None
        return self._starts[where]

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
        """The offset that counts went up: nothing to hold against this partition's offsets."""
        await self._pool.execute(
            "delete from attempt where generation = $1 and topic = $2 and partition = $3",
            where.generation, where.topic, where.partition,
        )  # fmt: skip
        self._starts[where] = None
