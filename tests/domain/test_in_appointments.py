"""Appointments and the end of support move a referral by BSeR's table; information comes before the first meeting."""

from __future__ import annotations

from itertools import permutations

import pytest
from domain_builders import OTHER_WORKER, PRACTICE, WORKER, Walk, agreed, discharge, note, on, person
from support_builders import closed, met, moved, progressed
from test_in_referral_states import EVERY, LEGAL, PATHS, REASONS

from schemas.support_facts import WaitingList
from services.domain.decisions import FeedbackGiven, InformationDue, OutOfSequence, ReferralMoved
from services.domain.overtaking import Recalled, Send, standing_of
from services.domain.policy import Policy
from services.domain.referral_states import WORDS
from services.domain.step import Stepped, step

STATES = {"5.1.1": "booked", "5.1.2": "missed", "5.1.3": "cancelled", "5.1.4": "attended"}
BEGUN = (note(0, days=28), agreed(1))
ACCEPTED = (*BEGUN, moved(2, "3.0", worker=WORKER))


def _told(day: float, status: str, **changes):
    """A state as an appointment or the end of support tells it; what neither of them can, an update tells."""
    if status in STATES:
        return met(day, STATES[status], **changes)
    if status == "7.0":
        return closed(day, **changes)
    return moved(day, status, reason=REASONS.get(status), **changes)


@pytest.mark.parametrize(("before", "after"), [pair for pair in EVERY if pair[1] in {*STATES, "7.0"}])
def test_an_appointment_and_the_end_of_support_move_a_referral_if_and_only_if_the_table_has_it(
    before: str, after: str, policy: Policy
):
    walk = Walk(policy, *BEGUN, *(_told(day, status) for day, status in enumerate(PATHS[before], 2)))
    assert walk.journey.referrals[0].status == before

    words = walk.take(_told(20, after))

    if (before, after) in LEGAL:
        assert words[0] == f"moved {after}"
        assert walk.journey.referrals[0].status == after
    else:
        assert words == ("out of sequence",)
        assert walk.journey.referrals[0].status == before
        assert f"'{WORDS[after]}' does not follow" in walk.made(OutOfSequence)[0].sentence


@pytest.mark.parametrize("path", [PATHS["5.1.2"], PATHS["5.1.3"], PATHS["7.0"]], ids=str)
def test_any_order_of_arrival_ends_in_the_same_state(path, policy: Policy):
    for order in permutations(enumerate(path, 2)):
        walk = Walk(policy, *BEGUN)
        for place, (day, status) in enumerate(order):
            walk.take(_told(day, status, recorded=10 + place))

        assert walk.journey.referrals[0].status == path[-1]
        assert sorted(move.status for move in walk.made(ReferralMoved)) == sorted(path)


@pytest.mark.parametrize("told", [met(3, "booked", referral="no-such"), closed(3, referral="no-such")])
def test_what_names_no_referral_of_the_person_is_refused_and_leaves_no_trace(told, policy: Policy):
    walk = Walk(policy, *ACCEPTED)
    facts = walk.journey.facts

    assert walk.take(told) == ("refused referral-not-known",)
    assert walk.journey.facts == facts
    assert walk.take(met(4, "booked"))[0] == "moved 5.1.1"


def test_an_appointment_and_an_update_tell_one_story(policy: Policy):
    walk = Walk(policy, *ACCEPTED, moved(3, "5.1.1"), met(6, "missed"))
    assert walk.words == ("moved 5.1.2", "feedback gp-practice 5.1.2", "care package")

    assert walk.take(moved(7, "5.1.1"))[0] == "moved 5.1.1"
    assert walk.take(met(8, "attended")) == ("moved 5.1.4", "care package")


def test_an_appointment_may_name_another_worker(policy: Policy):
    walk = Walk(policy, *ACCEPTED, met(3, "booked", worker=OTHER_WORKER))

    assert walk.words[0] == "moved 5.1.1 by another worker"
    assert (walk.journey.referrals[0].worker, walk.journey.referrals[0].workers) == (OTHER_WORKER, 2)


