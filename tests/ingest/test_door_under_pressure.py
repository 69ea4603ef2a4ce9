"""Over real sockets: a slow, a huge and a cut-off body, and 200 requests at once. Nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress

import httpx2
from door_parts import JSON, another_body, arrival_of, binary, event, open_door, records, served, settle

from schemas.topics import EVENTS, REFUSALS

MANY = 200
MEBIBYTE = b"x" * 1_048_576


def request(of: dict, length: int | None = None) -> tuple[bytes, bytes]:
    """Head and body of an event's request, as they go over a socket."""
    headers, body = binary(of)
    stated = {"host": "door.example", "content-length": str(len(body) if length is None else length), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in stated.items())
    return f"POST /events HTTP/1.1\r\n{head}\r\n".encode(), body


@asynccontextmanager
async def connected(address: tuple[str, int]):
    """A connection, closed at the end whatever the door did with it."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def status(reader: asyncio.StreamReader) -> int:
    """The status of the answer that comes next."""
    return int((await reader.readline()).split()[1])


async def left_on_topics(broker: str) -> tuple[int, int]:
    """How many events, how many refusals."""
    return len(await records(broker, EVENTS)), len(await records(broker, REFUSALS))


async def test_a_slow_body_is_taken_when_it_is_whole_and_holds_up_nobody(door):
    head, body = request(event())
    async with served(door.app) as address, connected(address) as (reader, writer):
        writer.write(head)
        for place in range(0, len(body) - 1, 100):
            writer.write(body[place : min(place + 100, len(body) - 1)])
            await writer.drain()
            async with connected(address) as (other, line):
                line.write(b"".join(request(event())))
                assert await status(other) == 202
        writer.write(body[-1:])
        assert await status(reader) == 202
    events, refused = await left_on_topics(door.broker)
    assert (events, refused) == (len(range(0, len(body) - 1, 100)) + 1, 0)


async def test_a_body_that_never_comes_is_408_and_counts_nowhere_and_the_same_sent_whole_is_taken(broker, key):
    sent = event()
    head, body = request(sent)
    async with open_door(broker, key, body_seconds=0.3) as door, served(door.app) as address:
        async with connected(address) as (reader, writer):
            writer.write(head + body[:-1])
            assert await status(reader) == 408
            assert b"body-too-slow" in await reader.read()  # the door ends the line: the rest will not come
        assert await left_on_topics(broker) == (0, 0)
        assert (await door.post(sent)).status_code == 202


async def test_a_huge_body_is_413_stated_or_not_while_it_is_still_sent_and_the_door_goes_on(door):
    stated, _ = request(event(), length=10**12)
    unstated = b"POST /events HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%b\r\n" % (len(MEBIBYTE), MEBIBYTE)
    async with served(door.app) as address:
        for head, part in ((stated, MEBIBYTE), (unstated, chunk)):
            async with connected(address) as (reader, writer):
                writer.write(head)
                writer.write(part * 2)
                assert await status(reader) == 413
        async with connected(address) as (reader, writer):
            writer.write(b"".join(request(event())))
            assert await status(reader) == 202
    assert await left_on_topics(door.broker) == (1, 0)


async def test_a_body_that_is_cut_off_anywhere_counts_nowhere_and_each_sent_whole_is_taken_once(door):
    sent = [event() for _ in range(20)]
    async with served(door.app) as address:
        for place, of in enumerate(sent):
            head, body = request(of)
            async with connected(address) as (_, writer):
                writer.write(head + body[: len(body) * place // len(sent)])
                await writer.drain()
        assert await left_on_topics(door.broker) == (0, 0)
        for of in sent:
            async with connected(address) as (reader, writer):
                writer.write(b"".join(request(of)))
                assert await status(reader) == 202
    assert await left_on_topics(door.broker) == (len(sent), 0)


@asynccontextmanager
async def crowd(address: tuple[str, int]):
    """A client that opens as many connections as it is asked for."""
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url="http://{}:{}".format(*address), limits=limits, timeout=60) as client:
        yield client


async def send(client: httpx2.AsyncClient, of: dict) -> httpx2.Response:
    headers, body = binary(of)
    return await client.post("/events", headers=headers, content=body)


async def test_200_requests_at_once_are_each_answered_as_described_and_counted_once(broker, pool, key):
    had = [event() for _ in range(20)]
    good = [event() for _ in range(140)]
    broken = [event("job-centre-flagged-1/another-code.invalid.json") for _ in range(20)]
    crowded = [*good, *had, *broken, *(another_body(of) for of in had)]
    async with open_door(broker, key, pool) as door, served(door.app) as address, crowd(address) as client:
        assert {(await send(client, of)).status_code for of in had} == {202}
        answers = await asyncio.gather(*(send(client, of) for of in crowded))
        fates = await asyncio.gather(*(client.get(answer.headers["location"]) for answer in answers[: len(good)]))
        assert {fate.json()["status"] for fate in fates} <= {"accepted", "processed"}
    assert len(crowded) == MANY
    assert Counter(answer.status_code for answer in answers) == {202: 140, 200: 20, 422: 20, 409: 20}
    await settle(broker, pool, key)
    counted = dict(await pool.fetch("select outcome, count(*) from arrivals group by 1"))
    assert counted == {"accepted": 160, "duplicate": 20, "rejected": 40}


async def test_200_requests_at_a_door_for_20_are_taken_or_told_to_wait_and_in_the_end_each_is_there_once(
    broker, pool, key
):
    sent = [event() for _ in range(MANY)]
    async with (
        open_door(broker, key, pool, most_at_once=20) as door,
        served(door.app) as address,
        crowd(address) as client,
    ):
        waiting, seen = sent, Counter()
        while waiting:
            answers = await asyncio.gather(*(send(client, of) for of in waiting))
            assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status_code == 429)
            assert all(answer.headers["content-type"] == JSON for answer in answers if answer.status_code == 429)
            seen.update(answer.status_code for answer in answers)
            waiting = [of for of, answer in zip(waiting, answers, strict=True) if answer.status_code == 429]
    assert seen.keys() == {202, 429}
    assert seen[202] == MANY
    kept = [arrival_of(record) for record in await records(broker, EVENTS)]
    assert len(set(kept)) == len(kept) == MANY
    await settle(broker, pool, key)
    assert dict(await pool.fetch("select outcome, count(*) from arrivals group by 1")) == {"accepted": MANY}
