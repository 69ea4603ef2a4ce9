"""Every arrival at a door leaves exactly one record: on ``fitpath.events`` or on ``fitpath.refusals``."""

import asyncio
import random
from collections import Counter

import pytest
from door_parts import (
    EVENT_EXAMPLES,
    STATED,
    another_body,
    arrival_of,
    binary,
    event,
    message_of,
    open_door,
    records,
    structured,
)

from schemas.topics import EVENTS, REFUSALS
from services.ingest.callers import Callers, hash_of

MANY = 60
COUNTED = {200, 202, 400, 409, 415, 422}


def mix(seed: int) -> list:
    """Ways to send something good, broken, repeated or not let in, in an order that the seed gives."""
    chance = random.Random(seed)
    had = [event(chance.choice(EVENT_EXAMPLES)) for _ in range(6)]
    as_text = {"content-type": "text/plain"}

    def one():
        of = chance.choice(had)
        new = event(chance.choice(EVENT_EXAMPLES))
        broken = event(chance.choice(sorted(STATED)))
        mode = chance.choice([binary, structured])
        return chance.choice(
            [
                lambda door: door.post(of, mode),
                lambda door: door.post(of, mode),
                lambda door: door.post(another_body(of), mode),
                lambda door: door.post(new, mode),
                lambda door: door.post(broken, mode),
                lambda door: door.post({**new, "time": "2999-01-01T00:00:00Z"}, mode),
                lambda door: door.post(new, **as_text),
                lambda door: door.client.post("/events", content=b"{"),
                lambda door: door.process(message_of(of)),
                lambda door: door.process({**message_of(new), "id": None}),
                lambda door: door.client.post("/events", content=b"x" * 70_000),
                lambda door: door.post(new, authorization="Bearer wrong"),
                lambda door: door.client.get("/events/x"),
            ]
        )

    return [one() for _ in range(MANY)]


class EveryBodyHere(Callers):
    """Knows everybody who shows no token, and nobody who shows one."""

    def tell(self, authorization):
        return (Callers({hash_of("x"): "urn:x"}) if authorization else Callers(None)).tell(authorization)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("at_once", [1, 12], ids=["one by one", "many at once"])
async def test_what_was_answered_is_on_the_topics_once_and_nothing_else_is(broker, key, seed, at_once):
    answers = []
    async with open_door(broker, key, callers=EveryBodyHere(None), largest_body=65_536) as door:
        sending = mix(seed)
        for first in range(0, MANY, at_once):
            answers += await asyncio.gather(*(send(door) for send in sending[first : first + at_once]))
    counted = [answer for answer in answers if answer.status_code in COUNTED and answer.request.method == "POST"]
    uncounted = {answer.status_code for answer in answers if answer not in counted}
    assert uncounted <= {401, 404, 413, 503}
    kept = [arrival_of(record) for record in await records(broker, EVENTS)]
    refused = [arrival_of(record) for record in await records(broker, REFUSALS)]
    assert len(kept) + len(refused) == len(counted)
    assert Counter(kept + refused).most_common(1)[0][1] == 1
    status = Counter(answer.status_code for answer in counted)
    assert len(kept) == status[202] + sum(is_response(answer) for answer in counted)
    told = {answer.headers["location"].removeprefix("/events/") for answer in counted}
    assert told <= {*kept, *refused}


def is_response(answer) -> bool:
    """A message that was taken is answered 200 as well, with the response Bundle."""
    return answer.status_code == 200 and answer.json().get("resourceType") == "Bundle"