def test_the_end_of_support_is_told_with_its_reason_and_ends_the_referral(policy: Policy):
    walk = Walk(policy, *ACCEPTED, closed(200, reason="goals-met", on=on(199)))

    assert walk.words == ("moved 7.0", "feedback gp-practice 7.0", "care package")
    assert walk.made(FeedbackGiven)[-1].reason == walk.journey.referrals[0].reason == "goals-met"
    assert walk.journey.referrals[0].ended == walk.journey.clock


def test_the_end_of_support_is_old_news_by_its_day(policy: Policy):
    assert Walk(policy, *ACCEPTED, closed(200, on=on(100))).words == ("moved 7.0", "care package")


def test_information_is_due_before_the_first_appointment_and_once(policy: Policy):
    walk = Walk(policy, *ACCEPTED, met(3, "booked"))
    assert "information appointment" in walk.words
    page = walk.made(InformationDue)[-1]
    assert (page.about, page.sender) == (walk.referral, PRACTICE)

    walk.take(met(4, "cancelled"))
    assert walk.take(met(5, "booked")) == ("moved 5.1.1", "feedback gp-practice 5.1.1", "care package")


def test_an_appointment_told_by_an_update_makes_it_due_too(policy: Policy):
    assert "information appointment" in Walk(policy, *ACCEPTED, moved(3, "5.1.1")).words


@pytest.mark.parametrize(
    "booked",
    [
        met(3, "booked", backfill=True),
        met(3, "booked", recorded=70),
        met(3, "booked", person=person(verification="not-verified")),
    ],
)
def test_old_news_and_a_person_who_is_not_known_for_sure_get_no_page(booked, policy: Policy):
    walk = Walk(policy, *ACCEPTED, booked)
    assert walk.journey.referrals[0].status == "5.1.1"
    assert "information appointment" not in walk.words

    walk.take(met(71, "cancelled"))
    assert "information appointment" in walk.take(met(72, "booked"))


def test_an_appointment_before_the_acceptance_makes_the_page_due_when_that_has_come(policy: Policy):
    walk = Walk(policy, *BEGUN, met(3, "booked"))
    assert walk.words == ("out of sequence",)

    assert "information appointment" in walk.take(moved(2, "3.0", recorded=4))


def test_an_appointment_that_is_overtaken_when_it_becomes_legal_makes_no_page_due(policy: Policy):
    walk = Walk(policy, *BEGUN, met(3, "booked"), met(4, "attended"))

    assert "information appointment" not in walk.take(moved(2, "3.0", recorded=5))
    assert walk.journey.referrals[0].status == "5.1.4"


def test_who_is_on_a_waiting_list_stays_accepted_until_they_move_on(policy: Policy):
    waits = WaitingList(4, on(40))
    walk = Walk(policy, *BEGUN, moved(2, "3.0", waiting=waits))
    assert walk.words[0] == "moved 3.0 to wait"
    assert (walk.journey.referrals[0].status, walk.journey.referrals[0].waiting) == ("3.0", waits)
    assert walk.made(FeedbackGiven)[-1].waiting == waits

    walk.take(moved(20, "3.0", waiting=WaitingList(2)))
    assert walk.journey.referrals[0].waiting == WaitingList(2)
    walk.take(met(30, "booked"))
    assert walk.journey.referrals[0].waiting is None


def test_the_pain_service_that_referred_learns_of_the_waiting_list(policy: Policy):
    walk = Walk(policy, discharge(0, work="out-of-work"), agreed(1), moved(2, "3.0", waiting=WaitingList(4)))

    told = walk.made(FeedbackGiven)[0]
    assert (told.audience, told.waiting) == ("pain-service", WaitingList(4))


@pytest.mark.parametrize("told", [met(3, "booked"), progressed(3, "course-started")], ids=["appointment", "benefits"])
def test_a_page_about_support_that_still_waits_is_recalled_when_the_referral_has_ended(told, policy: Policy):
    walk = Walk(policy, *ACCEPTED)
    found = told(walk) if callable(told) else told
    stepped = step(walk.journey, found, policy)
    assert isinstance(stepped, Stepped)
    page = next(output for output in stepped.outputs if output.type == "patient-information-due-1")
    walk.journey = stepped.journey
    assert standing_of(page, walk.journey, policy) == Send()

    walk.take(closed(30))
    assert standing_of(page, walk.journey, policy) == Recalled("ended")
