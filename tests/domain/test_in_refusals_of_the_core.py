"""What names no prompt or referral of this person belongs to no journey; all else is taken."""

from __future__ import annotations

import pytest
from domain_builders import OTHER_PRACTICE, Walk, agreed, answer, answered, note
from support_builders import update

from schemas.failures import FAILURES
from services.domain.decisions import Refusal
from services.domain.history import now
from services.domain.journey import Journey
from services.domain.policy import Policy


def test_an_answer_to_no_prompt_of_this_person_is_refused_and_leaves_no_trace(policy: Policy):
    walk = Walk(policy, note(0, days=28))
    before = walk.journey

    assert walk.take(answer(1, "another-prompt", "invite")) == ("refused prompt-not-known",)
    assert walk.journey is before

    assert walk.take(answered(1, "invite"))[0] == "answer invite"


def test_an_update_of_no_referral_of_this_person_is_refused_and_leaves_no_trace(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1))
    before = walk.journey

    assert walk.take(update(2, "another-referral", "3.0")) == ("refused referral-not-known",)
    assert walk.journey is before

    assert walk.take(update(2, walk.referral, "3.0"))[0] == "moved 3.0"


def test_a_prompt_of_another_person_is_not_known(policy: Policy):
    theirs = Walk(policy, note(0, days=28, issuer=OTHER_PRACTICE)).prompt

    assert Walk(policy, note(0, days=28)).take(answer(1, theirs, "invite")) == ("refused prompt-not-known",)


@pytest.mark.parametrize("code", ["prompt-not-known", "referral-not-known"])
def test_a_refusal_is_of_the_closed_list_of_failures(code: str):
    assert Refusal(code).code in FAILURES


def test_a_journey_without_events_has_no_clock():
    with pytest.raises(ValueError, match="no clock"):
        now(Journey(subject="s-" + "0" * 32))
