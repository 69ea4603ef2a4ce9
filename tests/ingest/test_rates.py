"""How fast a source may speak: its own rate, on a clock that the test holds."""

import pytest
from door_parts import codes, event, open_door, records
from registry_parts import GP, JOB_CENTRE, HandClock, admission_of, callers_of, source

from schemas.topics import EVENTS, REFUSALS
from services.ingest.rates import NO_LIMIT, Rates
from services.sources import Sources

PAIN_SERVICE = "https://pain-service.example/discharges"


def test_so_many_come_at_once_and_then_so_many_a_second():
    clock = HandClock()
    rates = Rates(Sources({GP: source(rate=2.0, burst=3)}), clock)
    assert (rates.left(GP), rates.wait(GP)) == (3, 0.0)
    rates.take(GP, 3)
    assert (rates.left(GP), rates.wait(GP)) == (0, 0.5)
    clock.seconds += 0.5
    assert (rates.left(GP), rates.wait(GP)) == (1, 0.0)
    rates.take(GP)
    clock.seconds += 1_000
    assert rates.left(GP) == 3  # a long silence is no store


def test_without_a_burst_a_second_of_the_rate_may_come_at_once():
    rates = Rates(Sources({GP: source(rate=2.5), JOB_CENTRE: source(rate=0.01)}), HandClock())
    assert (rates.left(GP), rates.left(JOB_CENTRE)) == (3, 1)


@pytest.mark.parametrize("who", [None, GP, PAIN_SERVICE])
def test_who_has_no_rate_has_no_limit(who):
    rates = Rates(Sources({GP: source()}), HandClock())
    rates.take(who, 1_000)
    assert (rates.left(who), rates.wait(who)) == (NO_LIMIT, 0.0)


async def test_too_fast_is_429_with_the_time_to_wait_for_that_source_only_and_then_it_is_taken(broker, key):
    clock = HandClock()
    admission = admission_of({JOB_CENTRE: source(rate=0.1, burst=2), GP: source()}, clock)
    as_me, as_other = ({"authorization": f"Bearer {name}"} for name in ("mine", "theirs"))
    callers = callers_of(mine=JOB_CENTRE, theirs=GP)
    async with open_door(broker, key, callers=callers, admission=admission) as door:
        for _ in range(2):
            assert (await door.post(event(source=JOB_CENTRE), **as_me)).status_code == 202
        fast = event(source=JOB_CENTRE)
        refused = await door.post(fast, **as_me)
        assert (refused.status_code, codes(refused), refused.headers["retry-after"]) == (429, {"too-fast"}, "10")
        assert (await door.post(event(source=GP), **as_other)).status_code == 202
        assert (await door.client.get("/events/x", headers=as_me)).status_code in (404, 503)  # asking is no event
        assert len(await records(broker, EVENTS)) == 3
        assert await records(broker, REFUSALS) == []
        clock.seconds += 10
        assert (await door.post(fast, **as_me)).status_code == 202


async def test_a_caller_beyond_its_rate_is_told_before_its_body_is_read(broker, key):
    admission = admission_of({JOB_CENTRE: source(rate=0.1)}, HandClock())
    admission.rates.take(JOB_CENTRE)
    never_read = []

    async def body():
        never_read.append("read")
        yield b"{}"

    async with open_door(broker, key, callers=callers_of(mine=JOB_CENTRE), admission=admission) as door:
        headers = {"authorization": "Bearer mine"}
        for path in ("/events", "/fhir/$process-message"):
            answer = await door.client.post(path, headers=headers, content=body())
            assert (answer.status_code, never_read) == (429, [])


async def test_where_nobody_is_told_apart_the_rate_is_that_of_the_source_that_is_named(broker, key):
    admission = admission_of({JOB_CENTRE: source(rate=0.1), GP: source()}, HandClock())
    async with open_door(broker, key, admission=admission) as door:
        answers = [await door.post(event(source=who)) for who in (JOB_CENTRE, JOB_CENTRE, GP, GP)]
        assert [answer.status_code for answer in answers] == [202, 429, 202, 202]
