"""Not now of all times."""

from __future__ import annotations

import pytest
from domain_builders import ASKED, CHRONIC_PAIN, PREGNANCY, TERMINAL_ILLNESS, Walk, discharge, note

from schemas.codes import SNOMED
from schemas.facts import Coding
from services.domain.decisions import Held
from services.domain.policy import Policy


def test_every_safety_code_holds_beside_a_code_of_pain(policy: Policy):
    for code in policy.safety.codes:
        walk = Walk(policy, note(0, days=28, codes=(CHRONIC_PAIN, Coding(SNOMED, code))))
        assert walk.words == ("held safety", "care package")


def test_ops_and_clinicians_see_that_it_is_held_and_not_why(policy: Policy):
    held = Walk(policy, note(0, days=28, codes=(CHRONIC_PAIN, TERMINAL_ILLNESS))).made(Held)[0]

    assert (held.reason, held.rules) == ("safety", ("safety.not-now",))
    assert held.sentence == "Not prompted: this is not the time to ask."


def test_a_code_on_an_earlier_note_holds_a_later_one(policy: Policy):
    walk = Walk(policy, note(0, codes=(TERMINAL_ILLNESS,)))

    assert walk.take(note(2000, days=28))[0] == "held safety"  # without end


def test_a_code_that_came_late_or_as_backfill_holds_too(policy: Policy):
    walk = Walk(policy, note(0, codes=(TERMINAL_ILLNESS,), backfill=True, recorded=400))

    assert walk.take(note(401, days=28))[0] == "held safety"


@pytest.mark.parametrize(("day", "words"), [(365, "held safety"), (366, ASKED)])
def test_a_code_with_days_holds_for_so_many(day: int, words: str, policy: Policy):
    walk = Walk(policy, note(0, codes=(PREGNANCY,), backfill=True))

    assert walk.take(note(day, days=28))[0] == words


def test_another_systems_code_is_no_safety_code(policy: Policy):
    code = Coding("urn:example:codes", TERMINAL_ILLNESS.code)

    assert Walk(policy, note(0, days=28, codes=(CHRONIC_PAIN, code))).words[0] == ASKED


def test_a_discharge_is_held_as_well_and_nobody_sends_a_page(policy: Policy):
    walk = Walk(policy, note(0, codes=(TERMINAL_ILLNESS,)), discharge(5, work="out-of-work"))

    assert not walk.journey.prompts
    assert not walk.journey.information
