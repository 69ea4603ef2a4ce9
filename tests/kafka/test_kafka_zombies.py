"""SIGSTOP of a room past its session: another takes over, and the one that wakes up again is fenced."""

from __future__ import annotations

import pytest
from kafka_feed import feed, publish
from kafka_held_tables import held
from kafka_proof import in_the_ledger, prove, worked_off
from kafka_rooms import Rooms

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 40


async def test_a_relay_that_slept_while_another_took_its_lanes_publishes_nothing_twice(rooms: Rooms) -> None:
    fed = feed(240, PEOPLE, seed=13)
    async with held(rooms.dsn, "relay_position") as point:
        await publish(rooms.door, fed[:80])
        await point.somebody_waits()
        rooms.freeze("relay")
    await rooms.start("relay", called="second relay")
    await publish(rooms.door, fed[80:160])
    await in_the_ledger(rooms, fed[:160])

    rooms.thaw("relay")
    await publish(rooms.door, fed[160:])
    await worked_off(rooms)  # both are at work: whoever finds itself fenced takes the lane again
    rooms.kill("relay")

    await prove(rooms, fed)


async def test_a_stream_room_that_slept_in_a_batch_while_another_did_it_writes_nothing_twice(rooms: Rooms) -> None:
    fed = feed(240, PEOPLE, seed=14)
    await publish(rooms.door, fed[:80])
    await worked_off(rooms)
    async with held(rooms.dsn, "journey", against="changers") as point:
        await publish(rooms.door, fed[80:160])
        await point.somebody_waits()
        rooms.freeze("streams")
    await rooms.start("streams", called="second streams")
    await in_the_ledger(rooms, fed[:160])  # the database takes the offset that counts from the one that sleeps

    rooms.thaw("streams")
    await publish(rooms.door, fed[160:])

    await prove(rooms, fed)
