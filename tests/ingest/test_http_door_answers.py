"""The table of answers in EVENTS, row by row, for `POST /events`."""

import asyncio
import json

import pytest
from door_parts import (
    EVENT_EXAMPLES,
    JSON,
    NOTE,
    STATED,
    XML,
    another_body,
    attributes,
    binary,
    codes,
    event,
    issues,
    open_door,
    records,
    refusals,
    settle,
    structured,
)

from schemas.envelope import from_headers
from schemas.identifiers import NhsNumber
from schemas.topics import EVENTS, REFUSALS

OTHER_TYPES = [
    "text/plain",
    "application/pdf",
    "application/fhir+json; charset=utf-16",
    "application/cloudevents-batch+json; charset=utf-16",
    "application/cloudevents+avro",
    "application/cloudevents+json; charset=latin-1",
    "nonsense",
]
BROKEN = [
    (JSON, b""),
    (JSON, b"{"),
    (JSON, b"\xff"),
    (JSON, b'{"resourceType":"Flag","id":"\\ud800"}'),
    (JSON, b'{"resourceType":"Flag","resourceType":"Flag"}'),
    (JSON, b"[]"),
    (XML, b"<Flag"),
    (XML, b'<!DOCTYPE Flag [<!ENTITY x "y">]><Flag xmlns="http://hl7.org/fhir"/>'),
]


@pytest.mark.parametrize("mode", [binary, structured])
async def test_an_accepted_event_stands_on_the_topic_when_202_and_its_address_are_answered(door, key, mode):
    sent = event(NOTE, correlationid="ward-round-7")
    answer = await door.post(sent, mode)
    (record,) = await records(door.broker, EVENTS)
    kept = from_headers(record.headers)
    assert (answer.status_code, answer.headers["location"]) == (202, f"/events/{kept.arrival}")
    assert answer.json() == {"arrival": kept.arrival, "status": "accepted"}
    assert (kept.id, kept.source, kept.type, kept.correlation) == (
        *(sent[n] for n in ("id", "source", "type")),
        "ward-round-7",
    )
    assert record.key.decode() == kept.subject == key.reference(NhsNumber.parse("9990000018"))
    assert json.loads(record.value) == sent["data"]
    assert await records(door.broker, REFUSALS) == []


@pytest.mark.parametrize("mode", [binary, structured])
async def test_every_valid_example_is_accepted(door, mode):
    answers = {path: (await door.post(event(path), mode)).status_code for path in EVENT_EXAMPLES}
    assert answers == dict.fromkeys(EVENT_EXAMPLES, 202)
    assert len(await records(door.broker, EVENTS)) == len(EVENT_EXAMPLES)


async def test_the_same_again_is_answered_200_with_the_address_of_the_first(door):
    sent = event()
    first = await door.post(sent)
    again = await door.post(sent, structured)
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    assert again.headers["location"] == first.headers["location"]
    assert len(await records(door.broker, EVENTS)) == 1
    (told,) = await refusals(door.broker)
    assert (told.outcome, told.source, told.event_id) == ("duplicate", sent["source"], sent["id"])
    assert told.arrival != first.json()["arrival"]


async def test_a_door_that_just_began_knows_the_same_again_from_the_inbox(ledger_door, pool, key):
    sent = event()
    first = await ledger_door.post(sent)
    await settle(ledger_door.broker, pool, key)
    async with open_door(ledger_door.broker, key, pool) as successor:
        again = await successor.post(sent)
        other = await successor.post(another_body(sent))
    assert (again.status_code, again.headers["location"]) == (200, first.headers["location"])
    assert (other.status_code, issues(other)) == (409, {("id-reused", "id")})
    assert len(await records(ledger_door.broker, EVENTS)) == 1


async def test_the_same_id_with_another_body_is_a_conflict_and_with_an_id_of_its_own_is_taken(door):
    sent = event()
    await door.post(sent)
    reused = another_body(sent)
    answer = await door.post(reused)
    assert (answer.status_code, issues(answer)) == (409, {("id-reused", "id")})
    assert answer.json()["issue"][0]["details"]["coding"][1]["code"] == "REC_CONFLICT"
    (told,) = await refusals(door.broker)
    assert (told.outcome, told.codes) == ("rejected", ("id-reused",))
    assert (await door.post({**reused, "id": "an-id-of-its-own"})).status_code == 202


async def test_the_same_id_from_another_source_is_another_event(door):
    sent = event()
    other = {**sent, "source": "https://another-job-centre.example"}
    assert [(await door.post(each)).status_code for each in (sent, other)] == [202, 202]


@pytest.mark.parametrize("mode", [binary, structured])
async def test_every_invalid_example_is_refused_with_all_its_problems_and_counted_without_its_body(door, mode):
    answers = {path: await door.post(event(path), mode) for path in STATED}
    assert {path: sorted(codes(answer)) for path, answer in answers.items()} == STATED
    assert await records(door.broker, EVENTS) == []
    told = {f"/events/{each.arrival}": each for each in await refusals(door.broker)}
    kept = {f"/events/{record.key.decode()}": record.value for record in await records(door.broker, REFUSALS)}
    assert kept == {answer.headers["location"]: b"" for answer in answers.values()}
    for path, answer in answers.items():
        refusal = told[answer.headers["location"]]
        assert (refusal.outcome, refusal.door, sorted(refusal.codes)) == ("rejected", "http", STATED[path])
        assert refusal.fingerprint


