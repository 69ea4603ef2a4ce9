"""Dead letters get another chance: what is mended moves from rejected to accepted, and the sum still adds up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from given_events import line_of, people, records_of, told

from schemas.identifiers import ArrivalId
from schemas.refusal import pack_record
from schemas.topics import EVENTS, INBOUND, REFUSALS
from services.broker import make_producer
from services.ingest.accept import Acceptor, Original
from services.ingest.admission import Admission
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.ingest.structured import STRUCTURED, structured_offer
from services.ledger.status import counts
from services.log_reader import LogReader
from services.replay.letters import Letter, LetterNotKnown, find_letter, list_letters, replay_letter
from services.replay.verify import verify
from services.sources import Sources
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool

EVERYBODY = Admission.by(Sources(), 1_048_576, shared=True)


class Clock:
    """Stands at a day until it is moved."""

    def __init__(self) -> None:
        self.day = datetime(2026, 3, 20, tzinfo=UTC)

    def now(self) -> datetime:
        return self.day


class Fitpath:
    """Door, stream room and the letters, in one process and one step at a time."""

    def __init__(self, broker: str, pool: Pool, key: SubjectKey) -> None:
        self.pool = pool
        self.clock = Clock()
        self._broker = broker
        self._key = key
        self.producer = make_producer(broker, embedded=True)
        self.door = Acceptor(self.producer, Inbox(None), Memory(), self.clock, key, "kafka")

    async def send(self, record: Record) -> None:
        """A record of ``fitpath.events``."""
        await self.producer.send_and_wait(
            EVENTS, key=record.key, value=record.value, headers=list(record.headers), partition=0
        )

    async def work_off(self) -> None:
        """Everything that is on the topics becomes rows."""
        writers = {EVENTS: EventWriter(self._key), REFUSALS: RefusalWriter()}
        async with LogReader(self._broker) as reader:
            for topic, writer in writers.items():
                for partition in await reader.partitions(topic):
                    records = [
                        Record(item.offset, item.key, tuple(item.headers), item.value or b"")
                        async for batch in reader.read(topic, partition)
                        for item in batch
                    ]
                    if records:
                        await Batches(self.pool, writer).handle(Where("test", topic, partition), records)

    async def letters(self) -> list[Letter]:
        async with self.pool.acquire() as connection:
            return await list_letters(connection)

    async def replay(self, letter: Letter) -> None:
        async with self.pool.acquire() as connection:
            assert await replay_letter(connection, letter.id, self.door, EVERYBODY, self.producer) == letter.arrival
        await self.work_off()

    async def sums(self) -> tuple[int, int, int, int]:
        async with self.pool.acquire() as connection:
            found = await counts(connection)
        assert found["arrivals"] == found["accepted"] + found["duplicate"] + found["rejected"]
        return found["arrivals"], found["accepted"], found["rejected"], found["dead_letters"]


@pytest_asyncio.fixture
async def fitpath(broker: str, pool: Pool, key: SubjectKey) -> AsyncIterator[Fitpath]:
    made = Fitpath(broker, pool, key)
    async with made.producer:
        yield made


async def test_an_answer_that_came_before_its_prompt_is_accepted_when_it_is_replayed(
    fitpath: Fitpath, broker: str, database: str, policy: Policy, key: SubjectKey
):
    history = [event for event in told(policy, key, 1) if "fit-note" in event["type"] or "discharge" in event["type"]]
    answer = next(event for event in told(policy, key, 1) if event["type"] == "prompt-answered-1")
    early, *rest = records_of([answer, *history], key)
    await fitpath.send(early)
    await fitpath.work_off()
    [letter] = await fitpath.letters()
    assert (letter.code, letter.stage, letter.state, letter.arrival) == (
        "prompt-not-known",
        "streams",
        "open",
        "arrival-0",
    )
    assert letter.words
    assert letter.advice
    assert letter.place == f"{EVENTS}:0:0"
    assert await fitpath.sums() == (1, 0, 1, 1)

    await fitpath.replay(letter)  # nothing is mended yet: a dead letter again, the same one
    assert [(item.id, item.state, item.code) for item in await fitpath.letters()] == [(letter.id, "open", letter.code)]
    assert await fitpath.sums() == (1, 0, 1, 1)

    for record in rest:
        await fitpath.send(record)
    await fitpath.work_off()
    await fitpath.replay(letter)
    assert await fitpath.letters() == []
    assert await fitpath.sums() == (len(history) + 1, len(history) + 1, 0, 0)
    async with fitpath.pool.acquire() as connection:
        assert [item.state for item in await list_letters(connection, resolved=True)] == ["resolved"]
        with pytest.raises(LetterNotKnown, match=f"no open dead letter {letter.id}"):
            await replay_letter(connection, letter.id, fitpath.door, EVERYBODY, fitpath.producer)
    assert await fitpath.pool.fetchval("select count(*) from outbox where type = 'ips-referral-requested-1'") == 1
    report = await verify(database, broker, "test")
    assert report.differences == []


async def test_a_letter_that_is_replayed_twice_at_once_is_accepted_once(
    fitpath: Fitpath, policy: Policy, key: SubjectKey
):
    records = records_of(told(policy, key, 1)[:2], key)
    broken = records[0]._replace(value=b"{")
    await fitpath.send(broken)
    await fitpath.work_off()
    [letter] = await fitpath.letters()
    await fitpath.pool.execute(
        "update dead_letter set record = $1", pack_record(records[0].headers, records[0].value)
    )  # as if this version could read it
    async with fitpath.pool.acquire() as connection:
        for _ in range(2):
            await replay_letter(connection, letter.id, fitpath.door, EVERYBODY, fitpath.producer)
    await fitpath.work_off()
    assert await fitpath.sums() == (1, 1, 0, 0)


async def test_a_record_without_a_name_stays_one_arrival_however_often_it_is_replayed(
    fitpath: Fitpath, broker: str, database: str, policy: Policy, key: SubjectKey
):
    [record] = records_of(told(policy, key, 1)[:1], key)
    await fitpath.send(record._replace(headers=()))
    await fitpath.work_off()
    for _ in range(2):
        [letter] = await fitpath.letters()
        assert (letter.code, letter.arrival) == ("record-not-readable", f"test:{EVENTS}:0:0")
        await fitpath.replay(letter)
        assert await fitpath.sums() == (1, 0, 1, 1)
    assert (await verify(database, broker, "test")).differences == []


async def test_what_the_kafka_door_refused_goes_through_the_door_again(
    fitpath: Fitpath, policy: Policy, key: SubjectKey
):
    event = told(policy, key, 1)[0]
    original = Original(INBOUND, 1, 7, [("content-type", STRUCTURED.encode())], line_of(event))
    arrival = ArrivalId(f"test:{INBOUND}:1:7")
    fitpath.clock.day = datetime(2026, 2, 1, tzinfo=UTC)  # the machine's clock is wrong
    await fitpath.door.accept(structured_offer(line_of(event), STRUCTURED, arrival), original)
    await fitpath.work_off()
    [letter] = await fitpath.letters()
    assert (letter.code, letter.stage, letter.place) == ("time-in-future", "ingest", f"{INBOUND}:1:7")
    await fitpath.replay(letter)
    assert [(item.id, item.state) for item in await fitpath.letters()] == [(letter.id, "open")]
    assert await fitpath.sums() == (1, 0, 1, 1)

    fitpath.clock.day = datetime(2026, 3, 20, tzinfo=UTC)
    await fitpath.replay(letter)
    assert await fitpath.letters() == []
    assert await fitpath.sums() == (1, 1, 0, 0)
    assert await fitpath.pool.fetchval("select arrival from inbox") == arrival


async def test_a_letter_is_shown_without_its_content(fitpath: Fitpath, policy: Policy, key: SubjectKey):
    [record] = records_of(told(policy, key, 1)[:1], key)
    await fitpath.send(record._replace(value=record.value[:-1]))
    await fitpath.work_off()
    async with fitpath.pool.acquire() as connection:
        [listed] = await list_letters(connection)
        letter, size = await find_letter(connection, listed.id)
        assert letter == listed
        assert size > len(record.value)
        assert people(1)[0].nhs_number not in repr(letter)
        with pytest.raises(LetterNotKnown, match="no dead letter 999"):
            await find_letter(connection, 999)
