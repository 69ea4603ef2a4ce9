"""Doubt about capacity, an agreement taken back, an objection: what each stops, and what it leaves alone."""

from __future__ import annotations

import pytest
from domain_builders import (
    FROM_JOB_CENTRE,
    OTHER_PROVIDER,
    Walk,
    agreed,
    agreement,
    answered,
    due,
    flag,
    introduced,
    nominated,
    note,
    on,
    person,
    wish,
)
from msgspec.structs import replace
from own_builders import objected, person_said, taken_back
from support_builders import moved, progressed

from schemas.facts import Event
from services.domain.evolve import evolve
from services.domain.policy import Policy
from services.domain.step import Stepped, step
from services.domain.stopping import present_reason, under_way

PACKAGE = "care package"
CANCELLED = ("cancellation requested withdrawal", "feedback gp-practice 5.2", PACKAGE)


@pytest.fixture
def invited(policy: Policy) -> Walk:
    return Walk(policy, note(0, days=28), answered(1, "invite"))


@pytest.fixture
def referred(policy: Policy) -> Walk:
    return Walk(policy, note(0, days=28), agreed(1))


def test_doubt_about_capacity_ends_a_referral_that_rests_on_the_persons_word(referred: Walk):
    said = referred.take(person_said(3, "call-me", referred.prompt, capacity_doubted=True))
    assert "cancellation requested capacity" in said
    assert "information withdrawn capacity" in said
    assert under_way(referred.journey).referrals == ()


def test_what_somebody_who_may_decide_for_them_agreed_to_stands_under_doubt(policy: Policy):
    attorney = replace(agreement(1), by="attorney")
    walk = Walk(policy, note(0, days=28), answered(1, "refer", agreement=attorney, capacity_doubted=True))
    assert len(under_way(walk.journey).referrals) == 1


def test_under_doubt_nobody_is_asked_invited_or_referred_until_it_is_gone(invited: Walk):
    invited.take(person_said(2, "not-now", invited.prompt, capacity_doubted=True))
    assert "held safety" in invited.take(note(200, days=28))
    assert invited.take(person_said(201, "agrees", invited.prompt)) == ("out of sequence",)
    said = invited.take(person_said(202, "agrees", invited.prompt, capacity_doubted=False))
    assert "referred" in said


def test_a_clinician_who_puts_somebody_forward_under_doubt_refers_nobody(invited: Walk):
    invited.take(person_said(2, "not-now", invited.prompt, capacity_doubted=True))
    assert not {"referred", "invited"} & set(invited.take(nominated(3, agreement=agreement(3))))


def test_an_agreement_that_is_taken_back_ends_the_referral_and_not_what_is_asked_later(referred: Walk):
    assert referred.take(taken_back(3)) == ("information withdrawn withdrawal", *CANCELLED)
    assert referred.take(taken_back(4)) == (PACKAGE,), "once"
    assert present_reason(referred.journey) is None


@pytest.mark.parametrize(
    "changes",
    [{"recipient": OTHER_PROVIDER}, {"purpose": "progress"}, {"recipient": None, "to": "job-centre"}, {"on": on(0)}],
    ids=["another recipient", "another purpose", "the job centre", "before they agreed"],
)
def test_a_withdrawal_stops_only_what_is_towards_that_recipient_and_purpose(referred: Walk, changes):
    assert referred.take(taken_back(3, **changes)) == (PACKAGE,)


def test_one_item_taken_back_ends_a_referral_that_may_still_be_on_its_way(referred: Walk):
    assert "cancellation requested withdrawal" in referred.take(taken_back(3, items=("contact",)))


def test_one_item_taken_back_leaves_what_the_provider_has_accepted(referred: Walk):
    referred.take(moved(2, "3.0"))
    assert referred.take(taken_back(3, items=("contact",))) == (PACKAGE,)
    assert "cancellation requested withdrawal" in referred.take(taken_back(4, items=("work-plan",)))


def test_who_is_not_known_for_sure_takes_nothing_back_and_objects_to_nothing(referred: Walk):
    unsure = person(verification="not-verified")
    assert referred.take(taken_back(3, person=unsure)) == (PACKAGE,)
    assert referred.take(objected(4, person=unsure)) == (PACKAGE,)
    assert len(under_way(referred.journey).referrals) == 1


