"""A link shows nothing and is used up by nothing until somebody gives the code that was sent another way."""

from __future__ import annotations

import stat
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import lxml.html
import pytest
from page_parts import CLINICIAN, KEYS, Visitor, errors, heading, names_somebody

from services.ingest.pages.codes import SENT_AT_ONCE, SENT_IN_A_DAY, TRIES, WRONG_IN_A_DAY

ASKED = "You have been asked a question"
QUESTION = "Would help with work be right for this person?"


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


async def state_of(desk) -> tuple:
    """Everything that an answer would change."""
    async with desk.pool.acquire() as connection:
        events = await connection.fetchval("select count(*) from arrivals")
        journeys = await connection.fetch("select version from journey order by subject")
    return events, journeys, await desk.made()


async def scan(visitor: Visitor, link: str) -> set[str]:
    """What a mail scanner does: fetch all that a page leads to, send every form with what stands in it and with junk.

    Returns all that it read.
    """
    to_do, seen, read = [link], set(), set()
    while to_do:
        path = to_do.pop()
        if path in seen:
            continue
        seen.add(path)
        for method in ("HEAD", "GET"):
            page = await visitor.go(path, method)
        pages = [page]
        for form in lxml.html.fromstring(page.text).forms if "<form" in page.text else ():
            for junk in ("", "x", "000000x"):
                fields = {name: value or junk for name, value in form.form_values()}
                pages.append(await visitor.post(form.action, {**dict.fromkeys(form.inputs.keys(), junk), **fields}))
        for each in pages:
            read.add(each.text)
            to_do.append(each.url.path)
            if each.headers["content-type"].startswith("text/html"):
                tree = lxml.html.fromstring(each.text)
                to_do += [urlsplit(found).path for _, _, found, _ in tree.iterlinks() if found.startswith("/")]
    assert any("/code" in path for path in seen)
    return read


async def test_a_mail_scanner_that_fetches_everything_and_sends_every_form_learns_and_changes_nothing(desk):
    link = await desk.prompted()
    before = await state_of(desk)

    read = await scan(desk.visitor(), link)

    assert not [text for text in read if names_somebody(text)]
    await desk.settle()
    assert await state_of(desk) == before
    person = desk.visitor()  # and the question still waits for whoever was asked
    assert heading(await person.enter(link)) == QUESTION
    assert heading(await person.send({"answer": "invite", **CLINICIAN})) == "Thank you, we have your answer"


async def test_a_scanner_behind_somebody_who_is_answering_changes_nothing(desk):
    link = await desk.prompted()
    person = desk.visitor()
    await person.enter(link)
    before = await state_of(desk)
    await scan(desk.visitor(), link)
    for path in (link, f"{link}/code", f"{link}/question", f"{link}/done"):
        for method in ("GET", "HEAD"):
            await person.go(path, method)
    assert await state_of(desk) == before
    await person.go(f"{link}/question")
    assert heading(await person.send({"answer": "invite", **CLINICIAN})) == "Thank you, we have your answer"


