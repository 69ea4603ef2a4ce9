"""Posting messages to the HTTP door, as any publisher would: for `publish` and for the demo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx2
import msgspec

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


async def publish_all(
    door: str,
    messages: Sequence[Message],
    token: str | None = None,
    told: Callable[[Answered], None] = lambda _: None,
) -> list[Answered]:
    """Post messages in their order and give the answers; ``told`` hears each at once. Raises DoorAway."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answers = []
    async with httpx2.AsyncClient(base_url=door, timeout=30, headers=headers) as client:
        for message in messages:
            answer = await _post(client, message)
            answers.append(answer)
            told(answer)
    return answers


async def _post(client: httpx2.AsyncClient, message: Message) -> Answered:
    try:
        response = await client.post("/events", content=message.body, headers=message.headers)
    except httpx2.HTTPError as why:
        raise DoorAway(f"the door does not answer ({type(why).__name__}): is `fitpath up` running?") from None
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
