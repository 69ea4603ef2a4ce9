"""`fitpath.events` is deleted and made anew under a running ledger (EXACTNESS 4): a halt with words, never a skip."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import httpx2
import pytest
from kafka_feed import feed, publish
from kafka_proof import ids_of_inbox, prove, prove_ledger, worked_off
from kafka_rooms import Rooms, running_rooms
from kafka_topic import copy_events, make_events_anew
from kafka_waiting import until
from new_database import new_database

from services.doctor import examine_all
from services.embedded.postgres import RunningPostgres

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 40
PARTITIONS = 4


async def test_a_topic_that_comes_back_empty_halts_the_ledger_until_it_is_restored(rooms: Rooms) -> None:
    fed, late = feed(120, PEOPLE, seed=6), feed(12, PEOPLE, seed=7)
    await publish(rooms.door, fed)
    await worked_off(rooms)
    before = await asyncio.to_thread(copy_events, rooms.broker)

    await asyncio.to_thread(make_events_anew, rooms.broker, PARTITIONS)
    await publish(rooms.door, late)
    assert "made anew" in await _halted(rooms)
    async with httpx2.AsyncClient(base_url=rooms.door) as client:
        told = (await client.get("/readyz")).json()
    assert len(told["halted"]) == PARTITIONS
    finding = next(item for item in await examine_all(rooms.settings) if item.name == "partitions")
    assert not finding.good
    assert "restore the topic" in finding.advice
    assert await ids_of_inbox(rooms.dsn) == {event.id for event in fed}

    after = await asyncio.to_thread(copy_events, rooms.broker)
    await asyncio.to_thread(make_events_anew, rooms.broker, PARTITIONS, [*before, *after])
    await prove(rooms, [*fed, *late])
    assert await _halts(rooms.dsn) == []


async def test_a_topic_that_comes_back_longer_than_it_was_is_not_read_on_in_the_middle(
    rooms: Rooms, postgres: RunningPostgres, tmp_path: Path
) -> None:
    fed, other = feed(40, PEOPLE, seed=8), feed(200, PEOPLE, seed=9)
    await publish(rooms.door, fed)
    await worked_off(rooms)
    rooms.kill("streams")
    await asyncio.to_thread(make_events_anew, rooms.broker, PARTITIONS)
    await publish(rooms.door, other)

    await rooms.start("streams")
    assert "not known" in await _halted(rooms)
    assert await ids_of_inbox(rooms.dsn) == {event.id for event in fed}

    rooms.stop()
    async with (
        new_database(postgres) as dsn,
        running_rooms(dsn, rooms.broker, tmp_path / "second", generation="second") as second,
    ):
        await prove_ledger(second, other)


async def _halted(rooms: Rooms) -> str:
    """Wait until every partition has halted and return the words of the first."""

    async def all_of_them() -> bool:
        return len(await _halts(rooms.dsn)) == PARTITIONS

    await until(all_of_them)
    return (await _halts(rooms.dsn))[0]


async def _halts(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row["reason"] for row in await connection.fetch("select reason from halt order by topic, partition")]
    finally:
        await connection.close()
