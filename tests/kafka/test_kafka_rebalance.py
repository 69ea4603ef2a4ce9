"""Workers come and go under load: partitions change hands in the middle of batches, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import islice

import asyncpg
import pytest
from kafka_feed import Fed, feed, publish
from kafka_proof import prove
from kafka_rooms import Rooms
from kafka_waiting import until

from schemas.topics import EVENTS

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 60
MORE_THAN_ENOUGH = 6000


async def test_workers_that_join_and_leave_and_are_killed_under_load_lose_and_double_nothing(rooms: Rooms) -> None:
    coming = iter(feed(MORE_THAN_ENOUGH, PEOPLE, seed=21))
    fed = await under_load(rooms, coming, joins(rooms, "second streams"))
    fed += await under_load(rooms, coming, leaves(rooms, "streams"))
    fed += await under_load(rooms, coming, joins(rooms, "third streams"))
    fed += await under_load(rooms, coming, is_killed(rooms, "second streams"))

    await prove(rooms, fed)
    assert rooms.ended_by_themselves == [], [rooms.log_of(name)[-2000:] for name in rooms.ended_by_themselves]


async def under_load(rooms: Rooms, coming: Iterator[Fed], change: Coroutine[None, None, None]) -> list[Fed]:
    """Publish for as long as a change takes, and a little before and after; return what was published."""
    fed = list(islice(coming, 20))
    await publish(rooms.door, fed)
    changing = asyncio.create_task(change)
    still_to_come = True
    while still_to_come:
        still_to_come = not changing.done()
        portion = list(islice(coming, 12))
        assert portion, "the change took longer than all events"
        await publish(rooms.door, portion, at_once=2)
        fed += portion
    await changing
    return fed


async def joins(rooms: Rooms, name: str) -> None:
    """One worker more comes: partitions were handed over when it has handled an event."""
    await rooms.start("streams", called=name)

    async def has_work() -> bool:
        return "event handled" in rooms.log_of(name)

    await until(has_work)


async def leaves(rooms: Rooms, name: str) -> None:
    """A worker stops cleanly; the other has its partitions when each has moved on."""
    await rooms.end(name)
    await every_partition_moves_on(rooms)


async def is_killed(rooms: Rooms, name: str) -> None:
    """A worker is killed; the other has its partitions when each has moved on."""
    rooms.kill(name)
    await every_partition_moves_on(rooms)


async def every_partition_moves_on(rooms: Rooms) -> None:
    """Wait until an event of each partition was handled that came after this moment."""
    ledger = await asyncpg.connect(rooms.dsn)
    try:
        was = await offsets(ledger)

        async def all_moved() -> bool:
            return all(now > was[partition] for partition, now in (await offsets(ledger)).items())

        await until(all_moved)
    finally:
        await ledger.close()


async def offsets(ledger: asyncpg.Connection[asyncpg.Record]) -> dict[int, int]:
    """The offset that counts of each partition."""
    rows = await ledger.fetch("select partition, next_offset from log_position where topic = $1", EVENTS)
    return {row["partition"]: row["next_offset"] for row in rows}