async def test_a_get_sends_no_code(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    for path in (link, f"{link}/code", f"{link}/question", f"{link}/done"):
        assert heading(await visitor.go(path)) == ASKED
        assert (await visitor.go(path, "HEAD")).status_code == 200
    assert desk.codes() == []
    assert await desk.pool.fetchval("select count(*) from page_code") == 0


async def test_a_wrong_code_opens_nothing_and_after_some_tries_the_code_ends(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.go(link)
    await visitor.send()
    (code,) = desk.codes()
    for nothing in ("", "12345", "１２３４５６"):  # what cannot be a code is no try
        assert errors(await visitor.send({"code": nothing})) == ["Enter the code of six digits"]
    for _ in range(TRIES):
        page = await visitor.send({"code": another(code)})
        assert (page.status_code, len(errors(page))) == (422, 1)
    page = await visitor.send({"code": code})
    assert page.status_code == 429
    assert errors(page) == ["This code was tried too often. Ask for another one"]
    assert not names_somebody(page.text)

    assert heading(await visitor.enter(link)) == QUESTION


async def test_a_code_is_good_once_and_only_for_a_while_and_only_where_it_was_asked_for(desk):
    link = await desk.prompted()
    asker, other = desk.visitor(), desk.visitor()
    await asker.go(link)
    await asker.send()
    (code,) = desk.codes()
    await other.go(link)
    await other.send()
    assert errors(await other.send({"code": code})) == ["That is not the code. Look again, or ask for another one"]

    at_the_code = asker.page
    assert heading(await asker.send({"code": f" {code[:3]} {code[3:]} "})) == QUESTION
    asker.page = at_the_code
    assert (await asker.send({"code": code})).status_code == 410

    late = desk.visitor()
    await late.go(link)
    await late.send()
    desk.clock.moment += timedelta(minutes=16)
    assert (await late.send({"code": desk.codes()[-1]})).status_code == 410
    assert heading(await late.enter(link)) == QUESTION


async def test_no_more_codes_are_sent_at_once_and_whoever_asks_then_may_give_any_that_was_sent(desk):
    link = await desk.prompted()
    visitors = [desk.visitor() for _ in range(SENT_AT_ONCE + 2)]
    for each in visitors:
        await each.go(link)
        assert heading(await each.send()) == "Enter the code"
    codes = desk.codes()
    assert len(codes) == SENT_AT_ONCE
    assert errors(await visitors[-1].send({"code": another(codes[-1])})) != []
    assert heading(await visitors[-1].send({"code": codes[-1]})) == QUESTION
    assert (await visitors[-2].send({"code": codes[-1]})).status_code == 422  # it is used up for all who waited
    assert heading(await visitors[-2].send({"code": codes[-2]})) == QUESTION


async def test_codes_of_a_question_are_limited_in_a_day_and_there_are_new_ones_after_it(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    for _ in range(SENT_IN_A_DAY):
        await visitor.go(link)
        assert (await visitor.send()).status_code == 200
        desk.clock.moment += timedelta(minutes=6)
    desk.clock.moment += timedelta(minutes=16)
    await visitor.go(link)
    assert (await visitor.send()).status_code == 429
    assert len(desk.codes()) == SENT_IN_A_DAY
    desk.clock.moment += timedelta(days=1)
    assert heading(await visitor.enter(link)) == QUESTION


async def test_wrong_codes_of_a_question_are_limited_in_a_day_over_all_browsers(desk):
    link = await desk.prompted()
    wrong = 0
    while wrong < WRONG_IN_A_DAY:
        guesser = desk.visitor()
        await guesser.go(link)
        await guesser.send()
        for _ in range(TRIES):
            assert (await guesser.send({"code": another(desk.codes()[-1])})).status_code == 422
            wrong += 1
        desk.clock.moment += timedelta(minutes=13)
    desk.clock.moment += timedelta(hours=1)
    visitor = desk.visitor()
    await visitor.go(link)
    assert (await visitor.send()).status_code == 429
    desk.clock.moment += timedelta(days=1)
    assert heading(await visitor.enter(link)) == QUESTION
    assert await desk.pool.fetchval("select count(*) from page_code") == 1  # a day later nothing is kept of it


async def test_a_session_is_of_one_question_and_short(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    desk.clock.moment += timedelta(minutes=31)
    page = await visitor.send({"answer": "invite", **CLINICIAN})
    assert (page.status_code, heading(page)) == (403, ASKED)
    assert "so nothing was sent" in page.text
    assert await desk.made() == []
    await visitor.send()
    await visitor.send({"code": desk.codes()[-1]})
    assert heading(await visitor.send({"answer": "invite", **CLINICIAN})) == "Thank you, we have your answer"


async def test_a_form_that_is_not_ours_is_not_taken(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    for token in ("", "00" * 32, "no hex"):
        page = await visitor.post(f"{link}/question", {"answer": "invite", "token": token, **CLINICIAN})
        assert page.status_code == 403
    visitor.client.headers["sec-fetch-site"] = "cross-site"
    assert (await visitor.post(f"{link}/code", {})).status_code == 403
    assert (len(desk.codes()), await desk.made()) == (1, [])
    del visitor.client.headers["sec-fetch-site"]
    await visitor.go(f"{link}/question")
    assert heading(await visitor.send({"answer": "invite", **CLINICIAN})) == "Thank you, we have your answer"


async def test_cookies_are_for_these_pages_alone_and_no_script_reads_them(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.go(link)
    answer = await visitor.client.post(f"{link}/code")
    assert [part.strip() for part in answer.headers["set-cookie"].split(";")[1:]] == [
        "HttpOnly", "Max-Age=900", f"Path={link}", "SameSite=strict"
    ]  # fmt: skip
    (file,) = desk.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("change", ["another-key", "another-question", "cut", "no-token"])
async def test_a_link_that_no_key_of_ours_made_leads_nowhere(desk, change):
    link = await desk.prompted()
    name, question, mac = link.rpartition("/")[2].split(".")
    other = KEYS.token(uuid.UUID(int=1)).split(".")[1]
    token = {
        "another-key": f"other.{question}.{mac}", "another-question": f"{name}.{other}.{mac}",
        "cut": f"{name}.{question}.{mac[:-2]}", "no-token": "9990000018",
    }[change]  # fmt: skip
    page = await desk.visitor().go(f"/answer/{token}")
    assert (page.status_code, heading(page)) == (404, "This link does not lead anywhere")
    assert token not in page.text
    assert heading(await desk.visitor().enter(link)) == QUESTION
