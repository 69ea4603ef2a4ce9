"""What counts as evidence of chronic pain, and what does not."""

from __future__ import annotations

from datetime import date

import pytest
from domain_builders import ANKLE_SPRAIN, ASKED, BACK_PAIN, CHRONIC_PAIN, FIBROMYALGIA, Walk, discharge, flag, note, on
from msgspec.structs import replace

from schemas.codes import ICD11, SNOMED
from schemas.facts import Coding
from services.domain.decisions import EventKey, Prompted
from services.domain.policy import Policy


@pytest.fixture
def wider(policy: Policy) -> Policy:
    """A deployment that counts back pain when it comes again."""
    return replace(policy, evidence=replace(policy.evidence, wider=(BACK_PAIN.code,)))


def test_a_code_of_the_narrow_list_is_evidence_at_once(policy: Policy):
    for code in policy.evidence.narrow:
        assert Walk(policy, note(0, days=28, codes=(Coding(SNOMED, code),))).words[0] == ASKED


@pytest.mark.parametrize("code", ["MG30.0", "MG30.6", "MG30.Y", "MG30.Z"])
def test_icd_11_says_chronic_pain_by_its_prefix(code: str, policy: Policy):
    assert Walk(policy, note(0, days=28, codes=(Coding(ICD11, code),))).words[0] == ASKED


def test_the_same_digits_in_another_system_are_another_code(policy: Policy):
    codes = (Coding("urn:example:codes", CHRONIC_PAIN.code), Coding(SNOMED, "MG30.0"))

    assert Walk(policy, note(0, days=28, codes=codes)).words[0] == "held no-evidence"


def test_a_note_that_is_coded_to_something_else_is_no_evidence(policy: Policy):
    assert Walk(policy, note(0, days=28, codes=(ANKLE_SPRAIN,))).words[0] == "held no-evidence"


def test_half_of_all_notes_carry_no_code_and_join_what_is_known_of_the_person(policy: Policy):
    walk = Walk(policy, note(0, codes=()), note(100, days=28, codes=()))
    assert walk.journey.hold == "no-evidence"

    walk.take(discharge(110))
    prompted = walk.made(Prompted)[0]

    assert prompted.evidence == (EventKey("urn:example:publisher", "fit-note-100"), _key("pain-discharge-110"))
    assert prompted.rules == ("evidence.pain-service", "when.long-note", "whom.pain-service")


def test_pain_that_comes_again_three_months_apart_is_chronic(wider: Policy):
    walk = Walk(wider, note(0, codes=(BACK_PAIN,)), note(30, codes=(BACK_PAIN,)))
    assert walk.journey.hold == "no-evidence"

    walk.take(note(90, days=28, codes=(BACK_PAIN,)))  # 5 April: not yet three calendar months after 5 January
    assert on(90) == date(2026, 4, 5)
    prompted = walk.made(Prompted)[0]

    assert prompted.rules[0] == "evidence.recurring-pain"
    assert {_key("fit-note-0"), _key("fit-note-90")} <= set(prompted.evidence)
    assert _key("fit-note-30") not in prompted.evidence


@pytest.mark.parametrize(("day", "words"), [(89, "held no-evidence"), (90, ASKED)])
def test_three_months_are_calendar_months(day: int, words: str, wider: Policy):
    assert Walk(wider, note(0, codes=(BACK_PAIN,), backfill=True), note(day, days=28, codes=(BACK_PAIN,))).words[0] == (
        words
    )


def test_months_count_from_the_first_to_the_last_whatever_arrives_first(wider: Policy):
    walk = Walk(wider, note(100, days=28, codes=(BACK_PAIN,)))
    assert walk.journey.hold == "no-evidence"

    late = note(0, codes=(BACK_PAIN,), recorded=101)
    assert walk.take(late) == ("care package",)  # old news moves nobody, but it is a fact
    assert walk.take(note(102, codes=(BACK_PAIN,), start=on(102)))[0] == ASKED


def test_what_is_of_no_list_does_not_become_chronic_by_coming_again(policy: Policy):
    walk = Walk(policy, note(0, codes=(BACK_PAIN,)), note(100, days=28, codes=(BACK_PAIN,)))

    assert not walk.journey.prompts
    assert walk.journey.hold == "no-evidence"


def test_the_narrow_list_is_always_in_the_wider_one(policy: Policy):
    only_again = policy.without("evidence.narrow-code")

    walk = Walk(only_again, note(0, codes=(FIBROMYALGIA,)), note(100, days=28, codes=(CHRONIC_PAIN,)))

    assert walk.made(Prompted)[0].rules[0] == "evidence.recurring-pain"


def test_a_discharge_of_a_pain_service_is_evidence_without_any_code(policy: Policy):
    assert Walk(policy, discharge(0, work="out-of-work")).made(Prompted)[0].rules[0] == "evidence.pain-service"


def test_a_job_centre_flag_is_no_evidence_of_pain(policy: Policy):
    assert Walk(policy, flag(0)).words == ("held no-evidence", "care package")


def _key(name: str) -> EventKey:
    return EventKey("urn:example:publisher", name)
