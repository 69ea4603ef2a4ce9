"""Fair turns at the HTTP door: a source that crowds it waits, and nobody else does."""

import asyncio
from contextlib import ExitStack

import pytest
from door_parts import binary, codes, event, open_door, records
from registry_parts import GP, JOB_CENTRE, callers_of

from schemas.failures import Refused
from schemas.topics import EVENTS, REFUSALS
from services.ingest.turns import Turns


def crowd(turns: Turns, inside: ExitStack, source: str | None, at_most: int = 100) -> int:
    """How many requests of a source are let in, one after the other."""
    for number in range(at_most):
        try:
            inside.enter_context(turns.turn(source))
        except Refused:
            return number
    return at_most


def test_one_alone_has_the_whole_door_and_another_its_share_all_the_same():
    turns = Turns(10)
    with ExitStack() as inside:
        assert crowd(turns, inside, "noisy") == 10
        assert crowd(turns, inside, "quiet") == 5
        assert crowd(turns, inside, "another") == 3
        assert crowd(turns, inside, "noisy") == 0
    with ExitStack() as inside:
        assert crowd(turns, inside, "noisy") == 10  # what is over is forgotten


def test_however_many_crowd_the_door_each_new_source_is_let_in():
    turns = Turns(2)
    with ExitStack() as inside:
        assert [crowd(turns, inside, name) for name in "abcdefgh"] == [2, 1, 1, 1, 1, 1, 1, 1]


def test_while_there_is_room_nobody_is_held_to_a_share():
    turns = Turns(10)
    with ExitStack() as inside:
        inside.enter_context(turns.turn("quiet"))
        assert crowd(turns, inside, "noisy") == 9


def test_callers_that_are_not_told_apart_are_one():
    turns = Turns(3)
    with ExitStack() as inside:
        assert crowd(turns, inside, None) == 3
        with pytest.raises(Refused, match="too-fast"), turns.turn(None):
            pass


def test_a_request_that_ends_by_an_error_gives_its_place_back():
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(LookupError), turns.turn("one"):
            raise LookupError
    with ExitStack() as inside:
        assert crowd(turns, inside, "one") == 1


async def test_a_source_that_fills_the_door_is_told_to_wait_and_another_is_served_meanwhile(broker, key):
    most = 4
    inside, go_on = asyncio.Semaphore(0), asyncio.Event()
    noisy, quiet = ({"authorization": f"Bearer {token}"} for token in ("noisy", "quiet"))

    async def slow(body: bytes):
        yield body[:1]
        inside.release()
        await go_on.wait()
        yield body[1:]

    callers = callers_of(noisy=JOB_CENTRE, quiet=GP)
    async with open_door(broker, key, callers=callers, most_at_once=most) as door:

        def send_slowly() -> asyncio.Task:
            headers, body = binary(event(source=JOB_CENTRE))
            return asyncio.create_task(door.client.post("/events", headers={**headers, **noisy}, content=slow(body)))

        waiting = [send_slowly() for _ in range(most)]
        for _ in waiting:
            await inside.acquire()
        for _ in range(20):
            served = await door.post(event(source=GP), **quiet)
            assert served.status_code == 202
            crowded = await door.post(late := event(source=JOB_CENTRE), **noisy)
            assert (crowded.status_code, codes(crowded)) == (429, {"too-fast"})
        assert len(await records(broker, EVENTS)) == 20
        assert await records(broker, REFUSALS) == []
        go_on.set()
        assert [(await task).status_code for task in waiting] == [202] * most
        assert (await door.post(late, **noisy)).status_code == 202
