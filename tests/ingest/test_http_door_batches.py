"""Batch mode of `POST /events`: each item is answered for itself, and has an arrival of its own."""

import asyncio
import json
import re
from collections import Counter

import pytest
from door_parts import (
    EVENT_EXAMPLES,
    FLAG,
    JSON,
    NOTE,
    STATED,
    Door,
    another_body,
    arrival_of,
    attributes,
    codes,
    event,
    issues,
    open_door,
    records,
    refusals,
    settle,
)
from fhir.resources.R4B.operationoutcome import OperationOutcome
from structlog.testing import capture_logs

from schemas.topics import EVENTS, REFUSALS
from services.ingest.batch import MOST_ITEMS
from services.ingest.callers import Callers, hash_of

BATCH = "application/cloudevents-batch+json"
MINE = event(FLAG)["source"]
PATIENCE_MS = 700


async def post(door: Door, items: list | bytes, media_type: str = BATCH, **headers: str):
    """Send a batch: events, or the bytes of the whole body."""
    body = items if isinstance(items, bytes) else json.dumps(items, ensure_ascii=False).encode()
    return await door.client.post("/events", headers={"content-type": media_type, **headers}, content=body)


async def answers(door: Door, items: list, **headers: str) -> list[dict]:
    """What each item of a batch is answered."""
    answer = await post(door, items, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert not re.search(r"\d{10}", re.sub(r'"arrival":"[^"]*"', "", answer.text))
    told = answer.json()
    assert len(told) == len(items)
    for each in told:
        assert ("refusal" in each) == ("codes" in each) == (each["outcome"] in ("rejected", "not-taken"))
        assert ("arrival" in each) == (each["outcome"] != "not-taken")
        if "refusal" in each:
            OperationOutcome.model_validate(each["refusal"])
            found = [issue["details"]["coding"][0]["code"] for issue in each["refusal"]["issue"]]
            assert list(dict.fromkeys(found)) == each["codes"]
    return told


def fates(told: list[dict]) -> list[tuple[int, str]]:
    return [(each["status"], each["outcome"]) for each in told]


async def test_the_items_of_a_batch_are_taken_in_their_order_each_with_an_arrival_of_its_own(door):
    sent = [event(NOTE), event(FLAG), event(NOTE)]
    told = await answers(door, sent)
    assert fates(told) == [(202, "accepted")] * 3
    assert all(each.keys() == {"status", "outcome", "arrival"} for each in told)
    kept = {attributes(record)["id"]: record for record in await records(door.broker, EVENTS)}
    assert [arrival_of(kept[each["id"]]) for each in sent] == [each["arrival"] for each in told]
    assert len({each["arrival"] for each in told}) == 3
    of_one_person = [attributes(record)["id"] for record in await records(door.broker, EVENTS)]
    notes = [each["id"] for each in (sent[0], sent[2])]
    assert [name for name in of_one_person if name in notes] == notes


async def test_every_example_is_answered_as_it_would_be_by_itself(door):
    paths = [*EVENT_EXAMPLES, *STATED]
    told = dict(zip(paths, await answers(door, [event(path) for path in paths]), strict=True))
    alone = {path: (await door.post(event(path))).status_code for path in paths}
    assert {path: each["status"] for path, each in told.items()} == alone
    assert {path: sorted(told[path]["codes"]) for path in STATED} == STATED


async def test_the_same_item_twice_is_taken_once_and_the_second_is_told_of_the_first(door):
    sent = event()
    told = await answers(door, [sent, event(), sent, another_body(sent)])
    assert fates(told) == [(202, "accepted"), (202, "accepted"), (200, "duplicate"), (409, "rejected")]
    assert told[2]["arrival"] == told[0]["arrival"]
    assert told[3]["codes"] == ["id-reused"]
    again = await answers(door, [sent])
    assert (fates(again), again[0]["arrival"]) == ([(200, "duplicate")], told[0]["arrival"])
    assert len(await records(door.broker, EVENTS)) == 2
    assert Counter(each.outcome for each in await refusals(door.broker)) == {"duplicate": 2, "rejected": 1}


async def test_a_broken_item_costs_the_others_nothing_and_is_taken_once_it_is_mended(door):
    good = event(NOTE)
    broken = event(NOTE, time="yesterday")
    broken["data"]["entry"][0]["resource"]["status"] = 5
    told = await answers(door, [good, broken, "no event", 7, None, [], {}, event(type="x")])
    assert fates(told) == [(202, "accepted"), *[(400, "rejected")] * 6, (422, "rejected")]
    assert told[1]["codes"] == ["envelope-not-valid", "not-valid"]
    places = [issue["expression"] for issue in told[1]["refusal"]["issue"]]
    assert places == [["time"], ["Bundle.entry[0].resource.status"]]
    assert len(await refusals(door.broker)) == 7
    assert fates(await answers(door, [event(NOTE, id=broken["id"])])) == [(202, "accepted")]


async def test_an_item_says_nothing_twice_though_the_array_can_be_read(door):
    twice = json.dumps(event())[:-1] + ',"id":"another"}'
    answer = await post(door, f"[{json.dumps(event())},{twice}]".encode())
    assert fates(answer.json()) == [(202, "accepted"), (400, "rejected")]
    assert answer.json()[1]["codes"] == ["body-not-readable"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b" [ ] ", b"{}", b"[{]", b"[{}", b"[{},]", b"[] []", b"null", b'"[]"', b"\xff"], ids=str
)
async def test_a_batch_that_is_empty_or_cannot_be_read_is_one_refusal(door, body):
    answer = await post(door, body)
    assert (answer.status_code, codes(answer)) == (400, {"body-not-readable"})
    (told,) = await refusals(door.broker)
    assert (told.outcome, told.codes) == ("rejected", ("body-not-readable",))
    assert answer.headers["location"] == f"/events/{told.arrival}"
    assert fates(await answers(door, [event()])) == [(202, "accepted")]


