"""Therapy: no evidence by itself, but pain in it joins pain on notes; and the practice that it names."""

from __future__ import annotations

import pytest
from domain_builders import ANKLE_SPRAIN, BACK_PAIN, CHRONIC_PAIN, PRACTICE, Walk, flag, note, therapy
from msgspec.structs import replace

from services.domain.decisions import Prompted
from services.domain.policy import Policy

FOUND = "prompted gp-practice Y99901 to find-work"


@pytest.fixture
def on_its_own(policy: Policy) -> Policy:
    """A code of the narrow list on a note is evidence by itself: here it is not, so that one sees the rest."""
    return policy.without("evidence.narrow-code")


def test_a_discharge_from_therapy_alone_is_no_evidence_whatever_it_treated(policy: Policy):
    walk = Walk(policy, flag(0), therapy(1, gp=PRACTICE))

    assert walk.words == ("care package",)
    assert walk.journey.hold == "no-evidence"


@pytest.mark.parametrize(("apart", "prompts"), [(89, 0), (90, 1)])  # 5 January to 4 or 5 April
def test_pain_in_therapy_and_on_a_note_three_months_apart_is_chronic(apart: int, prompts: int, on_its_own: Policy):
    walk = Walk(on_its_own, flag(0), note(0), therapy(apart))

    assert len(walk.journey.prompts) == prompts
    assert prompts == 0 or walk.made(Prompted)[0].rules[0] == "evidence.recurring-therapy"


def test_two_therapies_months_apart_are_enough_and_the_practice_is_asked(policy: Policy):
    walk = Walk(policy, flag(0), therapy(1, gp=PRACTICE), therapy(100, kind="rheumatology"))

    assert walk.words == (FOUND, "care package")
    assert "whom.practice" in walk.made(Prompted)[0].rules


def test_what_is_no_pain_does_not_recur(on_its_own: Policy):
    walk = Walk(on_its_own, flag(0), note(0, codes=(ANKLE_SPRAIN,)), therapy(100), therapy(110, conditions=()))

    assert not walk.journey.prompts


def test_a_wider_list_counts_in_therapy_too(policy: Policy):
    wide = replace(policy, evidence=replace(policy.evidence, wider=(BACK_PAIN.code,)))
    told = (flag(0), therapy(1, conditions=(BACK_PAIN,), gp=PRACTICE), therapy(95, conditions=(BACK_PAIN,)))

    assert Walk(wide, *told).words[0] == FOUND
    assert not Walk(policy, *told).journey.prompts


def test_notes_that_recur_by_themselves_are_said_to(on_its_own: Policy):
    walk = Walk(on_its_own, flag(0), note(0), note(95), therapy(50))

    assert not walk.made(Prompted)[0].rules.count("evidence.recurring-therapy")
    assert "evidence.recurring-pain" in walk.made(Prompted)[0].rules


def test_old_news_of_therapy_moves_nobody(on_its_own: Policy):
    assert Walk(on_its_own, flag(0), note(0), therapy(95, recorded=160)).words == ("care package",)


def test_a_stated_work_situation_counts_in_therapy(policy: Policy):
    walk = Walk(policy, note(0), therapy(1, work="out-of-work", conditions=(CHRONIC_PAIN,)))

    assert walk.words[0] == FOUND
