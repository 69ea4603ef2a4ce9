"""Who speaks at the Kafka door: a topic for each source, and what a source may not becomes a dead letter."""

import pytest
from door_parts import FLAG, NOTE, attributes, event, records, refusals, settle
from kafka_door_parts import (
    acceptor_of,
    binary_record,
    is_committed,
    joined,
    publisher,
    running,
    structured_record,
)
from registry_parts import GP, JOB_CENTRE, admission_of, source
from structlog.testing import capture_logs

from schemas.identifiers import ArrivalId, EventId
from schemas.refusal import read_refusal, unpack_record
from schemas.topics import EVENTS, INBOUND, TOPICS
from services.broker import ensure_topics, make_producer
from services.ingest.accept import identity
from services.ingest.inbound import inbound_offer
from services.ingest.inbox import Inbox
from services.log_reader import LogReader
from services.replay.letters import list_letters, replay_letter
from services.worked_off import inbound_taken

OF_GP, OF_JOB_CENTRE = f"{INBOUND}.gp-practice", f"{INBOUND}.job-centre"
SOURCES = {
    GP: source(inbound="gp-practice", types=("fit-note-issued-1",)),
    JOB_CENTRE: source(inbound="job-centre", types=("job-centre-flagged-1",)),
}


@pytest.fixture
def admission():
    """Both sources by their own topics; the shared one is closed."""
    return admission_of(SOURCES, shared=False)


@pytest.fixture
async def topics(broker, admission) -> str:
    """The broker with the topics of both sources too."""
    await ensure_topics(broker, 2, 1, (*TOPICS, *admission.sources.own_topics))
    return broker


@pytest.mark.parametrize("write", [binary_record, structured_record])
async def test_a_source_speaks_by_its_own_topic(topics, key, admission, write):
    sent = event(NOTE, source=GP)
    async with publisher(topics) as their, acceptor_of(topics, key) as acceptor, running(acceptor, topics, admission):
        offset = await their.send(write(sent), partition=1, topic=OF_GP)
        (record,) = await their.next(1)
        assert await is_committed(topics, offset + 1, 1, OF_GP)
    assert record.topic == EVENTS
    assert (attributes(record)["id"], attributes(record)["arrival"]) == (sent["id"], f"test:{OF_GP}:1:{offset}")


@pytest.mark.parametrize("topic", [OF_JOB_CENTRE, INBOUND], ids=["another's topic", "the shared one, closed"])
async def test_a_record_that_claims_another_source_is_a_dead_letter_and_the_right_one_is_taken(
    topics, key, admission, topic
):
    sent = event(NOTE, source=GP)
    headers, value = binary_record(sent)
    async with publisher(topics) as their, acceptor_of(topics, key) as acceptor, running(acceptor, topics, admission):
        offset = await their.send((headers, value), topic=topic)
        (record,) = await their.next(1)
        await their.send((headers, value), topic=OF_GP)
        (taken,) = await their.next(1)
    refusal, packed = read_refusal(record.headers), unpack_record(record.value)
    assert (refusal.outcome, refusal.codes) == ("rejected", ("source-not-yours",))
    assert (refusal.origin.topic, refusal.origin.offset) == (topic, offset)
    assert refusal.source == (JOB_CENTRE if topic == OF_JOB_CENTRE else None)  # whose topic it is, never who is claimed
    assert (list(packed.headers), packed.value) == (headers, value)
    assert (taken.topic, attributes(taken)["id"]) == (EVENTS, sent["id"])


async def test_what_somebody_else_sent_under_a_sources_name_is_not_told_as_its_own(topics, pool, key, admission):
    sent = event(NOTE, source=GP)
    named = EventId(GP, sent["id"])
    async with publisher(topics) as their, acceptor_of(topics, key) as acceptor, running(acceptor, topics, admission):
        await their.send(binary_record(sent), topic=OF_JOB_CENTRE)
        await their.next(1)
    await settle(topics, pool, key)
    assert await pool.fetchval("select count(*) from rejection") == 1
    assert await Inbox(pool).of_event(named, identity(key, named)) is None


async def test_on_the_shared_topic_where_it_is_open_every_registered_source_may_speak(broker, key):
    admission = admission_of({GP: source(), JOB_CENTRE: source(types=("job-centre-flagged-1",))})
    sent = [event(NOTE, source=GP), event(NOTE, source=JOB_CENTRE), event(NOTE, source="urn:stranger")]
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker, admission):
        for each in sent:
            await their.send(binary_record(each))
        await their.next(3)
    assert [attributes(record)["id"] for record in await records(broker, EVENTS)] == [sent[0]["id"]]
    assert {told.codes for told in await refusals(broker)} == {("type-not-yours",), ("source-not-registered",)}


