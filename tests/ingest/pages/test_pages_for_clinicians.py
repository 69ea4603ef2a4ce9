"""A clinician answers a prompt on a page: the same event that a system would publish."""

import json

import pytest
from door_parts import codes, event
from page_parts import AGREED, ASTER, CLINICIAN, errors, heading, names_somebody

from schemas.codes import ANSWERED_BY, PAGES
from schemas.fhir.message import read_message

THANKS = "Thank you, we have your answer"


async def test_a_clinician_invites_in_one_action_and_the_person_is_asked(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    page = await visitor.enter(link)
    assert heading(page) == "Would help with work be right for this person?"
    assert "Aster Testback" in page.text
    assert "a pain service has treated the person" in page.text

    assert heading(await visitor.send({"answer": "invite", **CLINICIAN})) == THANKS

    await desk.settle()
    assert (await desk.journey()).prompts[-1].answer == "invite"
    assert await desk.pool.fetchval("select count(*) from outbox where type = 'patient-information-due-1'") == 2


async def test_the_event_says_who_answered_in_which_role_and_for_which_organisation(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    await visitor.send({"answer": "not-now", **CLINICIAN})

    (bundle,) = await desk.made()
    task, role = (entry["resource"] for entry in bundle["entry"])
    (by,) = task["extension"]
    assert by == {"url": ANSWERED_BY, "valueReference": {"reference": bundle["entry"][1]["fullUrl"]}}
    assert (role["practitioner"], role["code"]) == ({"display": "Dr Example Onetest"}, [{"text": "GP"}])
    assert role["organization"]["identifier"]["value"] == "Y99101"
    assert role["organization"]["display"] == "Synthetic Pain Service"


async def test_a_clinician_refers_with_the_agreement_of_the_person_and_only_what_they_agreed_to(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    await visitor.send({**AGREED, **CLINICIAN})

    await desk.settle()
    (referral,) = (await desk.journey()).referrals
    agreement = referral.agreement
    assert (agreement.by, agreement.how, str(agreement.on), agreement.items) == (
        "person", "spoken", "2026-03-06", ("contact", "work-plan")
    )  # fmt: skip
    assert agreement.asked_by == "Dr Example Onetest"
    assert agreement.words == "pages-en-1/agreement"
    assert agreement.recipient.ods == referral.provider.ods
    assert await desk.pool.fetchval("select count(*) from outbox where type = 'ips-referral-requested-1'") == 1


@pytest.mark.parametrize("missing", ["agreed_by", "agreed_how", "items", "agreed_on-day"])
async def test_nobody_is_referred_by_half_an_agreement(desk, missing):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    half = {**AGREED, **CLINICIAN, missing: "" if missing != "items" else []}

    page = await visitor.send(half)

    assert page.status_code == 422
    assert len(errors(page)) == 1
    assert await desk.made() == []
    assert 'value="Dr Example Onetest"' in page.text  # nothing that was written is lost
    assert heading(await visitor.send({**AGREED, **CLINICIAN})) == THANKS


async def test_after_an_invitation_what_the_person_said_is_a_second_answer(desk):
    link = await desk.prompted()
    first, second = desk.visitor(), desk.visitor()
    await first.enter(link)
    await first.send({"answer": "invite", **CLINICIAN})
    await desk.settle()

    page = await second.enter(link)
    assert heading(page) == "What did this person say?"
    assert 'value="invite"' not in page.text
    await second.send({"answer": "person-declined", "wish": "does-not-want", "wish_by": "person", **CLINICIAN})

    await desk.settle()
    assert (await desk.journey()).prompts[-1].answer == "person-declined"


async def test_a_reason_is_of_the_closed_list_and_sets_its_own_time(desk, policy):
    link = await desk.prompted()
    visitor = desk.visitor()
    page = await visitor.enter(link)
    assert all(f'value="{reason}"' in page.text for reason in policy.again.not_suitable)

    assert errors(await visitor.send({"answer": "not-suitable", "reason": "lazy", **CLINICIAN})) == ["Choose why"]
    await visitor.send({"answer": "not-suitable", "reason": "returning-soon", **CLINICIAN})

    await desk.settle()
    prompt = (await desk.journey()).prompts[-1]
    assert prompt.answer == "not-suitable"
    assert (prompt.ask_again - prompt.answered).days == policy.again.not_suitable["returning-soon"]


async def test_a_wish_needs_whose_words_it_is(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    page = await visitor.send({"answer": "invite", "wish": "keen", **CLINICIAN})
    assert errors(page) == ["Say whose words these are"]
    assert heading(await visitor.send({"answer": "invite", "wish": "keen", "wish_by": "person", **CLINICIAN})) == THANKS


async def test_no_answer_without_who_answers_and_no_number_of_a_person_in_their_name(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    assert errors(await visitor.send({"answer": "invite"})) == ["Enter your name", "Enter your role"]
    page = await visitor.send({"answer": "invite", "name": ASTER.nhs_number, "role": "x" * 101})
    assert len(errors(page)) == 2
    assert await desk.made() == []
    assert heading(await visitor.send({"answer": "invite", **CLINICIAN})) == THANKS


async def test_the_fast_path_knows_what_a_page_makes(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    await visitor.send({**AGREED, **CLINICIAN})
    (bundle,) = await desk.made()
    assert read_message("prompt-answered-1", "application/fhir+json", json.dumps(bundle).encode(), None).fast


async def test_a_name_is_shown_as_text_whatever_it_holds(desk):
    link = await desk.prompted()
    visitor = desk.visitor()
    await visitor.enter(link)
    page = await visitor.send({"name": "<script>alert(1)</script>", "role": '"><b>'})
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert "<b>" not in page.text


async def test_nobody_else_may_speak_for_the_pages(desk):
    assert codes(await desk.door.post(event(source=PAGES))) == {"source-not-yours"}
    assert not names_somebody(PAGES)
