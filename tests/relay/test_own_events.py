"""An event of our own goes through the outbox to another journey: published at least once, taken once, and proven."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from given_events import line_of, people, record_of, records_of, reference, told
from own_events import on_the_log, prompts_tell, published, relaying, work_off

from schemas.codes import SOURCE
from schemas.envelope import attributes_of, from_headers
from schemas.events.internal import MEDIA_TYPE, WAIT_DUE
from schemas.topics import EVENTS
from services.broker import make_producer, partition_of
from services.domain.decisions import Refusal
from services.domain.step import step
from services.log_reader import LogReader
from services.relay.lanes import EmbeddedLane
from services.relay.outbox import next_outputs
from services.replay.differences import Difference, Report
from services.replay.ledger_half import verify_ledger
from services.replay.letters import replay_letter
from services.replay.verify import verify
from services.simulate import Simulation
from services.up.drain import _settled
from services.worked_off import own_events_sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.facts import Event
    from schemas.identifiers import SubjectKey
    from services.domain.journey import Journey
    from services.domain.policy import Policy
    from services.domain.step import Stepped
    from services.ledger.database import Pool
    from services.streams.record import Record

PARTITIONS = 2  # of the fixtures in tests/conftest.py


@pytest_asyncio.fixture
async def producer(broker: str) -> AsyncIterator[AIOKafkaProducer]:
    async with make_producer(broker, embedded=True) as producer:
        yield producer


async def send(producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
    for record in records:
        await producer.send_and_wait(EVENTS, key=record.key, value=record.value, headers=list(record.headers))


@pytest_asyncio.fixture
async def told_of(
    producer: AIOKafkaProducer,
    broker: str,
    pool: Pool,
    policy: Policy,
    key: SubjectKey,
    monkeypatch: pytest.MonkeyPatch,
) -> int:
    """A history whose prompts tell the journey of the first person, worked off and not published; how many did."""
    prompts_tell(monkeypatch, reference(people(1)[0], key))
    await send(producer, records_of(told(policy, key), key))
    await work_off(pool, broker, key)
    own: int = await pool.fetchval("select count(*) from outbox where topic = $1", EVENTS)
    assert own > 2
    return own


async def test_it_is_keyed_by_the_journey_that_takes_it_and_says_what_caused_it(
    told_of: int, broker: str, pool: Pool, key: SubjectKey
):
    async with relaying(pool, broker):
        await published(pool)
    receiver = reference(people(1)[0], key)
    found = [
        (partition, record)
        for partition, records in (await on_the_log(broker)).items()
        for record in records
        if attributes_of(record.headers)["type"] == WAIT_DUE
    ]
    assert len(found) == told_of
    for partition, record in found:
        accepted, named = from_headers(record.headers), attributes_of(record.headers)
        assert partition == partition_of(receiver.encode(), PARTITIONS)
        assert (record.key, accepted.subject) == (receiver.encode(), receiver)
        assert (accepted.source, accepted.arrival) == (SOURCE, accepted.id)
        assert ("content-type", MEDIA_TYPE.encode()) in record.headers
        row = await pool.fetchrow("select * from outbox where output_id = $1", accepted.id)
        assert (named["causationid"], accepted.traceparent) == (row["cause_id"], row["traceparent"])
        assert accepted.recorded == accepted.time == row["time"]


async def test_it_is_taken_once_outside_the_sum_and_both_halves_agree(
    told_of: int, broker: str, database: str, pool: Pool, key: SubjectKey
):
    arrivals = await pool.fetchval("select count(*) from arrivals")
    async with relaying(pool, broker):
        await published(pool)
        await work_off(pool, broker, key)
        await published(pool)
    report = await verify(database, broker, "test")
    assert (report.differences, report.waiting) == ([], 0)
    assert report.published == report.outputs
    assert await pool.fetchval("select count(*) from inbox where internal") == told_of
    assert await pool.fetchval("select count(*) from arrivals") == arrivals


async def test_what_a_killed_relay_repeats_is_taken_once(
    told_of: int, broker: str, database: str, pool: Pool, key: SubjectKey
):
    for partition in range(PARTITIONS):
        lane = EmbeddedLane(pool, broker, "test", partition)
        outputs = await next_outputs(pool, "test", partition, await lane.take(), 10_000)
        if outputs:
            await lane.publish([item for item in outputs if item.topic == EVENTS])
        await lane.leave()
    await pool.execute("delete from relay_position")  # killed before the mark
    await work_off(pool, broker, key)
    async with relaying(pool, broker):
        await published(pool)
        await work_off(pool, broker, key)
    assert await pool.fetchval("select count(*) from inbox where internal") == told_of
    assert await pool.fetchval("select count(*) from duplicate") == 0
    report = await verify(database, broker, "test")
    assert report.differences == []
    assert report.published == report.outputs


async def test_one_that_is_refused_is_a_dead_letter_outside_the_sum_and_goes_through_once_it_is_mended(
    told_of: int,
    broker: str,
    database: str,
    pool: Pool,
    producer: AIOKafkaProducer,
    key: SubjectKey,
    monkeypatch: pytest.MonkeyPatch,
):
    arrivals = await pool.fetchval("select count(*) from arrivals")
    async with relaying(pool, broker):
        await published(pool)

    def refusing(journey: Journey, event: Event, policy: Policy) -> Stepped | Refusal:
        return Refusal("processing-failed") if event.type == WAIT_DUE else step(journey, event, policy)

    with monkeypatch.context() as broken:
        broken.setattr("services.streams.fold.step", refusing)
        for _ in range(2):  # also when it is read again
            await work_off(pool, broker, key)
    letters = await pool.fetch("select id, code, subject, state from dead_letter")
    receiver = reference(people(1)[0], key)
    assert {(row["code"], row["subject"], row["state"]) for row in letters} == {("processing-failed", receiver, "open")}
    assert len(letters) == told_of
    assert await pool.fetchval("select count(*) from arrivals") == arrivals
    assert await pool.fetchval("select count(*) from inbox where internal") == 0
    await work_off(pool, broker, key)  # what is not replayed stays where it is
    assert await pool.fetchval("select count(*) from inbox where internal") == 0

    async with pool.acquire() as connection:
        for row in letters:
            await replay_letter(connection, row["id"], None, None, producer)  # type: ignore[arg-type]
    await work_off(pool, broker, key)
    assert {row["state"] for row in await pool.fetch("select state from dead_letter")} == {"resolved"}
    assert await pool.fetchval("select count(*) from inbox where internal") == told_of
    assert await pool.fetchval("select count(*) from arrivals") == arrivals
    async with relaying(pool, broker):
        await published(pool)
    report = await verify(database, broker, "test")
    assert report.differences == []


DAMAGES = {
    "its outbox row is another's": (
        "update outbox set subject = (select subject from journey where subject <> outbox.subject limit 1)"
        " where output_id::text = :own", "different", "event of our own",
    ),
    "its outbox row is lost": ("delete from outbox where output_id::text = :own", "unknown", "event of our own that"
                               " nothing caused"),
    "it says something else": (
        "update inbox set payload = replace(convert_from(payload, 'UTF8'), 'remind', 'lapse')::bytea"
        " where event_id = :own", "different", "event of our own",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_one_is_found_and_named(
    damage: str, told_of: int, broker: str, database: str, pool: Pool, key: SubjectKey
):
    async with relaying(pool, broker):
        await published(pool)
        await work_off(pool, broker, key)
    row = await pool.fetchrow("select * from inbox where internal order by partition, event_offset limit 1")
    statement, kind, what = DAMAGES[damage]
    await pool.execute(statement.replace(":own", f"'{row['event_id']}'"))
    report = Report()
    connection = await asyncpg.connect(database)
    await verify_ledger(connection, report)
    await connection.close()
    place = f"test:{row['partition']}:{row['event_offset']}"
    assert Difference("ledger", kind, what, place) in report.differences  # type: ignore[arg-type]


async def test_one_that_never_came_to_the_log_is_missed(told_of: int, broker: str, database: str, pool: Pool):
    async with relaying(pool, broker):
        await published(pool)
    own = await pool.fetchrow("select * from outbox where topic = $1 order by partition, event_offset limit 1", EVENTS)
    await pool.execute(
        "update outbox set output_id = '00000000-0000-4000-8000-000000000000' where output_id = $1", own["output_id"]
    )
    report = await verify(database, broker, "test")
    place = f"test:{own['partition']}:{own['event_offset']}:{own['ordinal']}"
    assert Difference("topics", "missing", f"output on {EVENTS}", place) in report.differences


class Racing:
    """A connection to the ledger on which the relay publishes just before somebody asks what it has published."""

    def __init__(self, connection: object, lanes: Sequence[EmbeddedLane], pool: Pool) -> None:
        self._connection, self._lanes, self._pool = connection, lanes, pool

    async def fetchval(self, query: str, *args: object) -> object:
        if "relay_position" in query:
            for number, lane in enumerate(self._lanes):
                outputs = await next_outputs(self._pool, "test", number, await lane.take(), 10_000)
                if outputs:
                    await lane.publish(outputs)
        return await self._connection.fetchval(query, *args)  # type: ignore[attr-defined]


async def test_a_clean_stop_waits_for_one_that_was_published_meanwhile(
    told_of: int, broker: str, pool: Pool, key: SubjectKey
):
    lanes = [EmbeddedLane(pool, broker, "test", number) for number in range(PARTITIONS)]
    async with pool.acquire() as connection, LogReader(broker) as reader:
        racing = Racing(connection, lanes, pool)
        assert not await _settled(racing, reader, "test", ())  # type: ignore[arg-type]
        await work_off(pool, broker, key)
        assert await _settled(racing, reader, "test", ())  # type: ignore[arg-type]
    for lane in lanes:
        await lane.leave()


async def test_what_is_due_waits_until_it_is_sent(told_of: int, broker: str, pool: Pool):
    async with pool.acquire() as connection:
        assert not await own_events_sent(connection, "test")
        async with relaying(pool, broker):
            await published(pool)
        assert await own_events_sent(connection, "test")


def test_simulate_walks_it_and_tells_it_to_nobody(policy: Policy, key: SubjectKey, monkeypatch: pytest.MonkeyPatch):
    history = told(policy, key)
    plain = Simulation(policy, key)
    before = list(plain.run(map(line_of, history)))
    receiver = reference(people(1)[0], key)
    prompts_tell(monkeypatch, receiver)
    telling = Simulation(policy, key)
    after = list(telling.run(map(line_of, history)))
    assert telling.summary.own == 3
    assert telling.journeys[receiver].version == plain.journeys[receiver].version + 3
    assert [line for line in after if WAIT_DUE.encode() in line] == []
    assert len(after) == len(before)


def test_a_record_of_a_door_is_no_event_of_ours(policy: Policy, key: SubjectKey):
    accepted = from_headers(record_of(told(policy, key)[0], 0, key).headers)
    assert accepted.source != SOURCE