async def test_a_type_that_is_not_the_sources_is_a_dead_letter_and_replayed_after_the_registry_was_mended_it_is_taken(
    topics, pool, key, admission
):
    mended = admission_of({GP: source(inbound="gp-practice")}, shared=False)
    async with publisher(topics) as their, acceptor_of(topics, key) as acceptor:
        async with running(acceptor, topics, admission):
            await their.send(binary_record(event(FLAG, source=GP)), topic=OF_GP)
            await their.next(1)
        await settle(topics, pool, key)
        [letter] = await letters(pool)
        assert letter.code == "type-not-yours"
        await replay(pool, letter.id, acceptor, admission, topics)  # nothing is mended yet
        await settle(topics, pool, key)
        assert [found.code for found in await letters(pool)] == ["type-not-yours"]
        await replay(pool, letter.id, acceptor, mended, topics)
        await settle(topics, pool, key)
    assert await letters(pool) == []
    assert [row["outcome"] for row in await pool.fetch("select outcome from arrivals")] == ["accepted"]


async def test_a_replay_is_no_back_door_for_a_claim_of_another_source(topics, pool, key, admission):
    async with publisher(topics) as their, acceptor_of(topics, key) as acceptor:
        async with running(acceptor, topics, admission):
            await their.send(binary_record(event(NOTE, source=GP)), topic=OF_JOB_CENTRE)
            await their.next(1)
        await settle(topics, pool, key)
        [letter] = await letters(pool)
        for now in (admission, admission_of({GP: source()})):  # as it was; and with that source and its topic gone
            await replay(pool, letter.id, acceptor, now, topics)
            await settle(topics, pool, key)
            assert [found.code for found in await letters(pool)] == ["source-not-yours"]
    assert await records(topics, EVENTS) == []


async def test_a_record_over_the_largest_body_is_a_dead_letter_and_one_at_the_limit_is_taken(broker, key):
    sent = event(NOTE, source=GP)
    headers, value = binary_record(sent)
    admission = admission_of({GP: source()}, largest=len(value))
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker, admission):
        offset = await their.send((headers, value + b" "))
        (large,) = await their.next(1)
        await their.send((headers, value))
        (taken,) = await their.next(1)
    refusal = read_refusal(large.headers)
    assert (refusal.codes, refusal.origin.offset) == (("too-large",), offset)
    assert unpack_record(large.value).value == value + b" "
    assert (taken.topic, attributes(taken)["id"]) == (EVENTS, sent["id"])


def test_a_sources_own_limit_counts_on_its_topic_and_what_is_too_large_is_not_looked_into():
    admission = admission_of({GP: source(inbound="gp-practice", largest_body=10)}, shared=False)
    offer = inbound_offer(
        admission, OF_GP, (("content-type", b"application/cloudevents+json"),), b"{" * 11, ArrivalId("a")
    )
    assert ([problem.code for problem in offer.problems], offer.attributes, offer.caller) == (["too-large"], {}, GP)


async def test_a_topic_that_is_not_made_yet_closes_the_door_to_nobody_else(broker, key, admission):
    await ensure_topics(broker, 2, 1, (*TOPICS, admission.sources.own_topics[0]))
    with capture_logs() as logs:
        async with (
            acceptor_of(broker, key) as acceptor,
            joined(acceptor, broker, admission),
            publisher(broker) as their,
        ):
            await their.send(binary_record(event(NOTE, source=GP)), topic=OF_GP)
            (record,) = await their.next(1)
    assert record.topic == EVENTS
    assert [entry["topics"] for entry in logs if "are not there" in entry["event"]] == [[OF_JOB_CENTRE]]


async def test_what_waits_on_a_sources_topic_is_not_worked_off(topics, pool, key, admission):
    wanted = admission.sources.inbound_topics
    async with LogReader(topics) as reader, publisher(topics) as their, acceptor_of(topics, key) as acceptor:

        async def taken() -> bool:
            async with pool.acquire() as connection:
                return await inbound_taken(connection, reader, "test", wanted)

        assert await taken()
        await their.send(binary_record(event(FLAG, source=JOB_CENTRE)), topic=OF_JOB_CENTRE)
        assert not await taken()
        async with running(acceptor, topics, admission):
            await their.next(1)
        assert not await taken()  # on the way, and no row yet
        await settle(topics, pool, key)
        assert await taken()


async def letters(pool):
    async with pool.acquire() as connection:
        return await list_letters(connection)


async def replay(pool, number: int, acceptor, admission, broker: str) -> None:
    async with pool.acquire() as connection, make_producer(broker, embedded=True) as producer:
        await replay_letter(connection, number, acceptor, admission, producer)
