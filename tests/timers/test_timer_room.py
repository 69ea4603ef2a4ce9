"""The timer room on a real broker and database, with a clock that stands where the test puts it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from aiokafka.errors import KafkaError
from timer_parts import PARTITIONS, FakeClock, Stream

from schemas.topics import EVENTS, INBOUND
from services.broker import make_producer, partition_of
from services.log_reader import LogReader
from services.replay.differences import Report
from services.replay.ledger_half import verify_ledger
from services.timers.room import TimerRoom

NOTE = "fit-note-issued-1/chronic-back-pain.valid.json"
THEN = {"2024-03-04": "2026-03-02", "2024-03-31": "2026-03-29"}
DECLINED = "prompt-answered-1/person-declined.valid.json"
TASK = "0f4c8a54-6a57-5d0b-9c52-6a3f7a1d2b01"
SAME_PERSON = {"9990000069": "9990000018"}
PATIENCE = timedelta(days=2)


@pytest_asyncio.fixture
async def reader(broker):
    async with LogReader(broker) as found:
        yield found


@pytest_asyncio.fixture
async def producer(broker):
    made = make_producer(broker, embedded=True)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def stream(pool, reader, producer, key, clock):
    return Stream(pool, reader, producer, key, clock)


@pytest.fixture
def timers(pool, reader, producer, clock):
    return TimerRoom(pool, reader, producer, clock, "test", PATIENCE)


async def decided(pool):
    """The kinds of all decisions, in the order of their events."""
    rows = await pool.fetch("select kind from decision order by partition, event_offset, ordinal")
    return [row["kind"] for row in rows]


@pytest_asyncio.fixture
async def prompted(stream, pool):
    """Somebody about whom a prompt is open since day 0."""
    await stream.publish(NOTE, THEN)
    await stream.work_off()
    assert "prompted" in await decided(pool)


async def test_nothing_is_due_before_its_moment(prompted, timers, clock):
    clock.day(6.9)
    assert await timers.look() == 0


async def test_a_prompt_is_repeated_escalated_and_lapses_each_at_its_moment(prompted, timers, stream, clock, pool):
    for day in (7, 14, 28):
        clock.day(day)
        assert await timers.look() == 1
        assert await timers.look() == 0  # it is on its way
        await stream.work_off()
    assert [kind for kind in await decided(pool) if kind in ("reminded", "escalated", "lapsed")] == [
        "reminded", "reminded", "lapsed",
    ]  # fmt: skip
    assert await pool.fetchval("select count(*) from outbox where type = 'ips-referral-prompt-changed-1'") == 3
    assert await pool.fetchval("select count(*) from wait where not done") == 0


async def test_due_events_stand_outside_the_sum_of_arrivals(prompted, timers, stream, clock, pool):
    clock.day(7)
    await timers.look()
    await stream.work_off()
    assert await pool.fetchval("select count(*) from inbox") == 2
    assert await pool.fetchval("select count(*) from arrivals") == 1


async def test_of_an_overdue_chain_one_step_is_written_until_it_is_handled(prompted, timers, stream, clock, pool):
    """After a month of downtime nobody gets three messages at once: the steps that were overtaken say so."""
    clock.day(40)
    for _ in range(3):
        assert await timers.look() == 1
        assert await timers.look() == 0
        await stream.work_off()
    assert await timers.look() == 0
    kinds = [kind for kind in await decided(pool) if kind.startswith(("reminded", "lapsed", "wait", "escalated"))]
    assert kinds == ["wait-overtaken", "wait-overtaken", "lapsed"]


async def test_what_came_before_the_moment_is_worked_off_first(prompted, timers, stream, clock, pool):
    clock.day(6)
    prompt = await pool.fetchval("select body ->> 'prompt' from decision where kind = 'prompted'")
    answer = {TASK: prompt, **SAME_PERSON}
    await stream.publish(DECLINED, answer)
    clock.day(7)
    assert await timers.look() == 0  # the answer is on the topic and in no row yet
    await stream.work_off()
    assert await timers.look() == 1
    await stream.work_off()
    assert (await decided(pool))[-1] == "wait-overtaken"


async def test_a_partition_that_stands_still_holds_a_wait_back_only_for_so_long(prompted, timers, stream, clock):
    clock.day(6)
    await stream.publish(NOTE, THEN)
    clock.day(7)
    assert await timers.look() == 0
    clock.day(7 + 2.1)
    assert await timers.look() == 1


async def test_what_waits_on_inbound_is_taken_first(prompted, timers, producer, pool, clock):
    sent = await producer.send_and_wait(INBOUND, value=b"not taken yet")
    clock.day(7)
    assert await timers.look() == 0
    await pool.execute(
        "insert into rejection (arrival, door, codes, recorded) values ($1, 'kafka', '{body-not-readable}', now())",
        f"test:{INBOUND}:{sent.partition}:{sent.offset}",
    )
    assert await timers.look() == 1


async def test_a_due_event_written_twice_is_handled_once(prompted, timers, stream, clock, pool, reader, producer):
    clock.day(7)
    assert await timers.look() == 1
    for partition in range(PARTITIONS):
        async for batch in reader.read(EVENTS, partition):
            for record in batch:
                if dict(record.headers)["ce_type"] == b"wait-due-1":  # as a room does that was killed before it knew
                    await producer.send_and_wait(
                        EVENTS, key=record.key, value=record.value, headers=list(record.headers)
                    )
    await stream.work_off()
    assert await reader.bounds(EVENTS, partition_of(await subject(pool), PARTITIONS)) == (0, 3)
    assert (await decided(pool)).count("reminded") == 1
    assert await pool.fetchval("select count(*) from arrivals") == 1


async def test_the_ledger_verifies_and_a_damaged_wait_is_named(prompted, timers, stream, clock, pool):
    clock.day(7)
    await timers.look()
    await stream.work_off()
    assert await differences(pool) == []
    await pool.execute("update wait set due = due + interval '1 day' where step = 'lapse'")
    assert [(item.kind, item.what) for item in await differences(pool)] == [("different", "wait")]
    await pool.execute("delete from wait where step = 'lapse'")
    assert [(item.kind, item.what) for item in await differences(pool)] == [("missing", "wait")]


async def subject(pool):
    """The key of the one person."""
    found = await pool.fetchval("select subject from journey")
    return found.encode()


async def differences(pool):
    report = Report()
    async with pool.acquire() as connection:
        await verify_ledger(connection, report)
    return report.differences


async def test_a_key_goes_where_our_producers_send_it(producer):
    for number in range(20):
        key = f"s-{number:032x}".encode()
        sent = await producer.send_and_wait(EVENTS, key=key, value=b"")
        assert sent.partition == partition_of(key, PARTITIONS)


async def test_a_broker_that_is_away_loses_no_wait(prompted, clock, pool, key, broker):
    """The room says so and looks again; a successor of the broker gets what is due."""
    gone = make_producer(broker, embedded=True)
    await gone.start()
    await gone.stop()
    clock.day(7)
    async with LogReader(broker) as reader:
        room = TimerRoom(pool, reader, gone, clock, "test", PATIENCE)
        with pytest.raises(KafkaError):
            await room.look()
        back = make_producer(broker, embedded=True)
        await back.start()
        try:
            room = TimerRoom(pool, reader, back, clock, "test", PATIENCE)
            assert await room.look() == 1
        finally:
            await back.stop()
