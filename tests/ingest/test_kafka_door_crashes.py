"""The Kafka door is killed, or its broker is: every record is kept or refused before its offset is committed."""

import pytest
from door_parts import NOTE, arrival_of, attributes, body_of, event, records, refusals, settle
from kafka_door_parts import (
    Killed,
    acceptor_of,
    binary_record,
    committed,
    is_committed,
    joined,
    publisher,
    running,
)

from schemas.refusal import read_refusal
from schemas.topics import EVENTS, INBOUND, REFUSALS
from services.ingest.accept import Acceptor, Answer, BrokerAway, Original
from services.ingest.examine import Offer


class DiesAfterwards(Acceptor):
    """Keeps the event and then dies."""

    async def accept(self, offer: Offer, original: Original | None = None) -> Answer:
        await super().accept(offer, original)
        raise Killed


class LosesTheBrokerOnce(Acceptor):
    """Keeps every event; of the first round it does not get to know of the last record's."""

    lost = False

    async def accept(self, offer: Offer, original: Original | None = None) -> Answer:
        answer = await super().accept(offer, original)
        if offer.attributes.get("id") == "the-last" and not self.lost:
            self.lost = True
            raise BrokerAway
        return answer


async def test_killed_between_event_and_commit_it_sends_again_under_the_same_arrival_and_it_counts_once(
    broker, pool, key
):
    sent, refused = event(), event(type="x")
    async with publisher(broker) as their:
        for of in (sent, refused):
            async with acceptor_of(broker, key, DiesAfterwards) as acceptor, running(acceptor, broker) as dying:
                offset = await their.send(binary_record(of))
                (first,) = await their.next(1)
                with pytest.raises(Killed):
                    await dying
            assert await committed(broker) == offset
            async with acceptor_of(broker, key) as successor, running(successor, broker):
                (again,) = await their.next(1)
                assert await is_committed(broker, offset + 1)
            assert arrival_of(first) == arrival_of(again) == f"test:{INBOUND}:0:{offset}"
            assert (first.topic, first.value) == (again.topic, again.value)
    await settle(broker, pool, key)
    rows = await pool.fetch("select outcome from arrivals order by outcome")
    assert [row["outcome"] for row in rows] == ["accepted", "rejected"]


async def test_after_the_inbox_has_it_the_same_arrival_again_leaves_nothing_more(broker, pool, key):
    async with publisher(broker) as their:
        async with acceptor_of(broker, key, DiesAfterwards, pool) as acceptor, running(acceptor, broker) as dying:
            await their.send(binary_record(event()))
            await their.next(1)
            with pytest.raises(Killed):
                await dying
        await settle(broker, pool, key)
        async with acceptor_of(broker, key, pool=pool) as successor, running(successor, broker):
            await their.send(binary_record(last := event()))
            (record,) = await their.next(1)
            assert await is_committed(broker, 2)
        assert attributes(record)["id"] == last["id"]
    assert await refusals(broker) == []


async def test_a_round_that_is_read_again_makes_no_duplicates_of_its_own_events(broker, key):
    """A duplicate under the event's own arrival could reach the ledger first, and the event would be lost."""
    sent = [event() for _ in range(5)] + [event(id="the-last")]
    async with publisher(broker) as their, acceptor_of(broker, key, LosesTheBrokerOnce) as acceptor:
        for each in sent:
            await their.send(binary_record(each))
        async with running(acceptor, broker) as first:
            await their.next(len(sent))
            with pytest.raises(BrokerAway):
                await first
        assert await committed(broker) == 0
        async with running(acceptor, broker):
            await their.send(binary_record(event(id="after")))
            (record,) = await their.next(1)
        assert attributes(record)["id"] == "after"
    assert await refusals(broker) == []
    assert len(await records(broker, EVENTS)) == len(sent) + 1


async def test_with_the_broker_gone_the_door_waits_and_takes_what_its_successor_holds(mortal_broker, key):
    address = mortal_broker.address
    async with acceptor_of(address, key, request_timeout_ms=700) as acceptor, joined(acceptor, address) as door:
        async with publisher(address) as their:
            await their.send(binary_record(before := event()))
            (record,) = await their.next(1)
        assert attributes(record)["id"] == before["id"]
        await mortal_broker.stop()
        await mortal_broker.come_back()
        async with publisher(address) as their:
            await their.send(binary_record(after := event()))
            (record,) = await their.next(1)
        assert attributes(record)["id"] == after["id"]
        assert not door.done()


async def test_a_record_that_the_broker_takes_no_more_when_it_is_packed_is_refused_by_its_place(broker, key):
    """Its original does not fit beside its refusal; it must not stop the door for ever."""
    large = {**event(), "data": {"resourceType": "Nobody", "id": "x" * 4_000}}
    async with (
        publisher(broker) as their,
        acceptor_of(broker, key, max_request_size=4_000) as acceptor,
        running(acceptor, broker),
    ):
        offset = await their.send(binary_record(large))
        valid = await their.send(binary_record(padded := event(NOTE)))
        small = await their.send(binary_record(last := event("referral-updated-1/completed.valid.json")))
        found = {arrival_of(record): record for record in await their.next(3)}
    lost = found[f"test:{INBOUND}:0:{offset}"]
    assert (read_refusal(lost.headers).origin.offset, lost.value) == (offset, b"")
    assert len(body_of(padded)) > 2_000
    assert found[f"test:{INBOUND}:0:{valid}"].topic in (EVENTS, REFUSALS)
    assert attributes(found[f"test:{INBOUND}:0:{small}"])["id"] == last["id"]
