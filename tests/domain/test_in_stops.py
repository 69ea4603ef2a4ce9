"""Stops: what is under way is withdrawn, once; a stop of the whole journey lets nothing else out until it is lifted."""

from __future__ import annotations

import pytest
from domain_builders import (
    ASKED,
    WORKER,
    Walk,
    agreed,
    agreement,
    answered,
    discharge,
    due,
    event,
    flag,
    nominated,
    note,
    wish,
)
from domain_words import in_words
from msgspec.structs import replace
from support_builders import moved, progressed

from schemas.facts import JobCentreFlag
from services.domain.decide import decide
from services.domain.decisions import FeedbackGiven, Held
from services.domain.evolve import evolve
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED, CANCELLED, COMPLETED
from services.domain.rules.again import is_open
from services.domain.step import step
from services.domain.stopping import frozen, lift, only_what_a_stop_allows, stop, stopped, under_way

RULE = "stop.wish"  # any: the machinery names the rule that it is given
NO = wish("does-not-want")
LONG = note(0, days=28)


def _stopped(walk: Walk, reason, day: float = 5):
    """Stop a journey by an event that leads to nothing else."""
    cause = event(day, JobCentreFlag(), id="cause")
    walk.journey = evolve(walk.journey, cause)
    made = stop(walk.journey, cause, reason, RULE, walk.policy)
    for decision in made:
        walk.journey = evolve(walk.journey, decision)
    return tuple(map(in_words, made))


def test_an_open_prompt_is_withdrawn(policy: Policy):
    walk = Walk(policy, LONG)

    assert _stopped(walk, "note-in-error") == ("prompt withdrawn note-in-error",)
    assert not is_open(walk.journey.prompts[0], walk.journey)
    assert under_way(walk.journey).prompts == ()


def test_an_invitation_is_withdrawn_with_its_page(policy: Policy):
    walk = Walk(policy, LONG, answered(1, "invite"))

    assert _stopped(walk, "note-in-error") == (
        "prompt withdrawn note-in-error",
        "information withdrawn note-in-error",
    )


def test_of_a_referral_the_provider_is_asked_to_cancel_it_and_who_referred_is_told(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), moved(2, "3.0", worker=WORKER))

    assert _stopped(walk, "note-in-error") == (
        "information withdrawn note-in-error",
        "cancellation requested note-in-error",
        "feedback gp-practice 5.2",
    )
    assert walk.journey.referrals[0].status == CANCELLATION_REQUESTED


def test_what_was_stopped_is_not_stopped_again(policy: Policy):
    walk = Walk(policy, LONG, agreed(1))
    _stopped(walk, "wish")

    assert _stopped(walk, "note-in-error", 6) == ()


@pytest.mark.parametrize("status", [CANCELLED, COMPLETED])
def test_a_request_to_cancel_is_confirmed_or_overtaken_by_completion(policy: Policy, status: str):
    walk = Walk(policy, LONG, agreed(1), moved(2, "3.0"))
    _stopped(walk, "wish")

    assert walk.take(moved(8, status)) == (f"moved {status}", f"feedback gp-practice {status}", "care package")
    assert walk.journey.referrals[0].ended is not None


def test_what_the_provider_did_before_it_was_asked_to_cancel_is_heard_in_its_place(policy: Policy):
    walk = Walk(policy, LONG, agreed(1))
    _stopped(walk, "wish", 5)

    assert walk.take(moved(3, "3.0", recorded=7))[0] == "moved 3.0"
    assert walk.journey.referrals[0].status == CANCELLATION_REQUESTED
    assert walk.take(moved(8, "5.1.1")) == ("out of sequence",)


def test_a_decline_that_crossed_the_request_ends_the_referral(policy: Policy):
    walk = Walk(policy, LONG, agreed(1))
    _stopped(walk, "wish", 5)

    walk.take(moved(4, "4.0", reason="no-capacity", recorded=6))

    assert walk.journey.referrals[0].status == "4.0"


def test_nobody_is_chased_for_what_was_stopped(policy: Policy):
    prompted = Walk(policy, LONG)
    referred = Walk(policy, LONG, agreed(1))
    for walk in (prompted, referred):
        _stopped(walk, "wish", 2)

    assert prompted.take(due(7, "remind")) == ("overtaken",)
    assert prompted.take(due(28, "lapse")) == ("overtaken",)
    assert referred.take(due(8, "accept")) == ("overtaken",)


def test_an_answer_to_a_withdrawn_prompt_moves_nobody(policy: Policy):
    walk = Walk(policy, LONG)
    _stopped(walk, "note-in-error")

    assert walk.take(agreed(6)) == ("out of sequence",)


def test_after_a_withdrawn_prompt_nobody_was_silent_and_one_may_ask_again(policy: Policy):
    walk = Walk(policy, LONG)
    _stopped(walk, "note-in-error")

    assert ASKED in walk.take(note(7))


