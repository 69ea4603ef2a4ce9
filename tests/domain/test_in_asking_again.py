"""When one may ask again: each answer has its own time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from domain_builders import (
    ANKLE_SPRAIN,
    ASKED,
    OTHER_PRACTICE,
    PRACTICE,
    Walk,
    agreed,
    answer,
    answered,
    at,
    discharge,
    flag,
    note,
)
from msgspec.structs import replace
from support_builders import moved

from services.domain.decisions import AnswerTaken, Held
from services.domain.policy import Policy

BEGUN = note(0, days=28)


@pytest.mark.parametrize(
    ("kind", "reason", "days"),
    [
        ("not-now", None, 90),
        ("person-declined", None, 90),
        ("not-suitable", "returning-soon", 60),
        ("not-suitable", "other-support", 180),
        ("not-suitable", "treatment-first", 90),
        ("not-suitable", "not-working-age", 3650),
        ("not-suitable", "too-unwell", 180),
        ("not-suitable", "a reason of no list", 180),
        ("not-suitable", None, 180),
    ],
)
def test_each_answer_has_its_own_time(kind, reason, days, policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, kind, reason=reason))
    taken = walk.made(AnswerTaken)[0]
    assert taken.ask_again == at(1) + timedelta(days=days)
    assert taken.sentence.endswith(f"not asked again for {days} days.")

    assert walk.take(note(days + 0.999, days=28))[0] == "held asked-before"
    assert walk.made(Held)[-1].rules == (f"again.{kind}",)
    assert walk.take(note(days + 1, days=28))[0] == ASKED


def test_the_closed_list_of_reasons_is_the_policys(policy: Policy):
    assert set(policy.again.not_suitable) == {
        "returning-soon", "other-support", "treatment-first", "not-working-age", "too-unwell"
    }  # fmt: skip


def test_not_suitable_binds_nobody_else(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-suitable", reason="returning-soon"))

    assert walk.take(note(2))[0] == "held asked-before"
    assert walk.take(note(3, issuer=OTHER_PRACTICE))[0] == "prompted gp-practice Y99902 to keep-work"


@pytest.mark.parametrize("kind", ["not-now", "person-declined"])
def test_every_other_answer_binds_everybody(kind, policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, kind))

    assert walk.take(note(3, issuer=OTHER_PRACTICE))[0] == "held asked-before"


def test_after_a_lapse_both_time_and_new_evidence_are_needed(policy: Policy):
    walk = Walk(policy, note(0, days=90, work="out-of-work"))

    assert walk.take(flag(28 + 89))[0] == "held asked-before"
    assert walk.take(flag(28 + 91)) == ("care package",)  # the reason is the same
    assert walk.take(note(28 + 92, codes=(ANKLE_SPRAIN,)))[0] == "information note"
    assert walk.take(discharge(28 + 93))[0] == "prompted pain-service Y99903 to find-work"


def test_a_lapse_says_which_of_the_two_is_missing(policy: Policy):
    early = Walk(policy, note(0, work="out-of-work"), note(40)).made(Held)[-1]
    late = Walk(policy, note(0, work="out-of-work"), flag(200)).made(Held)[-1]

    assert early.sentence == "Not prompted: nobody answered when this was asked not long ago."
    assert late.sentence == "Not prompted: nobody answered when this was asked, and no evidence is new."


def test_evidence_that_came_while_the_prompt_was_open_is_new_to_who_is_asked(policy: Policy):
    walk = Walk(policy, note(0, work="out-of-work"), discharge(5))

    assert walk.take(flag(28 + 90))[0].startswith("prompted")


def test_an_invitation_lapses_when_the_person_had_their_time(policy: Policy):
    walk = Walk(policy, BEGUN, answered(10, "invite"))

    assert walk.take(note(10 + 28 + 89, days=28))[0] == "held asked-before"
    assert walk.take(note(10 + 28 + 90, days=28))[0] == ASKED


def test_two_lapses_mute_a_person_for_that_organisation(policy: Policy):
    walk = Walk(policy, BEGUN, note(120, days=28))
    assert [prompt.owner for prompt in walk.journey.prompts] == [PRACTICE, PRACTICE]

    assert walk.take(note(1000, days=28))[0] == "held asked-before"
    assert walk.made(Held)[-1].rules == ("again.muted",)
    assert walk.take(note(1001, issuer=OTHER_PRACTICE))[0] == "prompted gp-practice Y99902 to keep-work"


def test_an_answer_though_late_is_no_lapse(policy: Policy):
    walk = Walk(policy, BEGUN)
    first = walk.prompt
    walk.take(note(120, days=28))
    walk.take(answer(121, first, "not-now"))

    assert walk.take(note(1000, days=28))[0] == ASKED


def test_how_many_lapses_mute_is_the_policys(policy: Policy):
    patient = replace(policy, again=replace(policy.again, lapses_that_mute=3))

    assert Walk(patient, BEGUN, note(120, days=28), note(1000, days=28)).words[0] == ASKED


def test_some_time_passes_after_a_referral_has_ended(policy: Policy):
    walk = Walk(policy, BEGUN, agreed(1), moved(2, "4.0", reason="no-capacity"))

    assert walk.take(note(2 + 89, days=28))[0] == "held asked-before"
    assert walk.made(Held)[-1].rules == ("again.referral-ended",)
    assert walk.take(note(2 + 90, days=28))[0] == ASKED


def test_it_is_the_end_of_the_last_referral_that_counts(policy: Policy):
    walk = Walk(policy, BEGUN, agreed(1), moved(2, "4.0", reason="no-capacity"))
    walk.take(note(100, days=28))
    walk.take(agreed(101))
    walk.take(moved(110, "4.0", reason="no-capacity"))

    assert walk.take(note(150, days=28))[0] == "held asked-before"
    assert walk.take(note(200, days=28))[0] == ASKED


def test_every_earlier_answer_counts_and_not_only_the_last(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-suitable", reason="other-support"), note(3, issuer=OTHER_PRACTICE))
    walk.take(answered(4, "not-suitable", reason="returning-soon"))

    assert walk.take(note(100, days=28))[0] == "held asked-before"  # who was asked first still rests
    assert walk.take(note(101, issuer=OTHER_PRACTICE))[0] == "prompted gp-practice Y99902 to keep-work"
