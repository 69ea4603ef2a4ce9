"""The broker is away, and back: nothing is lost or doubled, and whoever was not served is told what to do."""

import asyncio

from door_parts import attributes, codes, event, message_of, open_door, records, refusals

from schemas.identifiers import EventId
from schemas.topics import EVENTS

PATIENCE_MS = 700


async def test_with_the_broker_away_it_is_503_and_the_same_id_is_taken_by_its_successor(mortal_broker, key):
    sent = event()
    async with open_door(mortal_broker.address, key, broker_patience_ms=PATIENCE_MS) as door:
        assert (await door.post(event())).status_code == 202
        await mortal_broker.stop()
        answers = await asyncio.gather(door.post(sent), door.post(sent), door.process(message_of(event())))
        for answer in answers:
            assert (answer.status_code, codes(answer)) == (503, {"broker-away"})
            assert "end it again with the same id" in answer.json()["issue"][0]["diagnostics"]
            assert int(answer.headers["retry-after"]) > 0
        await mortal_broker.come_back()
        assert await taken(door, sent)
        assert (await door.post(sent)).status_code == 200
    assert {attributes(record)["id"] for record in await records(mortal_broker.address, EVENTS)} == {sent["id"]}


async def test_what_can_not_be_refused_for_good_is_503_too_and_is_refused_and_counted_later(mortal_broker, key):
    refused = event(type="no-such-type")
    async with open_door(mortal_broker.address, key, broker_patience_ms=PATIENCE_MS) as door:
        await mortal_broker.stop()
        assert (await door.post(refused)).status_code == 503
        await mortal_broker.come_back()
        assert await taken(door, event())
        assert (await door.post(refused)).status_code == 422
    assert [told.codes for told in await refusals(mortal_broker.address)] == [("type-not-known",)]


async def test_an_event_that_was_not_kept_is_not_known_until_it_is(mortal_broker, pool, key):
    sent = event()
    asked, event_id = {"source": sent["source"], "id": sent["id"]}, EventId(sent["source"], sent["id"])
    async with open_door(mortal_broker.address, key, pool, broker_patience_ms=PATIENCE_MS) as door:
        await mortal_broker.stop()
        posting = asyncio.create_task(door.post(sent))
        while door.memory.find(event_id) is None and not posting.done():  # noqa: ASYNC110 - no event tells "in flight"
            await asyncio.sleep(0)
        assert (await door.client.get("/events", params=asked)).status_code == 404
        assert (await posting).status_code == 503
        assert door.memory.find(event_id) is None
        await mortal_broker.come_back()
        assert await taken(door, sent)
        assert (await door.client.get("/events", params=asked)).json()["status"] == "accepted"


async def taken(door, sent) -> bool:
    """Send it again, with the same id, until it is taken: what the answer asks for."""
    async with asyncio.timeout(20):
        while (answer := await door.post(sent)).status_code == 503:
            assert codes(answer) == {"broker-away"}
    return answer.status_code == 202
