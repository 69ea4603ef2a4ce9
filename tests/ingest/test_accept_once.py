"""`accept`: one arrival leaves one record, and what was had before is told from what is new."""

import asyncio

import pytest
from aiokafka.errors import KafkaTimeoutError
from door_parts import JSON, NOTE, another_body, attributes, body_of, event, open_door, records, refusals

from schemas.identifiers import ArrivalId, EventId
from schemas.topics import EVENTS, REFUSALS
from services.ingest.accept import BrokerAway, identity
from services.ingest.examine import Offer
from services.ingest.http import new_arrival
from services.ingest.memory import Memory


def offer(of: dict, arrival: str | None = None) -> Offer:
    named = {name: str(value) for name, value in of.items() if name not in ("data", "datacontenttype")}
    return Offer(named, JSON, body_of(of), ArrivalId(arrival) if arrival else new_arrival())


async def test_the_same_arrival_again_is_our_own_repetition_and_leaves_nothing(door):
    sent = offer(event(), "test:fitpath.inbound:0:7")
    answers = [await door.acceptor.accept(sent) for _ in range(3)]
    assert {(answer.outcome, answer.arrival) for answer in answers} == {("accepted", "test:fitpath.inbound:0:7")}
    assert len(await records(door.broker, EVENTS)) == 1
    assert await refusals(door.broker) == []


async def test_another_arrival_of_the_same_event_is_answered_with_the_first(door):
    sent = event()
    first = await door.acceptor.accept(offer(sent))
    again = await door.acceptor.accept(offer(sent))
    assert (again.outcome, again.arrival) == ("duplicate", first.arrival)


async def test_the_same_body_for_another_type_or_person_is_another_body(door):
    sent = event("fit-note-issued-1/stu3-document-named-by-envelope.valid.json")
    assert (await door.acceptor.accept(offer(sent))).outcome == "accepted"
    answer = await door.acceptor.accept(offer({**sent, "subject": "9990000018"}))
    assert [problem.code for problem in answer.problems] == ["id-reused"]


async def test_whoever_waits_for_one_that_was_not_kept_tries_it_itself(mortal_broker, key):
    sent = event()
    async with open_door(mortal_broker.address, key, broker_patience_ms=700) as door:
        await mortal_broker.stop()
        tries = [asyncio.create_task(door.acceptor.accept(offer(sent))) for _ in range(3)]
        done, waiting = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
        assert all(isinstance(task.exception(), BrokerAway) for task in done)
        assert waiting
        await mortal_broker.come_back()
        for answer in await asyncio.gather(*waiting, return_exceptions=True):
            if not isinstance(answer, BrokerAway):
                assert answer.arrival in await kept_arrivals(door)
        last = await door.acceptor.accept(offer(sent))
        assert last.outcome in ("accepted", "duplicate")
        assert last.arrival in await kept_arrivals(door)


async def kept_arrivals(door) -> set[str]:
    """A broker that has just come back may not serve a read at once: it is asked again."""
    for _ in range(2):
        try:
            return {attributes(record)["arrival"] for record in await records(door.broker, EVENTS)}
        except KafkaTimeoutError:
            continue
    return {attributes(record)["arrival"] for record in await records(door.broker, EVENTS)}


async def test_one_who_gives_up_waiting_does_not_take_the_event_from_the_others(door):
    sent = event()
    first = asyncio.create_task(door.acceptor.accept(offer(sent)))
    second = asyncio.create_task(door.acceptor.accept(offer(sent)))
    await asyncio.sleep(0)
    second.cancel()
    assert (await first).outcome == "accepted"
    assert (await door.acceptor.accept(offer(sent))).outcome == "duplicate"


async def test_one_who_is_cancelled_while_it_sends_leaves_the_event_to_be_sent_again(door):
    sent = event()
    first = asyncio.create_task(door.acceptor.accept(offer(sent)))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    assert (await door.acceptor.accept(offer(sent))).outcome in ("accepted", "duplicate")
    ids = {attributes(record)["id"] for record in await records(door.broker, EVENTS)}
    assert ids == {sent["id"]}


async def test_a_closed_producer_is_a_broker_that_is_away(broker, key):
    async with open_door(broker, key) as door:
        await door.producer.stop()
        with pytest.raises(BrokerAway):
            await door.acceptor.accept(offer(event()))
        assert (await door.post(event())).status_code == 503
    async with open_door(broker, key) as successor:
        assert (await successor.post(event())).status_code == 202


async def test_an_event_that_is_too_large_for_the_broker_is_413_not_an_endless_503(broker, key):
    sent = event(NOTE)
    async with open_door(broker, key, largest_request=1_500) as door:
        answer = await door.post(sent)
        assert answer.status_code == 413
        assert await records(broker, REFUSALS) == []
    async with open_door(broker, key) as wider:
        assert (await wider.post(sent)).status_code == 202


async def test_an_event_is_keyed_by_the_subject_reference_and_a_refusal_by_its_arrival(door):
    await door.acceptor.accept(offer(event()))
    await door.acceptor.accept(offer(event(type="x"), "an-arrival"))
    (kept,) = await records(door.broker, EVENTS)
    (refused,) = await records(door.broker, REFUSALS)
    assert kept.key.decode() == attributes(kept)["subject"]
    assert refused.key == b"an-arrival"


async def test_a_refused_identity_is_a_keyed_hash_and_none_where_there_are_no_ids(door, key):
    sent = event(type="x")
    await door.acceptor.accept(offer(sent))
    await door.acceptor.accept(offer({**sent, "id": ""}))
    told = {refusal.identity for refusal in await refusals(door.broker)}
    assert told == {identity(key, EventId(sent["source"], sent["id"])), None}


async def test_all_events_of_one_person_go_to_one_partition(door):
    for _ in range(6):
        await door.acceptor.accept(offer(event()))
    assert len({record.partition for record in await records(door.broker, EVENTS)}) == 1


async def test_memory_holds_only_so_much_and_forgets_the_oldest_first():
    memory = Memory(most=3)
    for number in range(5):
        memory.remember(EventId("urn:x", str(number)), f"arrival-{number}", "mark")
    assert [memory.find(EventId("urn:x", str(number))) is not None for number in range(5)] == [False] * 2 + [True] * 3
    assert [memory.find_arrival(f"arrival-{number}") is not None for number in range(5)] == [False] * 2 + [True] * 3


async def test_forgetting_an_event_leaves_the_one_that_came_after_it():
    memory, event_id = Memory(), EventId("urn:x", "1")
    first = memory.remember(event_id, "arrival-1", "mark")
    second = memory.remember(event_id, "arrival-2", "mark")
    memory.forget(event_id, first)
    assert memory.find(event_id) is second
    assert memory.find_arrival("arrival-1") is None
    memory.forget(event_id, second)
    assert memory.find(event_id) is None


async def test_what_was_evicted_from_memory_is_settled_in_the_stream(broker, key):
    sent = event()
    async with open_door(broker, key) as door:
        door.memory._most = 1
        for each in (sent, event(), sent, another_body(sent)):
            await door.acceptor.accept(offer(each))
    assert [attributes(record)["id"] for record in await records(broker, EVENTS)].count(sent["id"]) == 2
