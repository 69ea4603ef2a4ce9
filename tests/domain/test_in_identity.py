"""A number that is not verified, or a birth date that disagrees: facts, no prompt."""

from __future__ import annotations

from datetime import date

from domain_builders import ASKED, Walk, discharge, flag, note, person

from services.domain.decisions import Held, Prompted
from services.domain.policy import Policy

UNSURE = person(verification="not-verified")
OTHER_DAY = person(date(1980, 6, 16))


def test_a_number_that_is_not_verified_prompts_and_informs_nobody(policy: Policy):
    walk = Walk(policy, note(0, days=28, person=UNSURE))

    assert walk.words == ("held identity", "care package")
    assert walk.made(Held)[0].sentence == "Not prompted: the NHS number is stated as not verified."
    assert len(walk.journey.facts) == 1


def test_nothing_rests_on_a_fact_about_somebody_who_is_not_known_for_sure(policy: Policy):
    walk = Walk(policy, note(0, days=28, person=UNSURE), flag(1, person=UNSURE), discharge(2, person=UNSURE))

    assert walk.take(note(3))[0] == "held waiting-for-spell"  # a first note of a week, and no more is known
    assert walk.take(note(10))[0] == ASKED
    assert walk.made(Prompted)[0].work is None


def test_the_same_from_somebody_who_is_sure_prompts(policy: Policy):
    walk = Walk(policy, note(0, days=28, person=UNSURE))

    assert walk.take(note(1, days=28))[0] == ASKED


def test_a_number_that_nobody_speaks_of_prompts_and_the_prompt_says_so(policy: Policy):
    walk = Walk(policy, note(0, days=28, person=person(verification="not-stated")))

    assert walk.words[0] == ASKED
    assert "identity" in walk.journey.prompts[0].unknown


def test_birth_dates_that_disagree_hold_from_then_on(policy: Policy):
    walk = Walk(policy, note(0), flag(1, person=OTHER_DAY))
    assert walk.words == ("held identity", "care package")

    assert walk.take(note(7, days=28)) == ("care package",)  # the reason is the same, and no page goes out
    assert not walk.journey.prompts


def test_a_birth_date_beside_an_unverified_number_disagrees_with_nobody(policy: Policy):
    unsure_of_another_day = person(date(1980, 6, 16), "not-verified")
    walk = Walk(policy, note(0, person=unsure_of_another_day))

    assert walk.take(note(1, days=28))[0] == ASKED


def test_a_birth_date_that_one_source_leaves_out_does_not_disagree(policy: Policy):
    walk = Walk(policy, note(0, person=person(None)), note(7))

    assert walk.words[0] == ASKED
    assert "age" not in walk.journey.prompts[0].unknown
