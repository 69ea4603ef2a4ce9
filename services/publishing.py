"""Posting messages to the HTTP door, as any publisher would: for `publish` and for the demo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx2
import msgspec

_TOO_FAST = 429
STRUCTURED = "application/cloudevents+json"
_OUTCOMES = {202: "accepted", 200: "duplicate"}


class DoorAway(Exception):  # noqa: N818 - named after what is wrong
    """The door does not answer."""


class Message(msgspec.Struct):
    """One request body for the door, its headers, and where it came from."""

    name: str
    body: bytes
    headers: dict[str, str]

    def __repr__(self) -> str:
        return f"Message({self.name!r}, ...)"


class Answered(msgspec.Struct):
    """What the door said to one message."""

    file: str
    status: int
    outcome: str
    arrival: str | None
    codes: list[str]


def as_backfill(message: Message) -> Message:
    """The same message marked as backfill: in its headers or, where the envelope stands in the body, there.

    Everything else stays as it stands, byte for byte. A body that is no JSON object stays as it is: the door says why.
    """
    if message.headers.get("content-type") != STRUCTURED:
        return Message(message.name, message.body, {**message.headers, "ce-backfill": "true"})
    try:
        members = msgspec.json.decode(message.body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return message
    marked = msgspec.json.encode({**members, "backfill": msgspec.Raw(b"true")})
    return Message(message.name, marked, message.headers)


async def publish_all(
    door: str,
    messages: Sequence[Message],
    token: str | None = None,
    told: Callable[[Answered], None] = lambda _: None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[Answered]:
    """Post messages in their order and give the answers; ``told`` hears each at once. Raises DoorAway.

    A door that says "too fast" is asked again when it said so.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answers = []
    async with httpx2.AsyncClient(base_url=door, timeout=30, headers=headers) as client:
        for message in messages:
            answer = await _post(client, message, pause)
            answers.append(answer)
            told(answer)
    return answers


def _seconds(retry_after: str) -> float:
    """How long to wait; a second where a date is said, as something between us and the door may."""
    return float(retry_after) if retry_after.isdecimal() else 1.0


async def _said(client: httpx2.AsyncClient, message: Message) -> httpx2.Response:
    try:
        return await client.post("/events", content=message.body, headers=message.headers)
    except httpx2.HTTPError as why:
        raise DoorAway(f"the door does not answer ({type(why).__name__}): is `fitpath up` running?") from None


async def _post(client: httpx2.AsyncClient, message: Message, pause: Callable[[float], Awaitable[None]]) -> Answered:
    response = await _said(client, message)
    while response.status_code == _TOO_FAST:
        await pause(_seconds(response.headers.get("retry-after", "")))
        response = await _said(client, message)
    try:
        body = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        body = {}
    codes = [
        coding["code"] for issue in body.get("issue", ()) for coding in issue.get("details", {}).get("coding", ())[:1]
    ]
    location = response.headers.get("location", "")
    outcome = _OUTCOMES.get(response.status_code, "rejected")
    return Answered(message.name, response.status_code, outcome, location.rsplit("/", 1)[-1] or None, codes)