async def test_a_refused_event_that_was_mended_is_taken_under_the_same_id(door):
    sent = event()
    broken = {**sent, "data": {**sent["data"], "resourceType": "Nobody"}}
    assert (await door.post(broken)).status_code == 422
    assert (await door.post(sent)).status_code == 202


@pytest.mark.parametrize("mode", [binary, structured])
async def test_what_is_missing_or_wrong_in_envelope_and_body_is_all_said_at_once_with_its_place(door, mode):
    sent = event(NOTE, time="yesterday", specversion="0.3", subject="9990000019")
    del sent["id"]
    sent["data"]["entry"][0]["resource"]["status"] = 5
    answer = await door.post(sent, mode)
    assert answer.status_code == 400
    assert issues(answer) == {
        ("envelope-incomplete", "id"),
        ("envelope-not-valid", "time"),
        ("envelope-not-valid", "specversion"),
        ("nhs-number-not-valid", "subject"),
        ("not-valid", "Bundle.entry[0].resource.status"),
    }
    assert all(each["diagnostics"] for each in answer.json()["issue"])


async def test_an_event_without_anything_is_told_what_an_event_has(door):
    answer = await door.client.post("/events")
    missing = {"id", "source", "type", "time", "specversion"}
    assert (answer.status_code, issues(answer)) == (400, {("envelope-incomplete", name) for name in missing})
    assert (await door.post(event())).status_code == 202


async def test_another_content_type_is_415_and_the_right_one_is_taken(door):
    headers, body = binary(event())
    for media_type in OTHER_TYPES:
        answer = await door.client.post("/events", headers={**headers, "content-type": media_type}, content=body)
        assert (answer.status_code, codes(answer)) == (415, {"content-type-not-supported"}), media_type
    assert (await door.client.post("/events", headers=headers, content=body)).status_code == 202


async def test_a_body_that_cannot_be_read_is_400_and_says_so(door):
    headers, body = binary(event())
    for media_type, broken in BROKEN:
        answer = await door.client.post("/events", headers={**headers, "content-type": media_type}, content=broken)
        assert answer.status_code == 400, broken
        assert "body-not-readable" in codes(answer), broken
    assert [told.outcome for told in await refusals(door.broker)] == ["rejected"] * len(BROKEN)
    assert (await door.client.post("/events", headers=headers, content=body)).status_code == 202


async def test_a_type_that_is_not_open_to_publishers_is_refused(door):
    internal = ("wait-due-1", "facts-forwarded-1", "question-asked-1", "question-answered-1")
    for kind in (*internal, "ips-referral-prompted-1", "x"):
        answer = await door.post(event(type=kind))
        assert (answer.status_code, issues(answer)) == (422, {("type-not-known", "type")})
    assert await records(door.broker, EVENTS) == []


async def test_a_refusal_names_no_source_that_could_hold_a_number_and_no_id(door):
    for source in ("urn:x:999-000-0093", "urn:x:9990000093"):
        answer = await door.post(event(source=source))
        assert issues(answer) == {("identifier-in-id", "source")}
    told = await refusals(door.broker)
    assert [(each.source, each.event_id) for each in told] == [(None, None)] * 2
    for record in await records(door.broker, REFUSALS):
        assert b"9990000093" not in b"".join(value for _, value in record.headers).replace(b"-", b"")


async def test_two_requests_with_one_event_at_the_same_time_are_one_202_and_one_200(door):
    sent = event()
    answers = await asyncio.gather(door.post(sent), door.post(sent, structured))
    assert sorted(answer.status_code for answer in answers) == [200, 202]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await records(door.broker, EVENTS)) == 1


async def test_of_many_requests_with_one_event_at_the_same_time_one_is_202(door):
    sent = event()
    answers = await asyncio.gather(*(door.post(sent) for _ in range(9)), door.post(another_body(sent)))
    assert sorted(answer.status_code for answer in answers) == [200] * 8 + [202, 409]
    assert [attributes(record)["id"] for record in await records(door.broker, EVENTS)] == [sent["id"]]
    assert len(await refusals(door.broker)) == 9


async def test_without_the_database_it_accepts_and_what_slips_past_is_settled_in_the_stream(door, broker, pool, key):
    sent = event()
    async with open_door(broker, key) as one, open_door(broker, key) as other:
        assert [(await each.post(sent)).status_code for each in (one, other)] == [202, 202]
        assert (await one.post(sent)).status_code == 200  # its own memory still helps
    await settle(broker, pool, key)
    rows = await pool.fetch("select outcome from arrivals order by outcome")
    assert [row["outcome"] for row in rows] == ["accepted", "duplicate", "duplicate"]


async def test_the_door_writes_no_row_of_the_ledger(ledger_door, pool):
    sent = event()
    for each in (sent, sent, another_body(sent), event(type="x")):
        await ledger_door.post(each)
    for table in ("inbox", "duplicate", "rejection", "dead_letter", "journey"):
        assert await pool.fetchval(f"select count(*) from {table}") == 0  # noqa: S608 - our own names


async def test_an_event_that_a_stream_refused_is_no_duplicate_when_it_is_sent_again(ledger_door, pool, key):
    """A dead letter holds no (source, id): what answered a prompt too early may be sent again."""
    early = event("prompt-answered-1/invite-in-one-action.valid.json")
    first = await ledger_door.post(early)
    await settle(ledger_door.broker, pool, key)
    assert (await ledger_door.client.get(first.headers["location"])).json()["codes"] == ["prompt-not-known"]
    again = await asyncio.gather(ledger_door.post(early), ledger_door.post(early))
    assert sorted(answer.status_code for answer in again) == [200, 202]
    assert first.headers["location"] not in {answer.headers["location"] for answer in again}
