"""`GET /events/<arrival>` and `GET /events?source=&id=`: the technical fate of an event, the same for everyone."""

import pytest
from door_parts import JSON, Door, another_body, codes, event, issues, message_of, open_door, settle

from schemas.identifiers import SubjectKey
from services.ingest.callers import Callers, hash_of
from services.ingest.examine import Offer
from services.ingest.http import new_arrival

EARLY = "prompt-answered-1/invite-in-one-action.valid.json"
MINE, THEIRS = "https://job-centre.example/flags", "https://gp-practice.example/fit-notes"
SPEAKERS = Callers({hash_of("my token"): MINE, hash_of("their token"): THEIRS})
AS_ME, AS_THEM = {"authorization": "Bearer my token"}, {"authorization": "Bearer their token"}


async def fate(door: Door, address: str, **headers: str) -> object:
    """What the door tells under an address."""
    answer = await door.client.get(address, headers=headers)
    return answer.json() if answer.status_code == 200 else (answer.status_code, codes(answer))


async def fate_of(door: Door, of: dict, **headers: str) -> object:
    """What the door tells of an event by source and id: URIs do not fit in a path."""
    asked = {"source": of["source"], "id": of["id"]}
    answer = await door.client.get("/events", params=asked, headers=headers)
    return answer.json() if answer.status_code == 200 else (answer.status_code, codes(answer))


async def test_an_event_is_accepted_first_and_processed_when_the_stream_has_it(ledger_door, pool, key):
    sent = event()
    arrival = (await ledger_door.post(sent)).json()["arrival"]
    for told in (await fate(ledger_door, f"/events/{arrival}"), await fate_of(ledger_door, sent)):
        assert told == {"arrival": arrival, "status": "accepted"}
    await settle(ledger_door.broker, pool, key)
    for told in (await fate(ledger_door, f"/events/{arrival}"), await fate_of(ledger_door, sent)):
        assert told == {"arrival": arrival, "status": "processed"}


async def test_a_duplicate_and_a_rejected_arrival_have_fates_of_their_own(ledger_door, pool, key):
    sent = event()
    first = (await ledger_door.post(sent)).json()["arrival"]
    await ledger_door.post(sent)
    refused = event(type="x")
    rejected = (await ledger_door.post(refused)).headers["location"]
    reused = (await ledger_door.post(another_body(sent))).headers["location"]
    await settle(ledger_door.broker, pool, key)
    again = await pool.fetchval("select arrival from duplicate")
    assert await fate(ledger_door, f"/events/{again}") == {"arrival": again, "status": "duplicate"}
    assert (await fate(ledger_door, rejected)) == {
        "arrival": rejected.rpartition("/")[2],
        "status": "rejected",
        "codes": ["type-not-known"],
    }
    assert (await fate(ledger_door, reused))["codes"] == ["id-reused"]
    assert (await fate_of(ledger_door, refused))["codes"] == ["type-not-known"]
    assert await fate_of(ledger_door, sent) == {"arrival": first, "status": "processed"}


async def test_what_a_stream_refused_after_a_202_is_rejected_with_the_reason(ledger_door, pool, key):
    sent = event(EARLY)
    answer = await ledger_door.post(sent)
    assert answer.status_code == 202
    await settle(ledger_door.broker, pool, key)
    told = await fate(ledger_door, answer.headers["location"])
    assert (told["status"], told["codes"]) == ("rejected", ["prompt-not-known"])


async def test_a_refused_event_that_was_mended_is_told_as_processed(ledger_door, pool, key):
    sent = event()
    await ledger_door.post({**sent, "type": "x"})
    await ledger_door.post(sent)
    await settle(ledger_door.broker, pool, key)
    assert (await fate_of(ledger_door, sent))["status"] == "processed"


async def test_nothing_is_known_of_what_never_came(ledger_door):
    assert await fate(ledger_door, "/events/5f0c7a52-3f0e-4a53-9f0b-1f6f2c1c7d11") == (404, {"not-found"})
    assert await fate_of(ledger_door, event()) == (404, {"not-found"})
    for odd in ("%00", "%FF", "x" * 2_000, "a%3Ab%3A0%3A7"):
        assert await fate(ledger_door, f"/events/{odd}") == (404, {"not-found"})
        assert await fate(ledger_door, f"/events?source=urn:x&id={odd}") == (404, {"not-found"})


