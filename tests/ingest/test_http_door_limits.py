"""What the HTTP door stops before it counts: too large, too fast, cut off, not HTTP as it should be."""

import asyncio
from datetime import UTC, datetime

from door_parts import binary, codes, event, issues, open_door, records, refusals, served
from structlog.testing import capture_logs

from schemas.topics import EVENTS, REFUSALS

LIMIT = 8_192
CHUNK = b"x" * 1_024


async def nothing_was_counted(broker: str) -> bool:
    return [await records(broker, topic) for topic in (EVENTS, REFUSALS)] == [[], []]


async def ask(app, headers: list[tuple[bytes, bytes]], *said: dict) -> tuple[int, list[dict]]:
    """One request at the seam to the server: what it says of the request in turn; the status, and what was not read."""
    waiting, sent = list(said), []

    async def receive() -> dict:
        return waiting.pop(0)

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/events", "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    return sent[0]["status"], waiting


async def test_a_body_over_the_limit_is_413_and_one_at_the_limit_is_taken(broker, key):
    headers, body = binary(event())
    async with open_door(broker, key, largest_body=len(body)) as door:
        answer = await door.client.post("/events", headers=headers, content=body + b" ")
        assert (answer.status_code, codes(answer)) == (413, {"too-large"})
        assert await nothing_was_counted(broker)
        assert (await door.client.post("/events", headers=headers, content=body)).status_code == 202


async def test_a_stated_length_over_the_limit_is_413_before_anything_is_read(broker, key):
    async with open_door(broker, key, largest_body=LIMIT) as door:
        length = [(b"content-length", str(LIMIT + 1).encode())]
        assert await ask(door.app, length, never_read := {"type": "http.request"}) == (413, [never_read])


async def test_a_body_in_chunks_is_stopped_at_the_limit_and_not_read_to_its_end(broker, key):
    async with open_door(broker, key, largest_body=LIMIT) as door:
        chunks = [{"type": "http.request", "body": CHUNK, "more_body": True} for _ in range(1_000)]
        status, left = await ask(door.app, [(b"transfer-encoding", b"chunked")], *chunks)
        assert (status, len(left)) == (413, 1_000 - LIMIT // len(CHUNK) - 1)
        assert await nothing_was_counted(broker)


async def test_a_chunked_body_over_a_socket_is_answered_while_it_is_still_sent(broker, key):
    async with open_door(broker, key, largest_body=LIMIT) as door, served(door.app) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /events HTTP/1.1\r\nHost: door.example\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(LIMIT // len(CHUNK) + 1):
            writer.write(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        writer.close()
        assert await nothing_was_counted(broker)
        assert (await door.post(event())).status_code == 202


async def test_a_content_length_that_is_no_number_is_400(door):
    for length in (b"abc", b"-5", b"", b"1.5", b"\xb2", b"9" * 5_000):
        assert await ask(door.app, [(b"content-length", length)]) == (400, []), length
    assert await nothing_was_counted(door.broker)


async def test_a_content_length_that_is_no_number_is_400_over_a_socket_too(door):
    async with served(door.app) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /events HTTP/1.1\r\nHost: door.example\r\nContent-Length: abc\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 400 ")
        writer.close()


async def test_a_body_that_is_cut_off_counts_nowhere_and_the_same_sent_whole_is_taken(door):
    sent = event()
    headers, body = binary(sent)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    said = {"type": "http.request", "body": body[:-10], "more_body": True}, {"type": "http.disconnect"}
    assert await ask(door.app, raw, *said) == (400, [])
    assert await nothing_was_counted(door.broker)
    assert (await door.post(sent)).status_code == 202


async def test_a_line_that_is_cut_counts_nowhere_and_the_door_goes_on(door):
    async with served(door.app) as (host, port):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /events HTTP/1.1\r\nHost: door.example\r\nContent-Length: 1000\r\n\r\nhalf")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        reader, writer = await asyncio.open_connection(host, port)
        headers, body = binary(event())
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"POST /events HTTP/1.1\r\nHost: d\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body)
        assert (await reader.readline()).startswith(b"HTTP/1.1 202 ")
        writer.close()
    assert len(await records(door.broker, EVENTS)) == 1
    assert await records(door.broker, REFUSALS) == []


async def test_too_many_at_once_are_429_with_the_time_to_wait_and_later_they_are_taken(broker, key):
    inside, go_on = asyncio.Event(), asyncio.Event()
    headers, body = binary(event())

    async def slow():
        yield body[:1]
        inside.set()
        await go_on.wait()
        yield body[1:]

    async with open_door(broker, key, most_at_once=1) as door:
        first = asyncio.create_task(door.client.post("/events", headers=headers, content=slow()))
        await inside.wait()
        crowded = event()
        for answer in (await door.post(crowded), await door.client.get("/events/x")):
            assert (answer.status_code, codes(answer), answer.headers["retry-after"]) == (429, {"too-fast"}, "1")
        assert await nothing_was_counted(broker)
        assert (await door.client.get("/healthz")).status_code == 200
        go_on.set()
        assert (await first).status_code == 202
        assert (await door.post(crowded)).status_code == 202


async def test_an_address_that_is_not_there_is_404_and_is_never_redirected(door):
    for address in ("/", "/event", "/events/", "/events/a/b", "/fhir", "/docs"):
        answer = await door.client.get(address, params={"id": "9990000018"})
        assert (answer.status_code, issues(answer)) == (404, {("not-found", None)})


async def test_another_method_is_405(door):
    for method, address in (("PUT", "/events"), ("DELETE", "/events/x"), ("GET", "/fhir/$process-message")):
        answer = await door.client.request(method, address)
        assert answer.status_code == 405
        assert answer.headers["allow"]


class StoppedClock:
    """A clock that tells what it is given; without a time zone it is a fault of ours."""

    def __init__(self, moment: datetime | None) -> None:
        self.moment = moment

    def now(self) -> datetime:
        if self.moment is None:
            raise RuntimeError("9990000093")
        return self.moment


async def test_a_fault_of_ours_is_500_without_a_word_of_the_message_and_the_event_is_taken_afterwards(broker, key):
    sent = event()
    clock = StoppedClock(None)
    async with open_door(broker, key, clock=clock) as door:
        with capture_logs() as logs:
            answer = await door.post(sent)
        assert (answer.status_code, issues(answer)) == (500, {("processing-failed", None)})
        assert "RuntimeError" in str(logs)
        assert "9990000093" not in str(logs)
        clock.moment = datetime.now(UTC)
        assert (await door.post(sent)).status_code == 202


async def test_an_event_that_cannot_be_examined_by_a_fault_of_ours_is_500_and_is_counted(broker, key):
    sent = event()
    clock = StoppedClock(datetime.now(UTC).replace(tzinfo=None))
    async with open_door(broker, key, clock=clock) as door:
        with capture_logs() as logs:
            answer = await door.post(sent)
        assert (answer.status_code, codes(answer)) == (500, {"processing-failed"})
        assert [told.codes for told in await refusals(broker)] == [("processing-failed",)]
        assert sent["id"] not in str(logs)
        clock.moment = datetime.now(UTC)
        assert (await door.post(sent)).status_code == 202
