"""Fair turns at the Kafka door: thousands of one source hold up nobody else; who is too fast waits where it is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from kafka_door_parts import committed, is_committed, joined, running
from registry_parts import GP, JOB_CENTRE, HandClock, admission_of, source

from schemas.topics import INBOUND, TOPICS
from services.broker import ensure_topics
from services.ingest.accept import Acceptor, Answer, Original
from services.ingest.examine import Offer
from services.ingest.inbound import A_TURN, lanes

NOISY, QUIET = f"{INBOUND}.noisy", f"{INBOUND}.quiet"
MANY = 2_000


class Notes(Acceptor):
    """Takes everything, notes in which order it came, and tells when so many have come."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self._grew = asyncio.Event()

    async def accept(self, offer: Offer, original: Original | None = None) -> Answer:
        await asyncio.sleep(0)  # as a door that waits for the broker
        self.order.append(original.origin.topic if original else "")
        self._grew.set()
        return Answer("accepted", offer.arrival)

    async def until(self, topic: str, count: int) -> None:
        async with asyncio.timeout(30):
            while self.order.count(topic) < count:
                self._grew.clear()
                await self._grew.wait()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def sources():
    return {JOB_CENTRE: source(inbound="noisy"), GP: source(inbound="quiet")}


@pytest.fixture
async def producer(broker, sources) -> AsyncIterator[AIOKafkaProducer]:
    own = admission_of(sources).sources.own_topics
    await ensure_topics(broker, 2, 1, (*TOPICS, *own))
    async with AIOKafkaProducer(bootstrap_servers=broker, acks="all", linger_ms=5) as producer:
        yield producer


async def crowd(producer: AIOKafkaProducer, topic: str, count: int, partition: int | None = None) -> None:
    """So many records, over both partitions of a topic where none is named."""
    sent = [
        await producer.send(topic, b"{}", partition=number % 2 if partition is None else partition)
        for number in range(count)
    ]
    await asyncio.gather(*sent)


async def test_a_few_of_a_quiet_source_are_taken_before_the_thousands_of_a_noisy_one(broker, producer, sources):
    await crowd(producer, NOISY, MANY)
    await crowd(producer, QUIET, 3, partition=1)
    notes = Notes()
    async with running(notes, broker, admission_of(sources)):
        await notes.until(QUIET, 3)
        before = notes.order[: notes.order.index(QUIET)].count(NOISY)
        await notes.until(NOISY, MANY)  # and the noisy one loses nothing
    assert before <= 2 * A_TURN
    assert (notes.order.count(NOISY), notes.order.count(QUIET)) == (MANY, 3)


async def test_two_that_crowd_the_door_take_turns(broker, producer, sources):
    for topic in (NOISY, QUIET):
        await crowd(producer, topic, MANY // 4)
    notes = Notes()
    async with running(notes, broker, admission_of(sources)):
        await notes.until(NOISY, MANY // 4)
        await notes.until(QUIET, MANY // 4)
    for first in range(0, MANY // 2, 4 * A_TURN):
        some = notes.order[first : first + 4 * A_TURN]
        assert abs(some.count(NOISY) - some.count(QUIET)) <= 2 * A_TURN


async def test_a_source_beyond_its_rate_waits_on_its_topic_and_holds_up_nobody(broker, producer, clock):
    slow = {JOB_CENTRE: source(inbound="noisy", rate=1.0, burst=5), GP: source(inbound="quiet")}
    await crowd(producer, NOISY, 12, partition=0)
    await crowd(producer, QUIET, 40, partition=0)
    notes = Notes()
    async with running(notes, broker, admission_of(slow, clock)):
        await notes.until(QUIET, 40)
        assert await is_committed(broker, 40, 0, QUIET)
        assert (notes.order.count(NOISY), await committed(broker, 0, NOISY)) == (5, 5)  # the rest waits where it is
        clock.seconds += 3
        await notes.until(NOISY, 8)
        assert await is_committed(broker, 8, 0, NOISY)
        clock.seconds += 100
        await notes.until(NOISY, 12)
    assert notes.order.count(NOISY) == 12


async def test_when_every_source_is_beyond_its_rate_the_door_waits_and_then_goes_on(broker, producer, clock):
    rates = {"rate": 1.0, "burst": 2}
    all_slow = {JOB_CENTRE: source(inbound="noisy", **rates), GP: source(inbound="quiet", **rates)}
    for topic in (NOISY, QUIET):
        await crowd(producer, topic, 4, partition=0)
    notes = Notes()
    async with running(notes, broker, admission_of(all_slow, clock), topics=(NOISY, QUIET)):
        for topic in (NOISY, QUIET):
            await notes.until(topic, 2)
            assert await is_committed(broker, 2, 0, topic)
        clock.seconds += 2
        for topic in (NOISY, QUIET):
            await notes.until(topic, 4)
    assert len(notes.order) == 8


async def test_the_room_reads_every_sources_topic(broker, producer, sources):
    notes = Notes()
    async with joined(notes, broker, admission_of(sources)):
        for topic in (NOISY, QUIET, INBOUND):
            await crowd(producer, topic, 1)
            await notes.until(topic, 1)


def test_a_sources_topic_has_one_turn_and_each_partition_of_the_shared_one_has_its_own():
    assigned = {TopicPartition(topic, part) for topic in (NOISY, QUIET, INBOUND) for part in (1, 0)}
    assert lanes(assigned) == [
        [TopicPartition(INBOUND, 0)],
        [TopicPartition(INBOUND, 1)],
        [TopicPartition(NOISY, 0), TopicPartition(NOISY, 1)],
        [TopicPartition(QUIET, 0), TopicPartition(QUIET, 1)],
    ]
    assert lanes(()) == []
