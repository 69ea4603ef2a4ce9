"""A hold is a decision not to prompt yet; it is recorded when its reason changes, not for every event."""

from __future__ import annotations

from domain_builders import ANKLE_SPRAIN, ASKED, TERMINAL_ILLNESS, Walk, agreed, answered, discharge, flag, note, person
from support_builders import moved

from services.domain.decisions import Held
from services.domain.policy import Policy


def _reasons(walk: Walk) -> list[str]:
    return [held.reason for held in walk.made(Held)]


def test_the_same_reason_is_recorded_once(policy: Policy):
    walk = Walk(policy, *(note(day, codes=(ANKLE_SPRAIN,)) for day in range(0, 200, 40)))

    assert _reasons(walk) == ["no-evidence"]


def test_another_reason_is_recorded_and_so_is_the_first_one_when_it_comes_back(policy: Policy):
    not_sure = person(verification="not-verified")
    walk = Walk(policy, flag(0), note(1, person=not_sure), flag(2), note(3, person=not_sure), flag(4))

    assert _reasons(walk) == ["no-evidence", "identity", "no-evidence", "identity", "no-evidence"]


def test_a_reason_comes_back_after_a_prompt(policy: Policy):
    walk = Walk(policy, note(0), note(7))
    assert (_reasons(walk), walk.journey.hold) == (["waiting-for-spell"], None)

    walk.take(answered(8, "not-now"))
    walk.take(note(200))

    assert _reasons(walk) == ["waiting-for-spell", "waiting-for-spell"]


def test_an_answer_ends_the_reason_that_a_prompt_was_open(policy: Policy):
    walk = Walk(policy, note(0, days=28), note(1))
    assert walk.journey.hold == "already-prompted"

    walk.take(answered(2, "invite"))
    assert walk.journey.hold is None

    walk.take(note(3))
    assert walk.journey.hold == "already-invited"


def test_the_end_of_a_referral_ends_the_reason_that_one_was_open(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1), note(2))
    assert walk.journey.hold == "already-referred"

    walk.take(moved(3, "3.0"))
    assert walk.journey.hold == "already-referred"

    walk.take(moved(4, "7.0"))
    assert walk.journey.hold is None


def test_an_answer_does_not_end_a_reason_of_another_kind(policy: Policy):
    walk = Walk(policy, note(0, days=28), note(1, codes=(TERMINAL_ILLNESS,)), answered(2, "not-now"), note(3))

    assert _reasons(walk) == ["safety"]
    assert walk.journey.hold == "safety"


def test_a_hold_names_the_event_and_the_evidence(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(1, "not-now"), discharge(2))

    held = walk.made(Held)[-1]
    assert [found.id for found in held.evidence] == ["fit-note-0", "pain-discharge-2"]
    assert held.sentence == "Not prompted: the last answer was 'not now'."


def test_a_hold_of_a_family_of_rules_names_those_that_are_on(policy: Policy):
    changed = policy.without("evidence.recurring-pain")

    held = Walk(changed, flag(0)).made(Held)[0]

    therapy = "evidence.recurring-therapy"
    assert held.rules == ("evidence.narrow-code", "evidence.pain-service", therapy, "evidence.clinician")


def test_old_news_leaves_the_hold_as_it_is(policy: Policy):
    walk = Walk(policy, note(0), note(1, backfill=True, days=28))
    assert walk.journey.hold == "waiting-for-spell"

    assert walk.take(note(2))[0] == ASKED
