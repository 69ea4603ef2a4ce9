"""A link that was used, has expired or was overtaken says so kindly and changes nothing; so does a door in trouble."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from msgspec.structs import replace
from page_parts import AGREED, ASTER, CLINICIAN, Desk, errors, heading, names_somebody, open_desk
from test_pages_second_step import QUESTION

from services.demo.messages import prompt_answer
from services.domain.decisions import EventKey
from services.domain.journey import Stop
from services.ingest.pages.limits import Limits

INVITE = {"answer": "invite", **CLINICIAN}
THANKS = "Thank you, we have your answer"


async def test_a_form_that_is_sent_twice_makes_one_event(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    form = await visitor.enter(link)
    assert heading(await visitor.send(INVITE)) == THANKS
    visitor.page = form
    desk.clock.moment += timedelta(minutes=5)
    assert heading(await visitor.send(INVITE)) == "We had this answer already"
    first, second = desk.visitor(), desk.visitor()  # two clicks at once, of somebody who comes to another answer
    for each in (first, second):
        each.client.cookies = visitor.client.cookies
        each.page = form
    other = {"answer": "person-declined", **CLINICIAN}
    pages = await asyncio.gather(first.send(other), second.send(other))
    assert {heading(page) for page in pages} == {THANKS, "We had this answer already"}
    assert len(await desk.made()) == 2
    await desk.settle()
    assert await desk.pool.fetchval("select count(*) from duplicate") == 2


async def test_a_question_that_has_its_answer_says_so_and_changes_nothing(desk):
    link = await desk.prompted()
    visitor, late = desk.visitor(), desk.visitor()
    form = await late.enter(link)
    await visitor.enter(link)
    await visitor.send({"answer": "not-now", **CLINICIAN})
    await desk.settle()
    made = await desk.made()

    for page in (await late.go(f"{link}/question"), await desk.visitor().enter(link)):
        assert (page.status_code, heading(page)) == (410, "This question has its answer")
        assert not names_somebody(page.text)
    late.page = form
    assert (await late.send(INVITE)).status_code == 410
    assert await desk.made() == made


async def test_a_question_whose_time_is_over_says_so_and_changes_nothing(desk):
    link = await desk.prompted()
    desk.clock.moment = (await desk.journey()).prompts[-1].lapses
    visitor = desk.visitor()
    form = await visitor.enter(link)
    assert heading(form) == QUESTION
    desk.clock.moment += timedelta(seconds=1)
    page = await visitor.send(INVITE)
    assert (page.status_code, heading(page)) == (410, "This question waits no longer")
    assert await desk.made() == []


async def test_a_question_that_was_overtaken_by_a_referral_says_so_and_changes_nothing(desk, policy):
    link = await desk.prompted()
    first, later = desk.visitor(), desk.visitor()
    await first.enter(link)
    await first.send(INVITE)
    await desk.settle()
    form = await later.enter(link)
    prompt = (await desk.journey()).prompts[-1].id
    provider = (policy.provider.ods, policy.provider.name)
    await desk.tell(prompt_answer(ASTER, prompt, "refer", desk.clock.moment, agreed_with=provider))

    page = await desk.visitor().enter(link)
    assert (page.status_code, heading(page)) == (410, "This question has its answer")
    later.page = form
    assert (await later.send({**AGREED, **CLINICIAN})).status_code == 410
    assert len(await desk.made()) == 1


async def test_a_question_that_the_person_has_stopped_says_so_and_not_why(desk):
    link = await desk.prompted()
    prompt = (await desk.journey()).prompts[-1].id
    visitor = desk.visitor()
    form = await visitor.enter(link)
    desk.clock.moment += timedelta(minutes=1)
    said = prompt_answer(ASTER, prompt, "invite", desk.clock.moment, wish=("does-not-want", "person"))
    await desk.tell(said)
    visitor.page = form
    for page in (await visitor.send(INVITE), await desk.visitor().enter(link)):
        assert page.status_code == 410
        assert not names_somebody(page.text)
        assert "want" not in page.text.partition("<main")[2].partition("<section")[0]
    assert await desk.made() == []


@pytest.mark.parametrize(
    ("reason", "status", "title"),
    [("suspended", 503, "We cannot take this just now"), ("death", 410, "Something else came first")],
)
async def test_a_journey_that_is_frozen_or_stopped_takes_no_answer_and_goes_on_when_that_is_lifted(
    desk, reason, status, title
):
    link = await desk.prompted()
    visitor = desk.visitor()
    form = await visitor.enter(link)
    stop = Stop(reason=reason, since=desk.clock.moment, by=EventKey("urn:test", "1"), sequence=9)
    await desk.keep(replace(await desk.journey(), stops=(stop,)))
    page = await visitor.send(INVITE)
    assert (page.status_code, heading(page)) == (status, title)
    await desk.keep(replace(await desk.journey(), stops=()))
    visitor.page = form
    assert heading(await visitor.send(INVITE)) == THANKS


async def test_a_broker_that_is_away_loses_nothing_that_was_written(mortal_broker, pool, key, tmp_path):
    async with open_desk(mortal_broker.address, pool, key, tmp_path, broker_patience_ms=1500) as desk:
        link = await desk.prompted()
        visitor = desk.visitor()
        await visitor.enter(link)
        await mortal_broker.stop()
        page = await visitor.send({"answer": "not-now", **CLINICIAN})
        assert page.status_code == 503
        assert "send it again in a few minutes" in page.text
        assert 'value="Dr Example Onetest"' in page.text
        assert errors(page) == []
        await mortal_broker.come_back()
        assert heading(await visitor.send()) == THANKS  # the form as it stands
        (bundle,) = await desk.made()
        assert bundle["entry"][0]["resource"]["status"] == "on-hold"


async def test_without_the_ledger_a_page_says_try_again_and_shows_nothing(desk: Desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    form = await visitor.enter(link)
    pool, desk.door.inbox.pool = desk.door.inbox.pool, None
    for page in (await visitor.go(f"{link}/question"), await visitor.post(f"{link}/question", INVITE)):
        assert (page.status_code, heading(page)) == (503, "We cannot take this just now")
    desk.door.inbox.pool = pool
    visitor.page = form
    assert heading(await visitor.send(INVITE)) == THANKS


async def test_an_address_with_more_in_it_than_we_sent_is_refused_and_said_nowhere(desk, capsys):
    link = await desk.prompted()
    capsys.readouterr()
    page = await desk.visitor().go(f"{link}?nhs={ASTER.nhs_number}")
    assert (page.status_code, heading(page)) == (400, "There is more in this address than we sent")
    written = "".join(capsys.readouterr())
    for text in (page.text, written):
        assert not names_somebody(text)
    assert link.rpartition("/")[2] not in written
    assert heading(await desk.visitor().enter(link)) == QUESTION


async def test_what_comes_too_fast_is_told_to_wait_and_others_are_not(broker, pool, key, tmp_path):
    at = [0.0]
    limits = Limits(rate=1.0, burst=3.0, tick=lambda: at[0])
    async with open_desk(broker, pool, key, tmp_path, limits=limits) as desk:
        link = await desk.prompted()
        visitor = desk.visitor()
        assert [(await visitor.go(link)).status_code for _ in range(4)] == [200, 200, 200, 429]
        other = desk.links.of(uuid.uuid4()).removeprefix("http://door.example")
        assert (await visitor.go(other)).status_code == 200
        at[0] += 1.0
        assert (await visitor.go(link)).status_code == 200


async def test_a_body_that_is_no_form_or_too_large_is_refused_and_the_form_can_still_be_sent(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    form = await visitor.enter(link)
    for body, status in ((b"\xff\xfe=%ff", 400), (b"a=" + b"x" * 30_000, 413)):
        assert (await visitor.client.post(f"{link}/question", content=body)).status_code == status
    visitor.page = form
    assert heading(await visitor.send(INVITE)) == THANKS


@pytest.mark.parametrize("path", ["/answer/", "/answer/a/b/c", "/answer-assets/../routes.py", "/answer-assets/x.css"])
async def test_nothing_else_is_there(desk, path):
    assert (await desk.visitor().go(path)).status_code == 404
