"""`doctor` on what should move: each is stopped, the advice is followed, and it is well again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from broker_admin import delete
from given_events import records_of, told
from patient import Patient

from schemas.topics import EVENTS, REFUSALS
from services.broker import make_producer
from services.clock import MachineClock
from services.doctor.examine import _CHECKS
from services.log_reader import LogReader
from services.relay.lanes import EmbeddedLane
from services.relay.owner import Owner
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.room import StreamRoom
from services.streams.where import Where
from services.timers.room import TimerRoom

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool

WHERE = Where("test", EVENTS, 0)


async def send(broker: str, records: Sequence[Record]) -> None:
    producer = make_producer(broker, embedded=True)
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(
                EVENTS, key=record.key, value=record.value, headers=list(record.headers), partition=0
            )
    finally:
        await producer.stop()


@pytest.fixture
def records(policy: Policy, key: SubjectKey) -> list[Record]:
    return records_of(told(policy, key), key)


async def test_records_that_nobody_works_off_are_told_until_the_stream_room_does(
    patient: Patient, broker: str, pool: Pool, key: SubjectKey, records: list[Record]
):
    await send(broker, records)
    found = await patient.is_ill("streams", f"{len(records)} in {EVENTS} 0")
    assert "start `fitpath streams`" in found.advice
    await Batches(pool, EventWriter(key)).handle(WHERE, records)
    await patient.is_well("streams")


async def test_a_queue_that_moves_is_no_fault(
    patient: Patient, broker: str, pool: Pool, key: SubjectKey, records: list[Record], monkeypatch: pytest.MonkeyPatch
):
    """The worker takes one record at each look; the doctor looks until it has seen that, and no longer."""
    await send(broker, records)
    batches = Batches(pool, EventWriter(key))
    waiting = records[:]
    looks = []

    async def sleep(_seconds: float) -> None:
        looks.append(len(waiting))
        await batches.handle(WHERE, [waiting.pop(0)])

    monkeypatch.setattr("services.doctor.stuck._LOOK_SECONDS", 3600.0)
    monkeypatch.setattr("services.doctor.stuck.asyncio.sleep", sleep)
    monkeypatch.setattr("services.doctor.examine._CHECKS", [check for check in _CHECKS if check[0] == "streams"])
    await patient.is_well("streams")
    assert looks == [len(records)]


async def test_a_log_that_was_never_begun_is_told_and_begun_by_the_advice(patient: Patient):
    other = patient.change(generation="next")
    await other.follow(await other.is_ill("streams", "the ledger does not know this log generation"))
    await other.is_well("streams")


async def test_topics_that_are_missing_are_not_made_by_a_look(patient: Patient, broker: str):
    await delete(broker, REFUSALS)
    for _ in range(2):
        assert (await patient.is_ill("streams", "topics are missing")).advice == "see topics"
    await patient.follow(await patient.is_ill("topics", REFUSALS))
    await patient.is_well("streams")


async def test_outputs_that_nobody_publishes_are_told_until_the_relay_does(
    patient: Patient, broker: str, pool: Pool, key: SubjectKey, records: list[Record]
):
    await Batches(pool, EventWriter(key)).handle(WHERE, records)
    outputs = await pool.fetchval("select count(*) from outbox")
    found = await patient.is_ill("relay", f"{outputs} in lane 0")
    assert "start `fitpath relay`" in found.advice
    await Owner(pool, EmbeddedLane(pool, broker, "test", 0), "test", 0).run(until_empty=True)
    await patient.is_well("relay")


async def test_waits_that_are_overdue_are_told_until_the_timers_and_the_stream_room_took_them(
    patient: Patient, broker: str, pool: Pool, key: SubjectKey, records: list[Record]
):
    await send(broker, records)
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, records)
    overdue = await pool.fetchval("select count(*) from wait where not done and due < now()")
    found = await patient.is_ill("timers", f"{overdue} in the ledger")
    assert "start `fitpath timers`" in found.advice
    await patient.change(timer_patience_seconds=1e9).is_well("timers")  # it may still be held back

    producer = make_producer(broker, embedded=True)
    await producer.start()
    async with LogReader(broker) as reader:
        room = TimerRoom(pool, reader, producer, MachineClock(), "test", timedelta(0))
        while await room.look():
            for partition in range(2):
                async for batch in reader.read(EVENTS, partition):
                    due = [Record(item.offset, item.key, tuple(item.headers), item.value) for item in batch]
                    await batches.handle(Where("test", EVENTS, partition), due)
        await producer.stop()
    await patient.is_well("timers")
    await patient.is_well("streams")


async def test_a_partition_that_is_halted_is_told_until_the_topic_is_what_the_ledger_counts_on(
    patient: Patient, broker: str, pool: Pool, key: SubjectKey, records: list[Record]
):
    await send(broker, records)
    await pool.execute("update log_position set next_offset = 99 where topic = $1 and partition = 0", EVENTS)
    async with LogReader(broker) as reader:
        room = StreamRoom(pool, reader, "test", key)
        room.assigned(frozenset({(EVENTS, 0)}))
        await room.look()
        found = await patient.is_ill("partitions", "1 halted", f"{EVENTS} 0: the log ends at {len(records)}")
        assert "restore the topic" in found.advice
        await pool.execute("update log_position set next_offset = 0 where topic = $1 and partition = 0", EVENTS)
        assert await room.position(EVENTS, 0) == 0
        await room.handle(EVENTS, 0, records)
    await patient.is_well("partitions")
    await patient.is_well("streams")


async def test_dead_letters_are_named_with_the_command_that_lists_them(patient: Patient, pool: Pool, key: SubjectKey):
    await patient.is_well("dead letters", "none")
    await Batches(pool, EventWriter(key)).handle(WHERE, [Record(0, None, [], b"junk")])
    found = await patient.finding("dead letters")
    assert (found.good, found.words) == (True, "1 wait for somebody")
    assert "1 dead letters" in await patient.follow(found)
    await pool.execute("update dead_letter set state = 'resolved'")
    await patient.is_well("dead letters", "none")
