"""What the person says for themselves: they answer, agree in writing, ask to be called, and each counts once."""

from __future__ import annotations

import pytest
from domain_builders import (
    FROM_JOB_CENTRE,
    OTHER_PROVIDER,
    Walk,
    agreed,
    agreement,
    answered,
    flag,
    note,
    on,
    person,
    wish,
)
from own_builders import consented, person_said, taken_back

from services.domain.decisions import Referred
from services.domain.policy import Policy
from services.domain.stopping import under_way

PACKAGE = "care package"
REFERRED = ("answer refer", "referred", "information referral", PACKAGE)


@pytest.fixture
def invited(policy: Policy) -> Walk:
    return Walk(policy, note(0, days=28), answered(1, "invite"))


def test_who_agrees_on_the_page_of_their_invitation_is_referred(invited: Walk):
    assert invited.take(person_said(2, "agrees", invited.prompt)) == REFERRED
    assert invited.made(Referred)[0].agreement == agreement(2)


def test_who_agrees_while_a_clinician_is_asked_has_answered_for_them(policy: Policy):
    walk = Walk(policy, note(0, days=28))

    assert walk.take(person_said(2, "agrees")) == REFERRED
    assert walk.take(answered(3, "invite")) == ("out of sequence",)


def test_an_agreement_in_writing_answers_an_invitation_and_nothing_else(invited: Walk, policy: Policy):
    assert invited.take(consented(2)) == REFERRED

    unasked = Walk(policy, note(0, days=28))
    assert unasked.take(consented(2)) == (PACKAGE,)
    assert len(under_way(unasked.journey).prompts) == 1


def test_an_agreement_for_another_purpose_refers_nobody(invited: Walk):
    told = consented(2, purpose="progress", recipient=None, to="job-centre")
    assert invited.take(told) == (PACKAGE,)


@pytest.mark.parametrize("given", [consented(3, recipient=OTHER_PROVIDER), consented(3, until=on(2))])
def test_an_agreement_with_somebody_else_or_past_its_last_day_refers_nobody(invited: Walk, given):
    assert invited.take(given) == ("out of sequence",)


def test_what_was_taken_back_before_it_was_told_refers_nobody(invited: Walk):
    invited.take(taken_back(3))
    assert invited.take(consented(4, on=on(2))) == ("out of sequence",)
    assert invited.take(consented(5)) == REFERRED, "a new agreement stands"


def test_what_was_taken_back_in_part_refers_with_the_rest(invited: Walk):
    invited.take(taken_back(3, items=("contact",)))
    invited.take(consented(4, on=on(2)))
    assert invited.made(Referred)[0].agreement.items == ("work-plan",)


def test_an_answer_that_a_job_centre_sends_is_no_answer_of_the_person(invited: Walk):
    invited.take(flag(2))
    for kind in ("agrees", "not-now", "call-me"):
        assert invited.take(person_said(3, kind, invited.prompt, source=FROM_JOB_CENTRE, id=kind)) == (
            "out of sequence",
        )
    assert invited.take(person_said(4, "agrees", invited.prompt)) == REFERRED


def test_not_now_on_the_page_ends_the_invitation_for_some_time(invited: Walk):
    assert invited.take(person_said(2, "not-now", invited.prompt)) == ("answer not-now", PACKAGE)
    assert under_way(invited.journey).prompts == ()
    assert invited.take(person_said(30, "agrees", invited.prompt)) == REFERRED, "they may change their mind"


def test_not_now_of_their_own_accord_takes_the_task_back(policy: Policy):
    walk = Walk(policy, note(0, days=28))
    assert walk.take(person_said(2, "not-now")) == ("answer not-now", "prompt withdrawn not-now", PACKAGE)


def test_their_own_no_ends_what_waits_and_holds_until_they_say_otherwise(invited: Walk):
    assert invited.take(person_said(2, "does-not-want", invited.prompt)) == (
        "answer person-declined", "information withdrawn wish", PACKAGE,
    )  # fmt: skip
    assert "held does-not-want" in invited.take(note(40, days=28))
    assert invited.take(person_said(50, "agrees", invited.prompt)) == REFERRED


def test_an_older_no_that_comes_late_stops_nothing(invited: Walk):
    invited.take(person_said(5, "agrees", invited.prompt))
    late = person_said(6, "does-not-want", invited.prompt, on=on(3))
    assert invited.take(late) == ("out of sequence",)
    assert len(under_way(invited.journey).referrals) == 1


def test_who_asks_to_be_called_is_called_and_can_still_say_either(invited: Walk):
    assert invited.take(person_said(2, "call-me", invited.prompt)) == ("call asked", PACKAGE)
    assert invited.take(agreed(4)) == REFERRED


def test_nobody_can_call_who_was_never_asked_about(policy: Policy):
    assert Walk(policy).take(person_said(1, "call-me")) == ("out of sequence",)


def test_an_answer_to_a_prompt_that_nobody_made_is_refused(policy: Policy):
    assert Walk(policy, note(0, days=28)).take(person_said(1, "not-now", "no-such-prompt")) == (
        "refused prompt-not-known",
    )


def test_of_their_own_accord_only_who_is_known_for_sure_is_heard(policy: Policy):
    unsure = person(verification="not-verified")
    walk = Walk(policy, note(0, days=28), agreed(1))
    walk.take(person_said(2, "does-not-want", person=unsure))
    assert len(under_way(walk.journey).referrals) == 1
    walk.take(person_said(3, "does-not-want"))
    assert under_way(walk.journey).referrals == ()


def test_an_agreement_lifts_their_own_no(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(1, "not-now", wish=wish("does-not-want")))
    assert walk.take(person_said(3, "agrees")) == REFERRED
