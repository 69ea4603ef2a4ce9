"""`replay verify`, second half: what is on the topics is what the ledger holds, each output once and in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest_asyncio
from aiokafka import AIOKafkaProducer
from given_events import BACK_PAIN, fit_note, people, record_of

from schemas.topics import CARE_PACKAGES, DECISIONS, EVENTS, PATIENT_INFORMATION, PROMPTS, REFERRALS, feedback
from services.broker import make_producer
from services.ledger.generation import begin_generation
from services.relay.outbox import Position, Publishing, mark, next_outputs
from services.relay.room import RelayRoom
from services.replay.differences import Difference
from services.replay.verify import verify
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Pool
    from services.streams.record import Record


@pytest_asyncio.fixture
async def producer(broker: str) -> AsyncIterator[AIOKafkaProducer]:
    async with make_producer(broker, embedded=True) as producer:
        yield producer


async def send(producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
    """Events as they stand on the log."""
    for record in records:
        await producer.send_and_wait(
            EVENTS, key=record.key, value=record.value, headers=list(record.headers), partition=0
        )


@asynccontextmanager
async def relayed(pool: Pool, broker: str) -> AsyncIterator[None]:
    """Everything in the outbox is published once this block begins."""
    taken = asyncio.Event()
    running = asyncio.create_task(RelayRoom(pool, broker, "test", embedded=True).run(taken))
    left = (
        "select exists (select 1 from outbox where (event_offset, ordinal) > (select event_offset, ordinal from"
        " relay_position where partition = 0) or not exists (select 1 from relay_position))"
    )
    async with asyncio.timeout(30):
        while await pool.fetchval(left):  # noqa: ASYNC110 - rows of another task
            await asyncio.sleep(0.02)
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_still_on_its_way_is_counted_and_what_has_come_is_equal(
    broker: str, producer: AIOKafkaProducer, copy: str, copied: Pool, processed: list[Record], key: SubjectKey
):
    outputs = await copied.fetchval("select count(*) from outbox")
    await copied.execute("update inbox set internal = true where event_offset = 0")  # ours, outside the sum
    later = fit_note(people(9)[8], people(1)[0].born.replace(year=2026), 7, BACK_PAIN)
    await send(producer, [*processed, record_of(later, len(processed), key)])
    report = await verify(copy, broker, "test")
    assert report.differences == []
    assert (report.waiting, report.published) == (outputs + 1, 0)

    async with relayed(copied, broker):
        report = await verify(copy, broker, "test")
        assert (report.waiting, report.published, report.verified) == (1, outputs, True)
        await Batches(copied, EventWriter(key)).handle(
            Where("test", EVENTS, 0), [record_of(later, len(processed), key)]
        )
    async with relayed(copied, broker):
        report = await verify(copy, broker, "test")
    assert report.differences == []
    assert (report.waiting, report.aged, report.verified) == (0, 0, True)
    assert report.published == report.outputs > outputs

    report = await verify(copy, broker, "other")
    assert report.differences == [Difference("topics", "unknown", "log generation", "other")]


async def test_what_an_older_generation_took_is_counted_and_not_failed(broker: str, copy: str, copied: Pool):
    await mark(copied, "test", 0, Position(10_000, 0))
    async with copied.acquire() as connection:
        await begin_generation(connection, "new", 2, embedded=True)
    report = await verify(copy, broker, "new")
    assert report.verified
    assert report.aged == report.outputs > 0
    missing = await verify(copy, broker, "test")
    assert {(item.half, item.kind) for item in missing.differences} == {("topics", "missing")}
    assert len(missing.differences) == report.outputs


async def test_every_damage_of_a_topic_is_found_and_named(
    broker: str, producer: AIOKafkaProducer, copy: str, copied: Pool, processed: list[Record]
):
    outputs = await next_outputs(copied, "test", 0, Position(), 10_000)
    topics: dict[str, list[Publishing]] = defaultdict(list)
    for output in outputs:
        topics[output.topic].append(output)
    expected = []

    def expect(kind: str, what: str, where: str) -> None:
        expected.append(Difference("topics", kind, what, where))  # type: ignore[arg-type]

    decisions = topics[DECISIONS]
    expect("doubled", "output", f"{DECISIONS}:0:{len(decisions)}")
    decisions.append(decisions[-1])

    packages = topics[CARE_PACKAGES]
    second = next(n for n, item in enumerate(packages) if item.key in {other.key for other in packages[:n]})
    first = max(n for n, item in enumerate(packages[:second]) if item.key == packages[second].key)
    packages[first], packages[second] = packages[second], packages[first]
    expect("out-of-order", "output", f"{CARE_PACKAGES}:0:{second}")

    prompts = topics[PROMPTS]
    prompts[0] = prompts[0]._replace(value=prompts[0].value.replace(b"Task", b"task"))
    expect("different", "record", f"{PROMPTS}:0:0")
    prompts[1] = prompts[1]._replace(key=b"s-somebody-else")
    expect("different", "record", f"{PROMPTS}:0:1")

    lost = topics[REFERRALS].pop(1)
    expect("missing", f"output on {REFERRALS}", f"test:0:{lost.position.event_offset}:{lost.position.ordinal}")

    topics[PATIENT_INFORMATION].append(lost)
    topics[feedback("employer")].append(lost._replace(headers=[]))
    topics[feedback("person")].append(lost._replace(headers=[("ce_id", b"\xff")]))
    expect("unknown", "record without an outbox row", f"{PATIENT_INFORMATION}:0:{len(topics[PATIENT_INFORMATION]) - 1}")
    expect("unknown", "record without an outbox row", f"{feedback('employer')}:0:0")
    expect("unknown", "record without an outbox row", f"{feedback('person')}:0:0")

    await send(producer, processed)
    await copied.execute("delete from inbox where event_offset = 3")
    expect("missing", "row of an event", f"{EVENTS}:0:3")

    for topic, items in topics.items():
        for item in items:
            await producer.send_and_wait(topic, key=item.key, value=item.value, headers=item.headers, partition=0)
    await mark(copied, "test", 0, outputs[-1].position)

    report = await verify(copy, broker, "test")
    found = [item for item in report.differences if item.half == "topics"]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert not report.verified
