"""kill -9 of each room, at several points of its work, while events flow: nothing is lost, doubled or out of order.

The points are met without any hook in the rooms: a table that is held makes
a room stand still before it, and a broker that is frozen before its answer.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence

import pytest
from kafka_feed import Fed, answers_to_prompts, feed, produce, publish
from kafka_held_tables import held
from kafka_process import Kafka
from kafka_proof import in_the_ledger, prove, worked_off
from kafka_rooms import KEY, Rooms

from schemas.identifiers import SubjectKey

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 40
POINTS_OF_A_BATCH = ("inbox", "journey", "decision", "outbox", "log_position")


async def test_a_stream_room_killed_at_every_step_of_a_batch_loses_and_doubles_nothing(rooms: Rooms) -> None:
    fed = feed(300, PEOPLE, seed=1)
    for table, portion in zip(POINTS_OF_A_BATCH, _portions(fed, len(POINTS_OF_A_BATCH)), strict=True):
        async with held(rooms.dsn, table) as point:
            publishing = asyncio.create_task(publish(rooms.door, portion))
            await point.somebody_waits()
            rooms.kill("streams")
            await publishing
        await rooms.start("streams")
        await worked_off(rooms)  # an event that ended the process three times in a row would be a dead letter

    answers = await answers_to_prompts(rooms.dsn, SubjectKey(bytes.fromhex(KEY)), PEOPLE)
    assert answers
    publishing = asyncio.create_task(publish(rooms.door, answers))
    await asyncio.sleep(random.Random(2).uniform(0.02, 0.2))  # and once at a moment that nobody chose
    rooms.kill("streams")
    await rooms.start("streams")
    await publishing

    sums = await prove(rooms, [*fed, *answers])
    assert sums["duplicate"] == 0  # what is read again after a kill is our own repetition: it counts nowhere


async def test_a_relay_killed_in_and_after_its_transactions_publishes_nothing_twice(rooms: Rooms) -> None:
    chance = random.Random(3)
    fed = feed(400, PEOPLE, seed=3)
    marked, *others = _portions(fed, 5)
    async with held(rooms.dsn, "relay_position") as point:  # what is published has not been marked
        await publish(rooms.door, marked)
        await point.somebody_waits()
        rooms.kill("relay")
    await rooms.start("relay")
    for portion in others:
        rooms.freeze("relay")  # outputs gather, so that there is much in its hands when it is killed
        await publish(rooms.door, portion)
        await in_the_ledger(rooms, portion)
        rooms.thaw("relay")
        await asyncio.sleep(chance.uniform(0.0, 0.15))
        rooms.kill("relay")
        await rooms.start("relay")

    await prove(rooms, fed)


async def test_a_door_killed_before_and_after_the_broker_has_an_event_loses_and_doubles_nothing(
    kafka: Kafka, rooms: Rooms
) -> None:
    fed = feed(240, PEOPLE, seed=5)
    before, after, by_kafka = _portions(fed, 3)
    async with held(rooms.dsn, "inbox", against="readers") as point:
        publishing = asyncio.create_task(publish(rooms.door, before))
        await point.somebody_waits()
        rooms.kill("ingest")
    await rooms.start("ingest")
    await publishing
    kafka.freeze()
    publishing = asyncio.create_task(publish(rooms.door, after))
    await kafka.is_sent(1500)
    rooms.kill("ingest")
    kafka.thaw()
    await rooms.start("ingest")
    await publishing
    async with held(rooms.dsn, "inbox", against="readers") as point:
        await asyncio.to_thread(produce, rooms.broker, by_kafka)
        await point.somebody_waits()
        rooms.kill("ingest")
    await rooms.start("ingest")

    sums = await prove(rooms, fed)
    assert sums["duplicate"] > 0  # the broker had some events whose door was killed before it could say so


def _portions(fed: Sequence[Fed], count: int) -> Iterator[Sequence[Fed]]:
    size = -(-len(fed) // count)
    for first in range(0, len(fed), size):
        yield fed[first : first + size]