async def test_more_items_than_a_batch_may_hold_are_413_and_count_nowhere(door):
    one = b'{"specversion":"1.0"}'
    answer = await post(door, b"[" + b",".join([one] * (MOST_ITEMS + 1)) + b"]")
    assert (answer.status_code, issues(answer)) == (413, {("too-large", None)})
    assert str(MOST_ITEMS) in answer.text
    assert [await records(door.broker, topic) for topic in (EVENTS, REFUSALS)] == [[], []]
    assert fates(await answers(door, [event() for _ in range(MOST_ITEMS)])) == [(202, "accepted")] * MOST_ITEMS


async def test_the_limit_of_a_body_is_one_for_the_whole_batch(broker, key):
    items = [event(), event()]
    length = len(json.dumps(items, ensure_ascii=False).encode())
    async with open_door(broker, key, largest_body=length - 1) as door:
        answer = await post(door, items)
        assert (answer.status_code, codes(answer)) == (413, {"too-large"})
        assert await records(broker, EVENTS) == []
        assert fates(await answers(door, items[:1])) == [(202, "accepted")]


async def test_a_batch_in_another_charset_is_415_and_its_media_type_is_known_whatever_its_case(door):
    answer = await post(door, [event()], f"{BATCH}; charset=utf-16")
    assert (answer.status_code, codes(answer)) == (415, {"content-type-not-supported"})
    for media_type in (f"{BATCH}; charset=UTF-8", "Application/CloudEvents-Batch+JSON"):
        assert fates((await post(door, [event()], media_type)).json()) == [(202, "accepted")]


async def test_a_source_that_is_not_the_callers_is_refused_for_that_item_only_and_counts_nowhere(broker, key):
    callers = Callers({hash_of("my token"): MINE})
    mine, theirs = event(FLAG), event(NOTE)
    async with open_door(broker, key, callers=callers) as door:
        told = await answers(door, [mine, theirs, event(FLAG)], authorization="Bearer my token")
        assert fates(told) == [(202, "accepted"), (403, "not-taken"), (202, "accepted")]
        assert told[1]["codes"] == ["source-not-yours"]
        assert (await post(door, [mine], authorization="Bearer wrong")).status_code == 401
        whole = await post(door, b"[", authorization="Bearer my token")
    (told_of_it,) = await refusals(broker)  # of the batch that could not be read
    assert (whole.status_code, told_of_it.source) == (400, MINE)
    assert len(await records(broker, EVENTS)) == 2


