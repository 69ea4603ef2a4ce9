"""One trace from the publisher's request to every output of the event, and `replay verify` compares it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from aiokafka import AIOKafkaProducer
from door_parts import NOTE, attributes, binary, event, records, settle, structured
from kafka_door_parts import EVERYBODY

from schemas.identifiers import ArrivalId
from schemas.topics import EVENTS, INBOUND, OUTPUT_TOPICS
from schemas.trace import made_traceparent
from services.clock import MachineClock
from services.ingest.accept import Acceptor
from services.ingest.inbound import InboundDoor
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.relay.lanes import EmbeddedLane
from services.relay.owner import Owner
from services.replay.verify import verify

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


async def published(door, pool, key) -> set[str | None]:
    """Work everything off; the traces of all outputs."""
    await settle(door.broker, pool, key)
    for partition in range(2):
        lane = EmbeddedLane(pool, door.broker, "test", partition)
        await Owner(pool, lane, "test", partition).run(until_empty=True)
    found = [attributes(record) for topic in OUTPUT_TOPICS for record in await records(door.broker, topic)]
    assert found
    return {each.get("traceparent") for each in found}


@pytest.mark.parametrize("mode", [binary, structured])
async def test_the_trace_of_the_request_is_on_every_output(ledger_door, pool, key, database, mode):
    assert (await ledger_door.post(event(NOTE), mode, traceparent=TRACE)).status_code == 202
    assert await published(ledger_door, pool, key) == {TRACE}
    assert (await verify(database, ledger_door.broker, "test")).verified

    await pool.execute("update inbox set traceparent = $1", OTHER)
    report = await verify(database, ledger_door.broker, "test")
    assert not report.verified
    await pool.execute("update inbox set traceparent = $1", TRACE)
    await pool.execute("update outbox set traceparent = $1", OTHER)
    report = await verify(database, ledger_door.broker, "test")
    assert not report.verified
    await pool.execute("update outbox set traceparent = $1", TRACE)
    assert (await verify(database, ledger_door.broker, "test")).verified


async def test_what_the_event_itself_states_goes_before_the_request(ledger_door, pool, key):
    assert (await ledger_door.post(event(NOTE, traceparent=OTHER), traceparent=TRACE)).status_code == 202
    assert await published(ledger_door, pool, key) == {OTHER}


@pytest.mark.parametrize("given", [{}, {"traceparent": "00-nonsense"}])
async def test_an_event_without_a_valid_trace_begins_one_at_the_door(ledger_door, pool, key, given):
    answer = await ledger_door.post(event(NOTE), **given)
    began = made_traceparent(ArrivalId(answer.json()["arrival"]))
    assert await published(ledger_door, pool, key) == {began}
    [record] = await records(ledger_door.broker, EVENTS)
    assert attributes(record)["traceparent"] == began


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    while not await true():  # noqa: ASYNC110 - records of another task have no event
        await asyncio.sleep(0.02)


async def test_a_record_of_the_kafka_door_keeps_the_trace_of_its_header_or_begins_one(door, key):
    producer = AIOKafkaProducer(bootstrap_servers=door.broker)
    await producer.start()
    for more in ([("traceparent", TRACE.encode())], []):
        headers, body = binary(event(NOTE))
        named = [(re.sub("^ce-", "ce_", name), value.encode()) for name, value in headers.items()]
        await producer.send_and_wait(INBOUND, body, headers=[*named, *more], partition=0)
    acceptor = Acceptor(producer, Inbox(None), Memory(), MachineClock(), key, "kafka")
    reading = asyncio.create_task(InboundDoor(acceptor, EVERYBODY, door.broker, "test", "group").run(asyncio.Event()))

    async def both() -> bool:
        return len(await records(door.broker, EVENTS)) == 2

    try:
        await until(both)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await producer.stop()
    found = sorted(
        (each["arrival"], each["traceparent"]) for each in map(attributes, await records(door.broker, EVENTS))
    )
    second = ArrivalId(f"test:{INBOUND}:0:1")
    assert found == [(f"test:{INBOUND}:0:0", TRACE), (second, made_traceparent(second))]
