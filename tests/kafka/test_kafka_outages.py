"""SIGKILL of Kafka itself while events flow: what it acknowledged is there again, and nothing of it is doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest
from kafka_feed import feed, publish
from kafka_process import Kafka, running_kafka
from kafka_proof import in_the_ledger, prove, worked_off
from kafka_rooms import Rooms, running_rooms
from kafka_waiting import until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 40


async def test_a_kafka_that_is_killed_and_comes_back_on_its_data_loses_and_doubles_nothing(
    kafka: Kafka, rooms: Rooms
) -> None:
    fed = feed(300, PEOPLE, seed=10)
    first, second = fed[:60], fed[60:]
    await publish(rooms.door, first)
    for portion in (second[:120], second[120:]):
        publishing = asyncio.create_task(publish(rooms.door, portion))
        await in_the_ledger(rooms, portion[:20])
        kafka.kill()
        await _door_says_that_it_is_away(rooms)
        await kafka.come_back()
        await publishing

    await prove(rooms, fed)


async def test_a_node_of_three_that_is_killed_stops_nothing(empty_database: str, tmp_path: Path) -> None:
    fed = feed(160, PEOPLE, seed=12)
    async with (
        running_kafka(3, "--heap", "256m") as kafka,
        running_rooms(empty_database, kafka.bootstrap, tmp_path / "rooms", replication=3) as rooms,
    ):
        publishing = asyncio.create_task(publish(rooms.door, fed))
        await in_the_ledger(rooms, fed[:20])
        kafka.kill()
        await publishing
        await worked_off(rooms)
        await kafka.come_back()

        await prove(rooms, fed)


async def _door_says_that_it_is_away(rooms: Rooms) -> None:
    async with httpx2.AsyncClient(base_url=rooms.door, timeout=20) as client:

        async def away() -> bool:
            return (await client.get("/readyz")).status_code == httpx2.codes.SERVICE_UNAVAILABLE

        await until(away)
