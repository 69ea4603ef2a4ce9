"""An employment support worker tells a referral's news on a page."""

from __future__ import annotations

from datetime import timedelta

from page_parts import AGREED, ASTER, CLINICIAN, WORKER, Desk, errors, heading

from schemas.codes import ANSWERED_BY
from services.demo.messages import prompt_answer

THANKS = "Thank you, we have your answer"
ACCEPT = {"what": "accept", "worker_id": "esw-1", **WORKER}


async def referred(desk: Desk) -> str:
    """The path of the link to a referral."""
    visitor = desk.visitor()
    await visitor.enter(await desk.prompted())
    await visitor.send({**AGREED, **CLINICIAN})
    await desk.settle()
    return await desk.link("ips-referral-requested-1")


async def test_a_worker_accepts_books_and_tells_a_step_of_support_each_once(desk):
    visitor = desk.visitor()
    page = await visitor.enter(await referred(desk))
    assert heading(page) == "What is new about this referral?"
    assert 'value="job-started"' not in page.text  # nothing has begun

    assert heading(await visitor.send(ACCEPT)) == THANKS
    await desk.settle()
    referral = (await desk.journey()).referrals[0]
    assert (referral.status, referral.worker.id, referral.worker.name) == ("3.0", "esw-1", "Gorse Testworker")

    for what in ("book", "missed", "book"):  # booked anew: the same words are another answer by then
        await visitor.go(visitor.page.url.path.replace("/done", "/question"))
        desk.clock.moment += timedelta(minutes=1)
        assert heading(await visitor.send({"what": what, **WORKER})) == THANKS
        await desk.settle()
    referral = (await desk.journey()).referrals[0]
    assert (referral.status, len(referral.told)) == ("5.1.1", 4)

    form = await visitor.go(visitor.page.url.path.replace("/done", "/question"))
    step = {"what": "first-contact", "on-day": "6", "on-month": "3", "on-year": "2026", **WORKER}
    assert errors(await visitor.send({**step, "on-day": "7"})) == ["The day must not be in the future"]
    assert heading(await visitor.send(step)) == THANKS
    visitor.page = form
    await desk.settle()
    assert heading(await visitor.send(step)) == "We had this answer already"
    assert len((await desk.journey()).referrals[0].progress) == 1
    assert all(
        entry["resource"]["extension"][0]["url"] == ANSWERED_BY
        for bundle in await desk.made()
        for entry in bundle["entry"][:1]
    )


async def test_a_worker_declines_with_a_reason_and_then_the_link_says_that_it_is_over(desk):
    link = await referred(desk)
    visitor = desk.visitor()
    await visitor.enter(link)
    assert errors(await visitor.send({"what": "decline", **WORKER})) == ["Choose why"]
    assert heading(await visitor.send({"what": "decline", "decline-reason": "no-capacity", **WORKER})) == THANKS
    await desk.settle()
    referral = (await desk.journey()).referrals[0]
    assert (referral.status, referral.reason) == ("4.0", "no-capacity")
    assert heading(await visitor.go(f"{link}/question")) == "This question has its answer"


async def test_a_worker_confirms_that_a_referral_is_cancelled_and_is_not_told_why(desk):
    link = await referred(desk)
    visitor = desk.visitor()
    await visitor.enter(link)
    await visitor.send(ACCEPT)
    await desk.settle()
    desk.clock.moment += timedelta(minutes=1)
    prompt = (await desk.journey()).prompts[-1].id
    said = prompt_answer(ASTER, prompt, "person-declined", desk.clock.moment, wish=("does-not-want", "person"))
    await desk.tell(said)

    page = await visitor.go(f"{link}/question")
    assert "to be cancelled: please confirm" in page.text
    assert "not want" not in page.text
    desk.clock.moment += timedelta(minutes=1)
    confirmed = {"what": "cancelled", "cancelled-reason": "person-changed-mind", **WORKER}
    assert heading(await visitor.send(confirmed)) == THANKS
    await desk.settle()
    assert (await desk.journey()).referrals[0].status == "6.0"
    assert heading(await visitor.go(f"{link}/question")) == "This question has its answer"


async def test_a_referral_is_accepted_by_a_named_worker_or_not_at_all(desk):
    visitor = desk.visitor()
    await visitor.enter(await referred(desk))
    assert errors(await visitor.send({"what": "accept", **WORKER})) == [
        "Enter the staff number or work email of the named worker"
    ]
    assert errors(await visitor.send({"what": "complete", **WORKER})) == ["Choose an answer"]  # no legal move
    assert heading(await visitor.send({**ACCEPT, "worker_name": "Heather Testworker"})) == THANKS
    await desk.settle()
    assert (await desk.journey()).referrals[0].worker.name == "Heather Testworker"
