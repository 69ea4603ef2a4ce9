"""Backfill, from the door to the core: facts and the care package; nobody is prompted, invited, informed or told."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import pytest
from door_parts import (
    EVENT_EXAMPLES,
    FLAG,
    NOTE,
    Door,
    attributes,
    binary,
    codes,
    event,
    message_of,
    open_door,
    records,
    refusals,
    settle,
    structured,
)
from given_events import told
from kafka_door_parts import acceptor_of, binary_record, publisher, running, structured_record
from registry_parts import GP, admission_of, source

from schemas.envelope import from_text
from schemas.refusal import read_refusal
from schemas.topics import EVENTS
from services.publishing import STRUCTURED, Message, as_backfill

#: A national register is asked also where a signal is told only now: its answer is of today.
TOLD_TO_NOBODY = {"care-package-updated-1", "decision-recorded-1", "lookup-requested-1"}


class Days:
    """The door's clock: it stands where a test puts it, so that nothing is old news by its date."""

    def __init__(self) -> None:
        self.moment = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
async def fresh_door(broker, pool, key, days) -> AsyncIterator[Door]:
    """A door at which every event is fresh."""
    async with open_door(broker, key, pool, clock=days) as door:
        yield door


async def send(door: Door, days: Days, sent: dict, mode=binary) -> None:
    """Send an event when it happens."""
    days.moment = from_text(sent["time"])
    assert (await door.post(sent, mode)).status_code == 202


async def outputs(pool) -> set[str]:
    return {row["type"] for row in await pool.fetch("select type from outbox")}


def in_time(events: Iterable[dict]) -> list[dict]:
    return sorted(events, key=lambda each: from_text(each["time"]))


def whole_story(policy, key) -> list[dict]:
    """A note, a discharge that brings a prompt, its answer, the updates of the referral, a page, a flag."""
    return [{name: value for name, value in each.items() if name != "recordedtime"} for each in told(policy, key, 1)]


@pytest.mark.parametrize("mode", [binary, structured])
async def test_every_event_that_is_sent_as_backfill_builds_facts_and_tells_nobody(fresh_door, days, pool, key, mode):
    mark = "true" if mode is binary else True
    for each in in_time(event(path, backfill=mark) for path in EVENT_EXAMPLES):
        await send(fresh_door, days, each, mode)
    await settle(fresh_door.broker, pool, key)
    taken = await pool.fetchval("select count(*) from inbox where backfill")
    assert taken + await pool.fetchval("select count(*) from dead_letter") == len(EVENT_EXAMPLES)
    assert await pool.fetchval("select count(distinct type) from inbox") >= 4
    assert "care-package-updated-1" in await outputs(pool)
    assert await outputs(pool) <= TOLD_TO_NOBODY
    assert await pool.fetchval("select count(*) from wait") == 0  # and nothing becomes due of it later


async def test_the_same_without_the_mark_asks_informs_and_begins_to_wait(fresh_door, days, pool, key):
    """What the test before would see if the mark got lost on the way."""
    for each in in_time(event(path) for path in EVENT_EXAMPLES):
        await send(fresh_door, days, each)
    await settle(fresh_door.broker, pool, key)
    assert {"ips-referral-prompted-1", "patient-information-due-1"} <= await outputs(pool)
    assert await pool.fetchval("select count(*) from wait") > 0


async def test_what_answers_and_moves_as_backfill_is_kept_and_tells_nobody(fresh_door, days, pool, key, policy):
    """The prompt is news; all that follows it is told only now."""
    for each in whole_story(policy, key):
        answered = each["type"] in ("prompt-answered-1", "referral-updated-1")
        await send(fresh_door, days, {**each, "backfill": "true"} if answered else each)
    await settle(fresh_door.broker, pool, key)
    assert "ips-referral-prompted-1" in await outputs(pool)
    assert not {"ips-referral-requested-1", "feedback-given-1"} & await outputs(pool)


async def test_the_same_story_as_news_refers_and_tells(fresh_door, days, pool, key, policy):
    for each in whole_story(policy, key):
        await send(fresh_door, days, each)
    await settle(fresh_door.broker, pool, key)
    assert {"ips-referral-requested-1", "feedback-given-1"} <= await outputs(pool)


@pytest.mark.parametrize("write", [binary_record, structured_record])
async def test_the_mark_comes_by_kafka_too(broker, key, write):
    sent = event(NOTE, backfill="true" if write is binary_record else True)
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        await their.send(write(sent))
        (record,) = await their.next(1)
    assert (record.topic, attributes(record)["backfill"]) == (EVENTS, "true")


@pytest.mark.parametrize("mode", [binary, structured])
async def test_only_a_source_that_may_sends_backfill_and_its_news_is_taken_all_the_same(broker, key, mode):
    for allowed in (False, True):
        async with open_door(broker, key, admission=admission_of({GP: source(backfill=allowed)})) as door:
            answer = await door.post(event(NOTE, source=GP, backfill="true"), mode)
            news = await door.post(event(NOTE, source=GP, backfill="false"), mode)
        assert news.status_code == 202
        if allowed:
            assert answer.status_code == 202
        else:
            assert (answer.status_code, codes(answer)) == (403, {"backfill-not-yours"})
    assert [attributes(record).get("backfill") for record in await records(broker, EVENTS)].count("true") == 1
    assert await refusals(broker) == []


async def test_on_a_topic_backfill_that_is_not_allowed_is_a_dead_letter(broker, key):
    admission = admission_of({GP: source()})
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker, admission):
        await their.send(binary_record(event(NOTE, source=GP, backfill="true")))
        (refused,) = await their.next(1)
        await their.send(binary_record(event(NOTE, source=GP)))
        (taken,) = await their.next(1)
    assert read_refusal(refused.headers).codes == ("backfill-not-yours",)
    assert taken.topic == EVENTS


async def test_a_mark_that_is_neither_true_nor_false_is_refused_and_never_taken_for_news(door):
    for mark in ("yes", "1", "TRUE!"):
        answer = await door.post(event(FLAG, backfill=mark))
        assert (answer.status_code, codes(answer)) == (400, {"envelope-not-valid"})
    assert await records(door.broker, EVENTS) == []
    assert (await door.post(event(FLAG, backfill="TRUE"))).status_code == 202


async def test_a_message_without_an_envelope_cannot_be_marked_and_is_news(door):
    assert (await door.process(message_of(event(NOTE)), **{"ce-backfill": "true"})).status_code == 200
    (record,) = await records(door.broker, EVENTS)
    assert "backfill" not in attributes(record)


def test_publish_marks_headers_or_envelope_and_leaves_the_rest_byte_for_byte():
    fhir = Message("note.json", b'{"value": 1.500}', {"content-type": "application/fhir+json", "ce-id": "1"})
    assert as_backfill(fhir) == Message(fhir.name, fhir.body, {**fhir.headers, "ce-backfill": "true"})
    whole = Message(
        "events",
        b'{"id": "1", "backfill": false, "data": {"value":1.500,"text":"\\u00e9 \xc3\xa9"}}',
        {"content-type": STRUCTURED},
    )
    marked = as_backfill(whole)
    assert marked.body == b'{"id":"1","backfill":true,"data":{"value":1.500,"text":"\\u00e9 \xc3\xa9"}}'
    assert marked.headers == whole.headers
    for broken in (b"{", b"[]", b"\xff"):
        assert as_backfill(Message("x", broken, {"content-type": STRUCTURED})).body == broken
