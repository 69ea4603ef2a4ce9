"""Every arrival ends as exactly one row: what came in is what was accepted, repeated or rejected."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from given_events import BACK_PAIN, FIRST_DAY, Event, fit_note, line_of, people, told

from schemas.identifiers import ArrivalId, EventId
from schemas.topics import EVENTS, INBOUND, REFUSALS
from services.broker import make_producer
from services.ingest.accept import Acceptor, Original
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.ingest.structured import STRUCTURED, structured_offer
from services.ledger.status import counts, status_of_event
from services.log_reader import LogReader
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool


class FixedClock:
    """A day on which every event of the mix is news."""

    def now(self) -> datetime:
        return datetime(2026, 3, 20, tzinfo=UTC)


class Doors:
    """Doors as a deployment has them: two that do not know each other, one of them without the ledger, and Kafka's."""

    def __init__(self, producer: AIOKafkaProducer, pool: Pool, key: SubjectKey) -> None:
        clock = FixedClock()
        self._http = [
            Acceptor(producer, Inbox(pool), Memory(), clock, key, "http"),
            Acceptor(producer, Inbox(None), Memory(), clock, key, "http"),
        ]
        self._kafka = lambda: Acceptor(producer, Inbox(pool), Memory(), clock, key, "kafka")
        self.arrivals: set[str] = set()
        self._taken: list[tuple[int, bytes]] = []

    async def post(self, door: int, body: bytes) -> None:
        """One HTTP request."""
        arrival = ArrivalId(f"http-{len(self.arrivals)}")
        self.arrivals.add(arrival)
        await self._http[door].accept(structured_offer(body, STRUCTURED, arrival))

    async def take(self, body: bytes, times: int) -> None:
        """One record of ``fitpath.inbound``; read more than once where the door ended before it committed."""
        offset = len(self.arrivals)
        self.arrivals.add(f"test:{INBOUND}:0:{offset}")
        self._taken.append((offset, body))
        for _ in range(times):
            await self._read(offset, body)

    async def read_again(self) -> None:
        """A door that starts reads again what was taken, and may be rows by now."""
        for offset, body in self._taken:
            await self._read(offset, body)

    async def _read(self, offset: int, body: bytes) -> None:
        original = Original(INBOUND, 0, offset, [("content-type", STRUCTURED.encode())], body)
        offer = structured_offer(body, STRUCTURED, ArrivalId(f"test:{INBOUND}:0:{offset}"))
        await self._kafka().accept(offer, original)


def changed(event: Event) -> Event:
    """Another body under the same id."""
    other = fit_note(people(1)[0], FIRST_DAY, 5, BACK_PAIN)
    return {**other, "id": event["id"], "source": event["source"]}


def broken(event: Event) -> bytes:
    return line_of({**event, "data": {"resourceType": "Patient"}})


async def work_off(broker: str, pool: Pool, key: SubjectKey, chance: random.Random) -> None:
    """What the stream room does, in batches of any size, topics and partitions in turn."""
    writers = {EVENTS: Batches(pool, EventWriter(key)), REFUSALS: Batches(pool, RefusalWriter())}
    left: dict[Where, list[Record]] = {}
    async with LogReader(broker) as reader:
        for topic in writers:
            for partition in await reader.partitions(topic):
                left[Where("test", topic, partition)] = [
                    Record(found.offset, found.key, tuple(found.headers), found.value or b"")
                    async for batch in reader.read(topic, partition)
                    for found in batch
                ]
    position = dict.fromkeys(left, 0)
    while open_ := [where for where, records in left.items() if position[where] < len(records)]:
        where = chance.choice(open_)
        start = max(position[where] - chance.randrange(3), 0)  # redelivered, now and then
        batch = left[where][start : position[where] + chance.randrange(1, 9)]
        position[where] = await writers[where.topic].handle(where, batch)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_mix_of_everything_through_every_door_adds_up(
    seed: int, broker: str, pool: Pool, policy: Policy, key: SubjectKey
):
    chance = random.Random(seed)
    history = told(policy, key, 3)
    bodies = [line_of(event) for event in history]
    bodies += [line_of(chance.choice(history)) for _ in range(20)]
    bodies += [line_of(changed(chance.choice(history))) for _ in range(6)]
    bodies += [broken(chance.choice(history)) for _ in range(6)]
    bodies += [b"{", b"", b'{"specversion":"1.0"}']
    chance.shuffle(bodies)
    producer = make_producer(broker, embedded=True)
    await producer.start()
    try:
        doors = Doors(producer, pool, key)
        for half in (bodies[: len(bodies) // 2], bodies[len(bodies) // 2 :]):
            for body in half:
                if chance.random() < 0.3:
                    await doors.take(body, chance.choice([1, 1, 2]))
                else:
                    await doors.post(chance.randrange(2), body)
            await work_off(broker, pool, key, chance)
            before = await pool.fetch("select arrival, outcome from arrivals order by 1")
            await doors.read_again()
            await work_off(broker, pool, key, chance)
            assert await pool.fetch("select arrival, outcome from arrivals order by 1") == before
    finally:
        await producer.stop()

    rows = await pool.fetch("select arrival, outcome from arrivals")
    assert sorted(row["arrival"] for row in rows) == sorted(doors.arrivals)
    async with pool.acquire() as connection:
        found = await counts(connection)
        assert found["arrivals"] == len(bodies) == found["accepted"] + found["duplicate"] + found["rejected"]
        assert min(found["accepted"], found["duplicate"], found["rejected"]) > 3
        accepted = {(row["source"], row["event_id"]) for row in await connection.fetch("select * from inbox")}
        assert len(accepted) == found["accepted"]
        assert accepted <= {(event["source"], event["id"]) for event in history}
        source, event_id = next(iter(accepted))
        status = await status_of_event(connection, EventId(source, event_id))
        assert status is not None
        assert status["status"] == "processed"
        assert await status_of_event(connection, EventId(source, "never seen")) is None
