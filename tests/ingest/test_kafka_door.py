"""The Kafka door: every record of ``fitpath.inbound`` becomes an event or a refusal, in whatever form it comes."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from door_parts import (
    EVENT_EXAMPLES,
    NOTE,
    STRUCTURED,
    XML,
    another_body,
    attributes,
    event,
    message_of,
    open_door,
    refusals,
    settle,
)
from kafka_door_parts import (
    Headers,
    acceptor_of,
    bare_record,
    binary_record,
    is_committed,
    publisher,
    running,
    structured_record,
)

from schemas.refusal import read_refusal, unpack_record
from schemas.topics import EVENTS, INBOUND, REFUSALS


@pytest.mark.parametrize("write", [binary_record, structured_record, bare_record])
async def test_a_record_becomes_an_event_in_every_form_and_says_where_it_stood(broker, key, write):
    sent = event(NOTE)
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        offset = await their.send(write(sent), partition=1)
        (record,) = await their.next(1)
        assert await is_committed(broker, offset + 1, 1)
    kept = attributes(record)
    assert (kept["id"], kept["source"], kept["type"]) == (sent["id"], sent["source"], sent["type"])
    assert kept["arrival"] == f"test:{INBOUND}:1:{offset}"
    assert record.topic == EVENTS
    assert await refusals(broker) == []


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
async def test_a_record_that_the_cloudevents_sdk_writes_is_taken(broker, key, write):
    sent = event(correlationid="été 50%")
    stated = {name: value for name, value in sent.items() if name != "data"}
    stated["time"] = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
    message = write(CloudEvent(attributes=stated, data=sent["data"]))
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        await their.send((list(message.headers.items()), message.value))
        (record,) = await their.next(1)
    assert (record.topic, attributes(record)["correlationid"]) == (EVENTS, "été 50%")


def without(of: dict, name: str) -> dict:
    return {key: value for key, value in of.items() if key != name}


def refused_records() -> dict[str, tuple[tuple[Headers, bytes | None], set[str]]]:
    """Records that no door takes, and the reasons."""
    whole = event(NOTE)
    headers, body = binary_record(whole)
    plain = [header for header in headers if header[0] != "content-type"]
    broken = {"body-not-readable"}
    return {
        "nothing at all": (([], b""), broken),
        "bytes": (([], b"\x00\xff\xfe"), broken),
        "a bare resource without ids": (([], body), {"not-valid", "envelope-incomplete"}),
        "a bare message without its id": (
            ([], json.dumps(without(message_of(whole), "id")).encode()),
            {"envelope-incomplete"},
        ),
        "broken bytes in binary mode": ((headers, b"\xff{"), broken),
        "an empty body in binary mode": ((headers, b""), broken),
        "broken bytes in structured mode": (([("content-type", STRUCTURED.encode())], b"{"), broken),
        "a batch": (([("content-type", b"application/cloudevents-batch+json")], b"[]"), {"content-type-not-supported"}),
        "no time": (([header for header in headers if header[0] != "ce_time"], body), {"envelope-incomplete"}),
        "a header that is no text": (([*headers, ("ce_correlationid", b"\xff")], body), {"envelope-not-valid"}),
        "a header twice": (([*headers, ("ce_id", b"another")], body), {"envelope-not-valid"}),
        "broken headers before a message that could be read by itself": (
            ([("ce_id", b"\xff")], json.dumps(message_of(whole)).encode()),
            {"envelope-not-valid"},
        ),
        "another content type": (([("content-type", b"text/plain"), *plain], body), {"content-type-not-supported"}),
        "a content type that is no text": (([("content-type", b"\xff"), *plain], body), {"content-type-not-supported"}),
        "XML that is JSON": (([("content-type", XML.encode()), *plain], body), broken),
        "an internal type": (binary_record({**whole, "type": "wait-due-1"}), {"type-not-known"}),
        "not valid": (binary_record(event("fit-note-issued-1/two-people.invalid.json")), {"persons-disagree"}),
    }


async def test_what_is_refused_is_kept_whole_with_its_reasons_and_its_place(broker, key):
    cases = list(refused_records().items())
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        for _, (record, _) in cases:
            await their.send(record)
        await their.send(binary_record(last := event()))
        found = await their.next(len(cases) + 1)
        assert await is_committed(broker, len(cases) + 1)
    told = {}
    for record in found:
        if record.topic == REFUSALS:
            refusal = read_refusal(record.headers)
            told[refusal.origin.offset] = (refusal, unpack_record(record.value))
        else:
            assert attributes(record)["id"] == last["id"]
    assert set(told) == set(range(len(cases)))
    for offset, (why, ((headers, value), codes)) in enumerate(cases):
        refusal, packed = told[offset]
        assert set(refusal.codes) == codes, why
        assert (list(packed.headers), packed.value) == (headers, value or b""), why
        assert (refusal.outcome, refusal.door, refusal.arrival) == ("rejected", "kafka", f"test:{INBOUND}:0:{offset}")
        assert (refusal.origin.topic, refusal.origin.partition) == (INBOUND, 0)


async def test_a_header_or_record_without_a_value_stops_nothing(broker, key):
    sent = event()
    headers, body = binary_record(sent)
    nothing: list = [("content-type", None), ("ce_correlationid", None), *headers[1:]]
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        await their.send((headers, None))
        (tombstone,) = await their.next(1)
        await their.send((nothing, body))
        (record,) = await their.next(1)
    assert read_refusal(tombstone.headers).codes == ("body-not-readable",)
    assert (record.topic, attributes(record)["id"]) == (EVENTS, sent["id"])


async def test_every_valid_example_comes_in_by_kafka_too(broker, key):
    valid = [event(path) for path in EVENT_EXAMPLES]
    async with publisher(broker) as their, acceptor_of(broker, key) as acceptor, running(acceptor, broker):
        for number, each in enumerate(valid):
            await their.send(binary_record(each), partition=number % 2)
        found = await their.next(len(valid))
    assert {attributes(record)["id"] for record in found} == {each["id"] for each in valid}


async def test_the_same_again_is_a_duplicate_and_another_body_a_dead_letter(broker, pool, key):
    sent = event()
    other = another_body(sent)
    async with (
        publisher(broker) as their,
        acceptor_of(broker, key, pool=pool) as acceptor,
        running(acceptor, broker),
    ):
        for each in (sent, sent, other):
            await their.send(binary_record(each))
        await their.next(3)
        await settle(broker, pool, key)
    outcomes = await pool.fetch("select outcome, arrival from arrivals order by outcome")
    assert [row["outcome"] for row in outcomes] == ["accepted", "duplicate", "rejected"]
    letter = await pool.fetchrow("select code, record_offset from dead_letter")
    assert (letter["code"], letter["record_offset"]) == ("id-reused", 2)


async def test_http_and_kafka_know_of_each_other_what_was_had(broker, pool, key):
    sent = event()
    async with open_door(broker, key, pool) as door, publisher(broker) as their:
        assert (await door.post(sent)).status_code == 202
        await their.next(1)
        await settle(broker, pool, key)
        async with acceptor_of(broker, key, pool=pool) as acceptor, running(acceptor, broker):
            await their.send(binary_record(sent))
            (record,) = await their.next(1)
        assert read_refusal(record.headers).outcome == "duplicate"