def test_what_comes_under_an_objection_leaves_its_moment_and_nothing_else(referred: Walk, policy: Policy):
    referred.take(objected(3))
    assert present_reason(referred.journey) == "stopped: objection"
    before = referred.journey

    for later in (note(5, days=28), moved(6, "3.0")(referred), due(7, "accept")(referred)):
        found = step(before, later, policy)
        assert isinstance(found, Stepped)
        assert (found.decisions, found.outputs, found.waits) == ((), (), ())
        assert found.journey == replace(before, version=before.version + 1, clock=later.recorded)
        assert evolve(before, later).facts == before.facts


def test_an_answer_to_a_prompt_that_nobody_made_is_discarded_and_not_refused_under_an_objection(policy: Policy):
    walk = Walk(policy, note(0, days=28), objected(1))
    assert walk.take(answered(2, "invite", id="x")) == ()
    assert walk.take(person_said(3, "not-now", "no-such-prompt")) == ()


def test_once_the_objection_is_taken_back_what_comes_then_counts_and_what_was_discarded_does_not(policy: Policy):
    walk = Walk(policy, objected(0), note(1, days=28))
    assert walk.take(objected(3, taken_back=True)) == ("lifted objection", PACKAGE)
    assert walk.journey.prompts == ()
    assert "prompt" in " ".join(walk.take(note(5, days=28)))


def test_an_objection_that_was_taken_back_before_it_was_told_stops_nothing(policy: Policy):
    walk = Walk(policy, note(0, days=28), objected(5, taken_back=True))
    assert walk.take(objected(2, recorded=6)) == (PACKAGE,)
    assert len(under_way(walk.journey).prompts) == 1


def test_a_no_is_heard_whatever_edition_the_policy_is_of(policy: Policy):
    """No history of before holds these events; a door that takes them must not leave them unheard."""
    first = replace(policy, edition=1)
    for told in (taken_back(3), objected(3), person_said(3, "does-not-want")):
        walk = Walk(first, note(0, days=28), agreed(1))
        walk.take(told)
        assert under_way(walk.journey).referrals == (), told.facts
    doubted = Walk(first, note(0, days=28), answered(1, "invite"), person_said(2, "not-now", capacity_doubted=True))
    assert not {"referred", "invited"} & set(doubted.take(nominated(3, agreement=agreement(3))))


def test_an_answer_of_before_stops_no_more_than_it_did(policy: Policy):
    first = replace(policy, edition=1)
    walk = Walk(first, note(0, days=28), agreed(1), answered(3, "refer", wish=wish("does-not-want")))
    assert len(under_way(walk.journey).referrals) == 1


def test_what_was_taken_back_tells_the_worker_nothing_more(policy: Policy):
    worked = (note(0, days=28), agreed(1), moved(2, "3.0"), progressed(5, "job-started"))
    walk = Walk(policy, *worked)
    assert "feedback ips-provider flare-up" in walk.take(note(40, adjustments=("altered-hours",)))
    taken = Walk(policy, *worked, taken_back(30, items=("work-plan",)))
    assert not [said for said in taken.take(note(40, adjustments=("altered-hours",))) if "flare-up" in said]


@pytest.mark.parametrize(
    "told",
    [nominated(3, agreement=agreement(3)), introduced(3), person_said(3, "does-not-want"), answered(3, "refer")],
    ids=["nominated", "introduced", "no", "answered"],
)
def test_nothing_that_a_job_centre_says_is_a_word_of_the_person(policy: Policy, told):
    from_there = told if isinstance(told, Event) else told(Walk(policy, note(0, days=28)))
    theirs = replace(from_there, source=FROM_JOB_CENTRE)
    asked = Walk(policy, note(0, days=28), answered(1, "invite"), flag(2))
    assert not {"referred"} & set(asked.take(theirs))
    referred = Walk(policy, note(0, days=28), agreed(1), flag(2))
    referred.take(theirs)
    assert len(under_way(referred.journey).referrals) == 1
    declined = Walk(policy, note(0, days=28), flag(1), answered(2, "person-declined", wish=wish("does-not-want")))
    declined.take(theirs)
    assert "held does-not-want" in (*declined.words, *declined.take(note(200, days=28)))
