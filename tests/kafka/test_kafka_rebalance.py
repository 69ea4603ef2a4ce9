"""Workers come and go under load: partitions change hands in the middle of batches, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio

import pytest
from kafka_feed import feed, publish
from kafka_proof import in_the_ledger, prove
from kafka_rooms import Rooms

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 60


async def test_a_second_worker_that_joins_and_leaves_under_load_loses_and_doubles_nothing(rooms: Rooms) -> None:
    fed = feed(480, PEOPLE, seed=21)
    for portion, change in (
        (fed[:120], lambda: rooms.start("streams", called="second streams")),
        (fed[120:240], lambda: rooms.end("streams")),
        (fed[240:360], lambda: rooms.start("streams", called="third streams")),
        (fed[360:], lambda: killed(rooms, "second streams")),
    ):
        publishing = asyncio.create_task(publish(rooms.door, portion))
        await in_the_ledger(rooms, portion[:10])
        await change()
        await publishing

    await prove(rooms, fed)
    for worker in ("streams", "second streams", "third streams"):
        assert "event handled" in rooms.log_of(worker), f"{worker} did no work: there was nothing to hand over"


async def killed(rooms: Rooms, name: str) -> None:
    """Kill a room."""
    rooms.kill(name)
