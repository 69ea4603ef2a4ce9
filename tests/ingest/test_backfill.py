"""Backfill, from the door to the core: facts and the care package; nobody is prompted, invited, informed or told."""

from datetime import UTC, datetime, timedelta

import pytest
from door_parts import (
    EVENT_EXAMPLES,
    FLAG,
    NOTE,
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

from schemas.refusal import read_refusal
from schemas.topics import EVENTS
from services.publishing import STRUCTURED, Message, as_backfill

TOLD_TO_NOBODY = {"care-package-updated-1", "decision-recorded-1"}


async def outputs(pool) -> set[str]:
    return {row["type"] for row in await pool.fetch("select type from outbox")}


async def test_every_event_that_is_sent_as_backfill_builds_facts_and_tells_nobody(ledger_door, pool, key):
    for path in EVENT_EXAMPLES:
        assert (await ledger_door.post(event(path), **{"ce-backfill": "true"})).status_code == 202
    await settle(ledger_door.broker, pool, key)
    taken = await pool.fetchval("select count(*) from inbox where backfill")
    assert taken + await pool.fetchval("select count(*) from dead_letter") == len(EVENT_EXAMPLES)
    assert taken > 0
    assert await outputs(pool) <= TOLD_TO_NOBODY
    assert "care-package-updated-1" in await outputs(pool)
    assert await pool.fetchval("select count(*) from wait") == 0  # and nothing becomes due of it later


async def test_the_same_without_the_mark_asks_and_tells(ledger_door, pool, key, policy):
    """What the other tests would see if the mark got lost on the way."""
    for each in told(policy, key, 1, since=datetime.now(UTC).date() - timedelta(days=12)):
        assert (
            await ledger_door.post({name: value for name, value in each.items() if name != "recordedtime"})
        ).is_success
    await settle(ledger_door.broker, pool, key)
    assert await outputs(pool) > TOLD_TO_NOBODY


@pytest.mark.parametrize("mode", [binary, structured])
async def test_a_whole_story_as_backfill_tells_nobody_however_it_is_sent(ledger_door, pool, key, policy, mode):
    story = [
        event for event in told(policy, key, 2) if event["type"] in ("fit-note-issued-1", "pain-clinic-discharged-1")
    ]
    for each in story:
        sent = {name: value for name, value in each.items() if name != "recordedtime"}
        assert (await ledger_door.post({**sent, "backfill": True if mode is structured else "true"}, mode)).is_success
    await settle(ledger_door.broker, pool, key)
    assert await pool.fetchval("select count(*) from inbox where backfill") == len(story)
    assert await outputs(pool) == {"care-package-updated-1"}
    assert await pool.fetchval("select count(*) from wait") == 0


@pytest.mark.parametrize("write", [binary_record, structured_record])
async def test_the_mark_comes_by_kafka_too(broker, pool, key, write):
    sent = event(NOTE, backfill="true" if write is binary_record else True)
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        await their.send(write(sent))
        (record,) = await their.next(1)
    assert attributes(record)["backfill"] == "true"
    await settle(broker, pool, key)
    assert await outputs(pool) == {"care-package-updated-1"}


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