async def test_a_question_without_source_or_id_says_what_is_missing(ledger_door):
    both = await ledger_door.client.get("/events")
    assert (both.status_code, issues(both)) == (400, {("envelope-incomplete", "source"), ("envelope-incomplete", "id")})
    one = await ledger_door.client.get("/events", params={"source": "urn:x", "id": ""})
    assert issues(one) == {("envelope-incomplete", "id")}


async def test_a_source_sees_only_its_own(broker, pool, key):
    async with open_door(broker, key, pool, callers=SPEAKERS) as door:
        accepted, refused, unreadable = event(source=MINE), event(type="x", source=MINE), event(source=MINE)
        del unreadable["source"]
        places = [(await door.post(each, **AS_ME)).headers["location"] for each in (accepted, refused, unreadable)]
        assert (await fate(door, places[0], **AS_ME))["status"] == "accepted"
        assert await fate(door, places[0], **AS_THEM) == (404, {"not-found"})
        assert await fate_of(door, accepted, **AS_THEM) == (404, {"not-found"})
        await settle(broker, pool, key)
        told = [await fate(door, place, **AS_ME) for place in places]
        assert [each["status"] for each in told] == ["processed", "rejected", "rejected"]
        assert told[2]["codes"] == ["envelope-incomplete"]
        assert [await fate(door, place, **AS_THEM) for place in places] == [(404, {"not-found"})] * 3
        for mine in (accepted, refused):
            assert "status" in await fate_of(door, mine, **AS_ME)
            assert await fate_of(door, mine, **AS_THEM) == (404, {"not-found"})
        for place in places:
            assert await fate(door, place) == (401, {"source-not-known"})


async def test_a_source_is_told_of_a_refusal_whose_row_withholds_the_source(broker, pool, key):
    """Ten digits in a source may be an NHS number: the row has only the keyed hash of (source, id)."""
    source, kind = "urn:x:1234567890", "x"
    callers = Callers({hash_of("my token"): source, hash_of("their token"): THEIRS})
    async with open_door(broker, key, pool, callers=callers) as door:
        sent = event(source=source, type=kind)
        await door.acceptor.accept(Offer({"source": source, "id": sent["id"], "type": kind}, JSON, b"", new_arrival()))
        await settle(broker, pool, key)
        assert await pool.fetchval("select source from rejection") is None
        assert (await fate_of(door, sent, **AS_ME))["status"] == "rejected"
        assert await fate_of(door, sent, **AS_THEM) == (404, {"not-found"})


async def test_what_came_as_a_message_is_asked_after_in_the_same_way(ledger_door, pool, key):
    sent = event()
    place = (await ledger_door.process(message_of(sent))).headers["location"]
    await settle(ledger_door.broker, pool, key)
    assert (await fate(ledger_door, place))["status"] == (await fate_of(ledger_door, sent))["status"] == "processed"


async def test_nobody_is_told_a_decision_a_hold_or_whom_it_is_about(ledger_door, pool, key):
    sent = event()
    place = (await ledger_door.post(sent)).headers["location"]
    await settle(ledger_door.broker, pool, key)
    assert set(await fate(ledger_door, place)) == {"arrival", "status"}


async def test_without_the_ledger_the_door_tells_what_it_knows_and_never_guesses_not_found(
    broker: str, key: SubjectKey, pool
):
    sent = event()
    async with open_door(broker, key) as door:
        place = (await door.post(sent)).headers["location"]
        assert (await fate(door, place))["status"] == "accepted"
    async with open_door(broker, key) as successor:
        assert await fate(successor, place) == (503, {"ledger-away"})
        assert await fate_of(successor, sent) == (503, {"ledger-away"})
        await settle(broker, pool, key)
        successor.inbox.pool = pool
        assert (await fate(successor, place))["status"] == "processed"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_fate_cannot_be_changed(door, method):
    assert (await door.client.request(method, "/events/x")).status_code == 405
