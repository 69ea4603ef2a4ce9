"""kill -9 of the timer room while it writes what is due: each due event counts once, none early, none lost.

The stream room stands still meanwhile, so a room that starts again writes
anew what the killed one had written, and the log holds it twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from confluent_kafka import Consumer, TopicPartition
from kafka_feed import feed, publish
from kafka_held_tables import held
from kafka_process import Kafka
from kafka_proof import prove, worked_off
from kafka_rooms import Rooms, running_rooms
from kafka_waiting import until

from schemas.events.internal import WAIT_DUE
from schemas.topics import EVENTS
from services.policy_files import default_policy_text

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 170
LATER = 20
_PATIENCE_SECONDS = 60.0


class DueEvents:
    """The due events on the log, as a client that is not ours sees them the moment they are there."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self.ids: list[str] = []

    async def come(self, count: int) -> None:
        """Return when so many more than before have come."""
        await asyncio.to_thread(self._take, len(self.ids) + count)

    def _take(self, until_there_are: int) -> None:
        while len(self.ids) < until_there_are:
            message = self._consumer.poll(_PATIENCE_SECONDS)
            assert message is not None, f"no more than {len(self.ids)} due events came"
            assert message.error() is None, message.error()
            headers = dict(message.headers() or ())
            event_id = headers["ce_id"]
            if headers["ce_type"] == WAIT_DUE.encode() and isinstance(event_id, bytes):
                self.ids.append(event_id.decode("ascii"))


@contextmanager
def due_events(broker: str, partitions: int) -> Iterator[DueEvents]:
    """Listen inside this block."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "listener", "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(EVENTS, number, 0) for number in range(partitions)])
        yield DueEvents(consumer)
    finally:
        consumer.close()


@pytest_asyncio.fixture
async def rooms(kafka: Kafka, empty_database: str, tmp_path: Path) -> AsyncIterator[Rooms]:
    """Rooms by a policy that reminds of a prompt in the moment in which it is made, and wait for no partition."""
    text, policy = default_policy_text(), tmp_path / "policy.toml"
    assert "remind_days = 7" in text
    policy.write_text(text.replace("remind_days = 7", "remind_days = 0"))
    more = {"policy_file": policy, "timer_patience_seconds": 0.001}
    async with running_rooms(empty_database, kafka.bootstrap, tmp_path / "rooms", more=more) as rooms:
        yield rooms


async def test_a_timer_room_killed_while_it_writes_loses_and_doubles_nothing(rooms: Rooms) -> None:
    fed = feed(2 * PEOPLE, PEOPLE, seed=51)
    later = {event.number for event in fed[PEOPLE - LATER : PEOPLE]}
    await publish(rooms.door, [event for event in fed if event.number not in later])
    await worked_off(rooms)
    ledger = await asyncpg.connect(rooms.dsn)
    try:
        due = await ledger.fetchval("select count(*) from wait where due <= now()")
        assert due > PEOPLE // 3
        with due_events(rooms.broker, rooms.settings.partitions) as written:
            async with held(rooms.dsn, "inbox"):
                await killed_after(rooms, written, 5)
                await killed_after(rooms, written, due // 2)
            await worked_off(rooms)
            handled = await ledger.fetchval("select count(*) from inbox where internal")
            assert 0 < handled < due, "it was killed before or after its work, not in the middle"
            assert max(Counter(written.ids).values()) == 2

            await rooms.start("timers")
            await until(lambda: all_handled(ledger))
        for number in (sorted(later)[: LATER // 2], sorted(later)[LATER // 2 :]):
            await publish(rooms.door, [event for event in fed if event.number in number])
            await worked_off(rooms)
            await until(lambda: all_handled(ledger))  # it has looked again: what comes next in a chain is not due
        rooms.kill("timers")

        await prove(rooms, fed)
        assert await ledger.fetchval("select count(*) from duplicate") == 0  # what was written again is our repetition
        assert await ledger.fetchval("select count(*) from wait where step = 'remind'") > due
        assert await ledger.fetchval("select count(*) from wait where due > now()") > 0
        assert await ledger.fetchval(
            "select count(*) from inbox i left join wait w on w.id::text = i.event_id"
            " where i.internal and (w.id is null or i.recorded < w.due)"
        ) == 0  # fmt: skip
        once = await ledger.fetch(
            "select count(i.event_id) n from wait w left join inbox i on i.internal and i.event_id = w.id::text"
            " where w.due <= now() group by w.id"
        )
        assert {row["n"] for row in once} == {1}
        reminded = await ledger.fetchval("select count(*) from decision where kind = 'reminded'")
        assert reminded == len(once)
    finally:
        await ledger.close()


async def killed_after(rooms: Rooms, written: DueEvents, count: int) -> None:
    """Start the timer room and kill it as soon as it has written so many."""
    starting = asyncio.create_task(rooms.start("timers"))
    await written.come(count)
    rooms.kill("timers")
    await starting


async def all_handled(ledger: asyncpg.Connection[asyncpg.Record]) -> bool:
    """Whether nothing that is due is open."""
    return not await ledger.fetchval("select exists (select 1 from wait where due <= now() and not done)")
