"""A body must come in within a time: who dawdles is told so, counts nowhere, and holds no place at the door."""

import asyncio

from door_parts import binary, codes, event, open_door, records, served

from schemas.topics import EVENTS, REFUSALS

#: So short that it is always over for a body that does not go on, and never the reason for a wait.
TINY_SECONDS = 0.01


async def stands_still(first: bytes):
    yield first
    await asyncio.Event().wait()


async def test_a_body_that_stands_still_is_408_counts_nowhere_and_sent_whole_it_is_taken(broker, key):
    sent = event()
    headers, body = binary(sent)
    async with open_door(broker, key, body_seconds=TINY_SECONDS) as door:
        for path in ("/events", "/fhir/$process-message"):
            answer = await door.client.post(path, headers=headers, content=stands_still(body[:10]))
            assert (answer.status_code, codes(answer), answer.headers["connection"]) == (
                408,
                {"body-too-slow"},
                "close",
            )
        assert [await records(broker, topic) for topic in (EVENTS, REFUSALS)] == [[], []]
    async with open_door(broker, key) as door:
        assert (await door.post(sent)).status_code == 202


async def test_a_dawdler_gives_its_place_at_the_door_back(broker, key):
    headers, body = binary(event())
    async with open_door(broker, key, body_seconds=TINY_SECONDS, most_at_once=1) as door:
        for _ in range(3):
            answer = await door.client.post("/events", headers=headers, content=stands_still(body[:10]))
            assert answer.status_code == 408
    async with open_door(broker, key, most_at_once=1) as door:
        assert (await door.post(event())).status_code == 202


async def test_over_a_socket_a_dawdler_is_answered_and_its_line_is_closed(broker, key):
    async with open_door(broker, key, body_seconds=TINY_SECONDS) as door, served(door.app) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /events HTTP/1.1\r\nHost: door.example\r\nContent-Length: 1000\r\n\r\nhalf")
        said = await reader.read()  # to the end: the door closes
        writer.close()
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"body-too-slow" in said
        assert [await records(broker, topic) for topic in (EVENTS, REFUSALS)] == [[], []]
