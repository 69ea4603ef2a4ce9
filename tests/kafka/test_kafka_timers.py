"""kill -9 of the timer room while it writes what is due: each due event counts once, none early, none lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from kafka_feed import feed, publish
from kafka_process import Kafka
from kafka_proof import prove, worked_off
from kafka_rooms import Rooms, running_rooms
from kafka_waiting import until

from services.policy_files import default_policy_text

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 150


@pytest_asyncio.fixture
async def rooms(kafka: Kafka, empty_database: str, tmp_path: Path) -> AsyncIterator[Rooms]:
    """Rooms by a policy that reminds of a prompt in the moment in which it is made."""
    text, policy = default_policy_text(), tmp_path / "policy.toml"
    assert "remind_days = 7" in text
    policy.write_text(text.replace("remind_days = 7", "remind_days = 0"))
    async with running_rooms(
        empty_database, kafka.bootstrap, tmp_path / "rooms", more={"policy_file": policy}
    ) as rooms:
        yield rooms


async def test_a_timer_room_killed_while_it_writes_loses_and_doubles_nothing(rooms: Rooms) -> None:
    fed = feed(300, PEOPLE, seed=51)
    await publish(rooms.door, fed)
    await worked_off(rooms)
    ledger = await asyncpg.connect(rooms.dsn)
    try:
        due = await ledger.fetchval("select count(*) from wait where due <= now()")
        assert due > PEOPLE // 3

        async def more_than(before: int) -> bool:
            return bool(await ledger.fetchval("select count(*) > $1 from inbox where internal", before))

        left = []
        for _ in range(2):
            written = await ledger.fetchval("select count(*) from inbox where internal")
            await rooms.start("timers")
            await until(lambda written=written: more_than(written))
            rooms.kill("timers")
            await worked_off(rooms)
            left.append(due - await ledger.fetchval("select count(*) from inbox where internal"))
        assert left[0] > 0, "it was killed too late: everything had been written"
        await rooms.start("timers")
        await until(lambda: more_than(due - 1))
        rooms.kill("timers")

        await prove(rooms, fed)
        once = await ledger.fetch(
            "select w.id, count(i.event_id) n, min(i.recorded) >= w.due in_time from wait w"
            " left join inbox i on i.internal and i.event_id = w.id::text where w.due <= now() group by w.id, w.due"
        )
        assert [(row["n"], row["in_time"]) for row in once] == [(1, True)] * due
        assert await ledger.fetchval("select count(*) from wait where due <= now() and not done") == 0
        assert await ledger.fetchval("select count(*) from decision where kind = 'reminded'") == due
    finally:
        await ledger.close()
