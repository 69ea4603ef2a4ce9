"""The measured runs: the whole job, the job from ``fitpath.events``, and the bare loop that is this stack's limit."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from bench_inputs import Message, accepted, raw
from kafka_process import running_kafka
from kafka_rooms import KEY, Rooms, running_rooms

from schemas.identifiers import SubjectKey
from schemas.topics import EVENTS, INBOUND
from services.bootstrap import RoomName

#: One for each core of the smallest machine that this is meant for.
STREAM_WORKERS = 2
#: Events that go through first and are not measured: a virtual machine that compiles, statements that are prepared.
WARM_UP = 3_000
_WITHIN_SECONDS = 300.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Measured:
    """One run: events and outputs a second, and processor seconds by process."""

    events_per_second: float
    outputs_per_second: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)


async def whole_job(events: int, people: int, database: str, folder: Path) -> Measured:
    """Raw FHIR bytes on ``fitpath.inbound`` to acknowledged outputs."""
    return await _job(
        ("ingest", "streams", "relay"), INBOUND, raw(events + WARM_UP, people, folder.name), events, database, folder
    )


async def from_events(events: int, people: int, database: str, folder: Path) -> Measured:
    """``fitpath.events`` to acknowledged outputs."""
    key = SubjectKey(bytes.fromhex(KEY))
    made = accepted(events + WARM_UP, people, folder.name, key)
    return await _job(("streams", "relay"), EVENTS, made, events, database, folder)


async def bare_loop(events: int, people: int) -> Measured:
    """aiokafka alone: consume, produce what was read, commit; same messages, same broker, same machine."""
    async with running_kafka() as kafka:
        await _topics(kafka.bootstrap, "bare-in", "bare-out")
        await _send(kafka.bootstrap, "bare-in", raw(events + WARM_UP, people, "bare"))
        consumer = AIOKafkaConsumer(
            "bare-in", bootstrap_servers=kafka.bootstrap, group_id="bare", auto_offset_reset="earliest",
            enable_auto_commit=False, max_partition_fetch_bytes=4_194_304,
        )  # fmt: skip
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True, linger_ms=5)
        await consumer.start()
        await producer.start()
        done, began = 0, 0.0
        while done < events + WARM_UP:
            fetched = await consumer.getmany(timeout_ms=500, max_records=2000)
            sent = [
                await producer.send("bare-out", value=record.value, headers=list(record.headers))
                for records in fetched.values()
                for record in records
            ]
            await asyncio.gather(*sent)
            await consumer.commit()
            done += len(sent)
            if not began and done >= WARM_UP:
                began, measured = time.perf_counter(), events + WARM_UP - done
        took = time.perf_counter() - began
        await consumer.stop()
        await producer.stop()
        return Measured(measured / took, measured / took)


async def _job(
    names: tuple[RoomName, ...], topic: str, messages: Iterable[Message], events: int, database: str, folder: Path
) -> Measured:
    """The rooms are ready and idle; what comes before the first room's own work is not measured."""
    async with AsyncExitStack() as stack:
        kafka = await stack.enter_async_context(running_kafka())
        rooms = await stack.enter_async_context(running_rooms(database, kafka.bootstrap, folder / "rooms", only=names))
        for number in range(2, STREAM_WORKERS + 1):
            await rooms.start("streams", called=f"streams {number}")
        ready = list(messages)
        await _send(kafka.bootstrap, topic, ready[:WARM_UP])
        outputs_before = await _published(database, WARM_UP)
        first = [name for name in rooms.pids() if name.startswith(names[0])]
        for name in first:  # for less than their session: the input stands on its topic when the clock starts
            rooms.freeze(name)
        await _send(kafka.bootstrap, topic, ready[WARM_UP:])
        before, began = cpu_of(rooms), time.perf_counter()
        for name in first:
            rooms.thaw(name)
        outputs = await _published(database, events + WARM_UP) - outputs_before
        took = time.perf_counter() - began
        after = cpu_of(rooms)
        used = {name: after[name] - before[name] for name in after}
        return Measured(events / took, outputs / took, used)


async def _published(database: str, events: int) -> int:
    """Wait until every event is in the inbox and every output is published; how many outputs that were."""
    connection = await asyncpg.connect(database)
    try:
        async with asyncio.timeout(_WITHIN_SECONDS):
            while not await _done(connection, events):  # noqa: ASYNC110 - rows of other processes
                await asyncio.sleep(0.1)
        return int(await connection.fetchval("select count(*) from outbox"))
    finally:
        await connection.close()


async def _done(connection: asyncpg.Connection[asyncpg.Record], events: int) -> bool:
    """Asked ten times a second, so it must cost the database nothing: positions, no counting."""
    taken = await connection.fetchval("select sum(next_offset) from log_position where topic = $1", EVENTS)
    if taken < events:
        return False
    return not await connection.fetchval(
        "select exists (select 1 from log_position p left join relay_position r using (generation, partition),"
        " lateral (select event_offset, ordinal from outbox o where o.generation = p.generation"
        " and o.partition = p.partition order by event_offset desc, ordinal desc limit 1) last"
        " where p.topic = $1 and (last.event_offset, last.ordinal) >"
        " (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1)))",
        EVENTS,
    )


async def _send(broker: str, topic: str, messages: Iterable[Message]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        sent = [await producer.send(topic, key=key, value=value, headers=headers) for key, value, headers in messages]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def _topics(broker: str, *names: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    await admin.create_topics([NewTopic(name, 4, 1) for name in names])
    await admin.close()


def cpu_of(rooms: Rooms) -> dict[str, float]:
    """Processor seconds of each room so far (Linux tells)."""
    used = {}
    for name, pid in rooms.pids().items():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        used[name] = (int(fields[11]) + int(fields[12])) / _TICKS
    return used