async def test_when_the_broker_goes_away_part_way_the_rest_says_so_and_the_others_keep_their_answer(
    mortal_broker, key, monkeypatch
):
    async with open_door(mortal_broker.address, key, broker_patience_ms=PATIENCE_MS) as door:
        sent, accept, tried = [event() for _ in range(5)], door.acceptor.accept, []

        async def stop_before_the_third(offer):
            if len(tried) == 2:
                await mortal_broker.stop()
            tried.append(offer)
            return await accept(offer)

        monkeypatch.setattr(door.acceptor, "accept", stop_before_the_third)
        told = await answers(door, sent)
        assert fates(told) == [*[(202, "accepted")] * 2, *[(503, "not-taken")] * 3]
        assert len(tried) == 3  # what is left would only wait for the broker again
        for each in told[2:]:
            assert each["codes"] == ["broker-away"]
            assert "end it again with the same id" in each["refusal"]["issue"][0]["diagnostics"]
        monkeypatch.undo()
        await mortal_broker.come_back()
        left = sent[2:]
        async with asyncio.timeout(20):
            while (found := await answers(door, left))[0]["status"] == 503:
                assert {each["outcome"] for each in found} == {"not-taken"}
        assert {status for status, _ in fates(found)} <= {200, 202}
        assert fates(await answers(door, sent)) == [(200, "duplicate")] * 5
    kept = [attributes(record)["id"] for record in await records(mortal_broker.address, EVENTS)]
    assert sorted(kept) == sorted(each["id"] for each in left)


async def test_an_item_that_the_broker_takes_no_message_of_is_413_and_the_others_are_taken(broker, key):
    large = event(NOTE)
    large["data"]["entry"][1]["resource"]["name"][0]["family"] = "A" * 20_000
    async with open_door(broker, key, largest_request=16_384) as door:
        told = await answers(door, [event(FLAG), large, event(FLAG)])
    assert fates(told) == [(202, "accepted"), (413, "not-taken"), (202, "accepted")]
    assert len(await records(broker, EVENTS)) == 2


async def test_a_fault_of_ours_in_one_item_is_500_for_that_item_without_a_word_of_it(door, monkeypatch):
    accept, sent = door.acceptor.accept, event()

    async def fail_for_one(offer):
        if offer.attributes.get("id") == sent["id"]:
            raise RuntimeError("9990000093")
        return await accept(offer)

    monkeypatch.setattr(door.acceptor, "accept", fail_for_one)
    with capture_logs() as logs:
        told = await answers(door, [event(), sent, event()])
    assert fates(told) == [(202, "accepted"), (500, "not-taken"), (202, "accepted")]
    assert "RuntimeError" in str(logs)
    assert "9990000093" not in str(logs) + str(told)
    monkeypatch.undo()
    assert fates(await answers(door, [sent])) == [(202, "accepted")]


async def test_each_arrival_of_a_batch_is_a_row_and_has_a_fate_of_its_own(ledger_door, pool, key):
    sent = event()
    told = await answers(ledger_door, [sent, sent, event(type="x"), event(NOTE)])
    await settle(ledger_door.broker, pool, key)
    rows = Counter(row["outcome"] for row in await pool.fetch("select outcome from arrivals"))
    assert rows == {"accepted": 2, "duplicate": 1, "rejected": 1}
    for each, fate in ((told[0], "processed"), (told[2], "rejected"), (told[3], "processed")):
        asked = await ledger_door.client.get(f"/events/{each['arrival']}")
        assert asked.json()["status"] == fate


async def test_a_batch_is_no_binary_event_and_an_event_is_no_batch(door):
    alone = await post(door, json.dumps(event()).encode())
    assert (alone.status_code, codes(alone)) == (400, {"body-not-readable"})
    answer = await door.client.post("/events", headers={"content-type": JSON}, content=b"[]")
    assert answer.status_code == 400


async def test_the_items_of_a_batch_stand_in_the_trace_of_their_request(door):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    plain, traced = event(), event(traceparent=own)
    await answers(door, [plain, traced], traceparent=trace)
    kept = {
        attributes(record)["id"]: attributes(record)["traceparent"] for record in await records(door.broker, EVENTS)
    }
    assert kept == {plain["id"]: trace, traced["id"]: own}
