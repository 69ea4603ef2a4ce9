"""A Fitpath around the delivery room: events become rows, the outbox goes to its topics, receipts become rows."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from given_events import FIRST_DAY, people, record_of, reference

from schemas.topics import EVENTS, PATIENT_INFORMATION, PROMPTS, RECEIPTS, REFERRALS
from services.broker import ensure_topics, make_producer, partition_of
from services.clock import MachineClock
from services.delivery.folder import FolderSink
from services.delivery.room import Carrier, DeliveryRoom
from services.demo.messages import Event, pain_discharge, prompt_answer
from services.domain.decisions import EventKey
from services.domain.journey import Stop
from services.embedded.broker import start_broker
from services.ledger.journeys import load_journeys, save_journeys
from services.log_reader import LogReader
from services.relay.lanes import EmbeddedLane
from services.relay.owner import Owner
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.receipts import ReceiptWriter
from services.streams.record import Record
from services.streams.where import Where
from services.timers.room import TimerRoom

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from schemas.identifiers import SubjectKey
    from services.delivery.sink import Parcel, Sink
    from services.domain.policy import Policy
    from services.embedded.broker import RunningBroker
    from services.ledger.database import Pool

PARTITIONS = 2  # of the fixtures in tests/conftest.py
ASKED = (PROMPTS, REFERRALS, PATIENT_INFORMATION)
NOON = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, tzinfo=UTC)
_NEVER_SECONDS = 60.0


async def until(it_is_so: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until it is so. Raises TimeoutError."""
    async with asyncio.timeout(_NEVER_SECONDS):
        while not await it_is_so():  # noqa: ASYNC110 - rows and files of others have no event
            await asyncio.sleep(0.02)


class House:
    """The rooms around the delivery room, each of which works when it is told to."""

    soon = timedelta(milliseconds=50)

    def __init__(self, pool: Pool, broker: str, producer: AIOKafkaProducer, policy: Policy, key: SubjectKey) -> None:
        self.pool, self.broker, self.producer = pool, broker, producer
        self.policy, self.key = policy, key
        self._writers = {EVENTS: EventWriter(key), RECEIPTS: ReceiptWriter()}
        self._told = 0

    async def tell(self, *events: Event) -> None:
        """Events happen: they become decisions in the ledger, and nothing is published yet."""
        for event in events:
            self._told += 1
            record = record_of({**event, "recordedtime": event["time"]}, 0, self.key, f"arrival-{self._told}")
            partition = partition_of(record.key or b"", PARTITIONS)
            await self.producer.send_and_wait(
                EVENTS, key=record.key, value=record.value, headers=list(record.headers), partition=partition
            )
        await self.work_off(EVENTS)

    async def time_passes(self, days: int) -> None:
        """So many days after the first one: what is due by then becomes events, one after the other."""
        clock = StandingClock(NOON + timedelta(days=days))
        async with LogReader(self.broker) as reader:
            timers = TimerRoom(self.pool, reader, self.producer, clock, "test", timedelta(days=1))
            while await timers.look():
                await self.work_off(EVENTS)

    async def suspend(self, person: Person, *, lifted: bool = False) -> None:
        """The journey is frozen, or goes on: as the ledger has it once a signal was, or is, looked up."""
        async with self.pool.acquire() as connection:
            journey = (await load_journeys(connection, [person.subject]))[person.subject]
            stop = Stop("suspended", NOON, EventKey("urn:example", "signal"), journey.sequence)
            after = msgspec.structs.replace(journey, stops=() if lifted else (stop,), version=journey.version + 1)
            await save_journeys(connection, [after], {person.subject: journey.version})

    async def publish(self) -> None:
        """The relay publishes the outbox."""
        for partition in range(PARTITIONS):
            lane = EmbeddedLane(self.pool, self.broker, "test", partition)
            await Owner(self.pool, lane, "test", partition).run(until_empty=True)

    async def work_off(self, topic: str = RECEIPTS) -> None:
        """Everything on a topic becomes rows."""
        async with LogReader(self.broker) as reader:
            for partition in range(PARTITIONS):
                where = Where("test", topic, partition)
                ours = await self.pool.fetchval(
                    "select next_offset from log_position where topic = $1 and partition = $2", topic, partition
                )
                async for batch in reader.read(topic, partition):
                    fresh = [Record(r.offset, r.key, tuple(r.headers), r.value) for r in batch if r.offset >= ours]
                    if fresh:
                        await Batches(self.pool, self._writers[topic]).handle(where, fresh)

    async def receipts(self) -> dict[str, str]:
        """What the ledger has of outcomes by now, by output, with the reason where there is one."""
        await self.work_off()
        rows = await self.pool.fetch("select output_id::text id, concat_ws(' ', outcome, reason) said from receipt")
        return {row["id"]: row["said"] for row in rows}

    async def on_topic(self) -> int:
        """How many receipts were told, the same ones again included."""
        async with LogReader(self.broker) as reader:
            bounds = [await reader.bounds(RECEIPTS, partition) for partition in range(PARTITIONS)]
        return sum(end - first for first, end in bounds)

    async def outputs(self, *topics: str) -> list[str]:
        """The outputs on these topics, in the order of each person."""
        rows = await self.pool.fetch(
            "select output_id::text id from outbox where topic = any($1) order by subject, sequence", list(topics)
        )
        return [row["id"] for row in rows]

    async def outputs_of(self, person: Person) -> list[str]:
        """The outputs about somebody that are carried out here, in their order."""
        rows = await self.pool.fetch(
            "select output_id::text id from outbox where subject = $1 and topic = any($2) order by sequence",
            person.subject, list(ASKED),
        )  # fmt: skip
        return [row["id"] for row in rows]

    async def republish(self, topic: str) -> None:
        """Everything that stands on a topic stands there again, as after a kill on the embedded broker."""
        async with LogReader(self.broker) as reader:
            for partition in range(PARTITIONS):
                async for batch in reader.read(topic, partition):
                    for record in batch:
                        await self.producer.send_and_wait(
                            topic, key=record.key, value=record.value, headers=list(record.headers),
                            partition=partition,
                        )  # fmt: skip

    @asynccontextmanager
    async def another_broker(self) -> AsyncIterator[RunningBroker]:
        """A broker that begins empty, in the place of the one that ended."""
        running, before = await start_broker(port=0), (self.broker, self.producer)
        await ensure_topics(running.address, PARTITIONS, 1)
        producer = make_producer(running.address, embedded=True)
        await producer.start()
        await self.pool.execute("update log_position set next_offset = 0")
        self.broker, self.producer = running.address, producer
        try:
            yield running
        finally:
            await producer.stop()
            await running.stop()
            self.broker, self.producer = before

    async def has_receipts(self, *outputs: str) -> None:
        """Wait until each of these outputs has its receipt."""

        async def all_there() -> bool:
            return set(outputs) <= (await self.receipts()).keys()

        await until(all_there)

    async def waits_for(self, reason: str) -> None:
        """Wait until an output waits for this reason."""

        async def waits() -> bool:
            return bool(await self.pool.fetchval("select count(*) from delivery where reason = $1", reason))

        await until(waits)

    async def reached(self, sink: HeldOpen) -> None:
        """Wait until a held disk is being written to."""
        assert await asyncio.to_thread(sink.reached.wait, _NEVER_SECONDS)

    async def failing(self, name: str = "archive") -> str | None:
        """Why a destination takes nothing, as the ledger has it."""
        found: str | None = await self.pool.fetchval("select failing from destination where name = $1", name)
        return found

    @asynccontextmanager
    async def delivering(self, **sinks: Sink) -> AsyncIterator[None]:
        """The delivery room at work inside this block, with these destinations."""
        carriers = [Carrier(name, ASKED, sink) for name, sink in sinks.items()]
        room = DeliveryRoom(self.pool, self.broker, self.producer, MachineClock(), carriers, ask_again=self.soon)
        running = asyncio.create_task(room.run())
        try:
            yield
            if running.done():
                running.result()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class StandingClock:
    """Tells one time."""

    def __init__(self, time: datetime) -> None:
        self._time = time

    def now(self) -> datetime:
        return self._time


