"""What must be true after every test, whatever was killed meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import asyncpg
from kafka_outsider import out_of_order, read_outputs
from kafka_waiting import until

from services.ledger.status import counts
from services.replay.verify import verify
from services.up.drain import drained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kafka_feed import Fed
    from kafka_rooms import Rooms


_WITHIN_SECONDS = 90.0


async def in_the_ledger(rooms: Rooms, fed: Sequence[Fed]) -> None:
    """Wait until these events were processed, whether or not what they caused is published."""
    wanted = {event.id for event in fed}

    async def there() -> bool:
        return wanted <= await ids_of_inbox(rooms.dsn)

    await until(there, _WITHIN_SECONDS)


async def worked_off(rooms: Rooms) -> None:
    """Wait until everything that was taken is in the ledger and published."""
    if not await drained(rooms.dsn, rooms.broker, rooms.generation, inbound=True, within=_WITHIN_SECONDS):
        raise AssertionError(f"not worked off: {rooms.log_of('streams')[-2000:]} {rooms.log_of('relay')[-2000:]}")


async def prove(rooms: Rooms, fed: Sequence[Fed]) -> dict[str, int]:
    """Everything is worked off; nothing is lost, doubled, different or out of order, by our word and by another's.

    Returns the counts of the ledger.
    """
    sums = await prove_ledger(rooms, fed)
    report = await verify(rooms.dsn, rooms.broker, rooms.generation)
    assert report.differences == []
    assert report.verified
    assert report.published == report.outputs > 0
    assert report.aged == report.waiting == 0

    seen = await asyncio.to_thread(read_outputs, rooms.broker)
    assert Counter((item.topic, item.id) for item in seen) == Counter(await _outbox(rooms.dsn))
    assert out_of_order(seen) == []
    assert max(Counter((item.key, item.sequence) for item in seen).values()) == 1
    return sums


async def prove_ledger(rooms: Rooms, fed: Sequence[Fed]) -> dict[str, int]:
    """The part of it that asks no topic; returns the counts of the ledger."""
    await worked_off(rooms)
    report = await verify(rooms.dsn, None, None)
    assert report.differences == []
    assert await ids_of_inbox(rooms.dsn) == {event.id for event in fed}
    connection = await asyncpg.connect(rooms.dsn)
    try:
        sums = await counts(connection)
        arrivals = await connection.fetchval("select count(distinct arrival) from arrivals")
    finally:
        await connection.close()
    assert sums["accepted"] == len(fed)
    assert sums["rejected"] == sums["dead_letters"] == 0
    assert sums["arrivals"] == sums["accepted"] + sums["duplicate"] == arrivals  # each is one row
    return sums


async def ids_of_inbox(dsn: str) -> set[str]:
    """The ids of the events that the ledger holds and that came through a door."""
    connection = await asyncpg.connect(dsn)
    try:
        return {row["event_id"] for row in await connection.fetch("select event_id from inbox where not internal")}
    finally:
        await connection.close()


async def _outbox(dsn: str) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select topic, output_id::text from outbox")
        return [(row["topic"], row["output_id"]) for row in rows]
    finally:
        await connection.close()