def test_the_own_no_stops_what_is_under_way(policy: Policy):
    prompted = Walk(policy, LONG)
    invited = Walk(policy, LONG, answered(1, "invite"))
    referred = Walk(policy, LONG, agreed(1), moved(2, "3.0", worker=WORKER))

    assert prompted.take(nominated(3, wish=NO)) == ("held does-not-want", "prompt withdrawn wish", "care package")
    assert invited.take(answered(3, "person-declined", wish=NO)) == (
        "answer person-declined",
        "information withdrawn wish",
        "care package",
    )
    assert referred.take(answered(3, "not-now", wish=NO)) == (
        "out of sequence",
        "information withdrawn wish",
        "cancellation requested wish",
        "feedback gp-practice 5.2",
        "care package",
    )


def test_an_older_no_that_comes_late_stops_nothing(policy: Policy):
    walk = Walk(policy, LONG, agreed(5))

    walk.take(answered(6, "not-now", wish=wish("does-not-want", day=2)))

    assert walk.journey.referrals[0].cancellation is None


def test_a_clinicians_impression_stops_nothing(policy: Policy):
    walk = Walk(policy, LONG, agreed(5))

    walk.take(answered(6, "not-now", wish=wish("does-not-want", "clinician")))

    assert walk.journey.referrals[0].cancellation is None


def test_under_a_policy_of_the_first_edition_the_own_no_stops_nothing(policy: Policy):
    walk = Walk(replace(policy, edition=1), LONG, agreed(1))

    assert walk.take(answered(3, "not-now", wish=NO)) == ("out of sequence",)


def test_a_stop_of_the_whole_journey_withdraws_even_the_page_that_came_with_a_note(policy: Policy):
    walk = Walk(policy, LONG, answered(1, "invite"))

    assert _stopped(walk, "death") == (
        "stopped death",
        "prompt withdrawn death",
        "information withdrawn death",
        "information withdrawn death",
    )
    assert walk.journey.hold is None


@pytest.mark.parametrize(
    "later",
    [note(9, days=28), discharge(9), flag(9), nominated(9, agreement=agreement(9)), progressed(9, "job-started"),
     moved(9, "3.0", worker=WORKER, recorded=9)],
    ids=lambda later: later.type if hasattr(later, "type") else "referral-update",
)  # fmt: skip
def test_while_everything_is_stopped_an_event_causes_no_more_than_records(policy: Policy, later):
    walk = Walk(policy, LONG, agreed(1), moved(2, "3.0"))
    _stopped(walk, "death")
    before = walk.journey

    found = later if hasattr(later, "type") else later(walk)
    stepped = step(before, found, policy)

    assert {output.type for output in stepped.outputs} <= {"decision-recorded-1"}
    assert stepped.journey.hold is None
    assert len(stepped.journey.facts) == len(before.facts) + 1


def test_while_everything_is_stopped_who_referred_still_learns_that_the_referral_was_cancelled(policy: Policy):
    walk = Walk(policy, LONG, agreed(1))
    _stopped(walk, "death")

    assert walk.take(moved(8, CANCELLED)) == ("moved 6.0", "feedback gp-practice 6.0")


def test_what_is_due_while_everything_is_stopped_is_overtaken(policy: Policy):
    walk = Walk(policy, note(0, days=None))
    _stopped(walk, "death")

    assert walk.take(due(28, "spell")) == ("overtaken",)


def test_once_it_is_lifted_the_journey_goes_on_from_what_it_knows(policy: Policy):
    walk = Walk(policy, LONG)
    _stopped(walk, "death")
    cause = event(8, JobCentreFlag(), id="lifts")
    for decision in lift(walk.journey, cause, "death", RULE):
        walk.journey = evolve(walk.journey, decision)

    assert stopped(walk.journey) is None
    assert ASKED in walk.take(note(9, days=28))


def test_a_frozen_journey_sends_nothing_and_withdraws_nothing(policy: Policy):
    walk = Walk(policy, LONG)

    assert _stopped(walk, "suspended") == ("stopped suspended",)
    assert frozen(walk.journey)
    assert is_open(walk.journey.prompts[0], walk.journey)
    assert walk.take(due(7, "remind")) == ("put off",)


def test_of_several_stops_the_gravest_is_the_reason_for_the_present_state(policy: Policy):
    walk = Walk(policy, LONG)
    _stopped(walk, "suspended")
    _stopped(walk, "death", 6)

    assert stopped(walk.journey).reason == "death"
    assert not frozen(walk.journey)


def test_a_stop_that_stands_is_not_made_again(policy: Policy):
    walk = Walk(policy, LONG)
    _stopped(walk, "death")

    assert _stopped(walk, "death", 6) == ()


def test_the_feedback_that_stays_is_that_of_the_cancellation(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), moved(2, "3.0"))
    made = tuple(walk.made(FeedbackGiven)) + tuple(walk.made(Held))

    assert only_what_a_stop_allows(note(9), made) == ()


def test_decide_lets_nothing_out_that_the_machinery_would_not(policy: Policy):
    walk = Walk(policy, LONG)
    _stopped(walk, "death")

    assert decide(walk.journey, note(9, days=28), policy) == ()