class Person:
    """One synthetic person, and what happens to them a day after the other."""

    def __init__(self, house: House, number: int = 0) -> None:
        self._house = house
        self._patient = people(number + 1)[number]
        self._day = 0
        self.subject = reference(self._patient, house.key)

    async def is_prompted(self) -> None:
        """A pain service ends its care: somebody is asked about them."""
        await self._house.tell(pain_discharge(self._patient, FIRST_DAY, work="out-of-work"))

    async def agrees(self) -> None:
        """They agree to be referred."""
        provider = (self._house.policy.provider.ods, self._house.policy.provider.name)
        await self._answer("refer", wish=("keen", "person"), agreed_with=provider)

    async def is_invited(self) -> None:
        """A clinician would have them asked."""
        await self._answer("invite")

    async def says_no(self) -> None:
        """They do not want this, in their own words."""
        await self._answer("person-declined", wish=("does-not-want", "person"))

    async def _answer(self, answer: str, **more: Any) -> None:
        self._day += 1
        async with self._house.pool.acquire() as connection:
            journey = (await load_journeys(connection, [self.subject]))[self.subject]
        when = NOON + timedelta(days=self._day)
        await self._house.tell(prompt_answer(self._patient, journey.prompts[-1].id, answer, when, **more))


class HeldOpen(FolderSink):
    """A folder whose disk takes its time: what is written waits until it is let go."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def _write_beside(self, parcel: Parcel) -> None:
        super()._write_beside(parcel)
        self.reached.set()
        assert self.let_go.wait(_NEVER_SECONDS)


def files(folder: Path) -> dict[str, Any]:
    """What stands in a folder, by output id; what is not finished or is no file of ours fails."""
    return {path.name.removesuffix(".json"): json.loads(path.read_bytes()) for path in sorted(folder.iterdir())}


@contextmanager
def room_process(house: House, dsn: str, folder: Path, at: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`fitpath delivery` as a process of its own, with one destination; killed at the end of this block."""
    named, key, said = at / "destinations.toml", at / "subject.key", at / "delivery.log"
    named.write_text(f"[destination.archive]\nkind = 'folder'\npath = '{folder}'\ntopics = {json.dumps(ASKED)}\n")
    key.write_text("0f" * 32)
    given = {
        "BROKER_URL": house.broker, "DATABASE_URL": dsn, "GENERATION": "test", "EMBEDDED_BROKER": "true",
        "SUBJECT_KEY_FILE": str(key), "DESTINATIONS_FILE": str(named),
    }  # fmt: skip
    with said.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "delivery"],
            env={**os.environ, **{f"FITPATH_{name}": value for name, value in given.items()}},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
