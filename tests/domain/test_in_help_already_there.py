"""Somebody who is being helped is not asked about again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from domain_builders import ASKED, Walk, agreed, answer, answered, at, discharge, flag, note
from msgspec.structs import replace
from support_builders import moved

from services.domain.policy import Policy
from services.domain.rules.again import is_open


def test_an_open_prompt_holds_for_every_organisation(policy: Policy):
    walk = Walk(policy, note(0, days=28))

    assert walk.take(discharge(7))[0] == "held already-prompted"
    assert len(walk.journey.prompts) == 1


@pytest.mark.parametrize(("day", "still"), [(28, True), (28.001, False)])
def test_a_prompt_lapses_by_the_clock_of_the_journey(day: float, still: bool, policy: Policy):
    walk = Walk(policy, note(0, days=28), note(day))

    assert is_open(walk.journey.prompts[0], walk.journey) is still
    assert walk.words[0] == ("held already-prompted" if still else "held asked-before")


def test_a_wait_begins_when_the_event_was_recorded_not_when_it_happened(policy: Policy):
    walk = Walk(policy, note(0, days=28, recorded=10))

    assert walk.journey.prompts[0].lapses == at(10) + timedelta(days=policy.prompt.lapse_days)
    assert walk.take(note(38))[0] == "held already-prompted"


def test_an_event_that_happened_late_but_was_recorded_early_does_not_turn_the_clock_back(policy: Policy):
    walk = Walk(policy, note(0, days=28), note(29))
    assert walk.journey.hold == "asked-before"

    walk.take(note(20, recorded=20))

    assert walk.journey.clock == at(29)
    assert walk.journey.hold == "asked-before"


def test_an_invitation_gives_the_person_as_long_as_a_professional(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(20, "invite"))

    assert walk.journey.prompts[0].lapses == at(20) + timedelta(days=policy.prompt.lapse_days)
    assert walk.take(note(40))[0] == "held already-invited"
    assert walk.take(note(49))[0] == "held asked-before"


def test_the_length_of_a_wait_is_fixed_when_it_begins(policy: Policy):
    walk = Walk(policy, note(0, days=28))
    walk.policy = replace(policy, prompt=replace(policy.prompt, lapse_days=1))

    assert walk.take(note(20))[0] == "held already-prompted"


def test_an_open_referral_holds_until_it_ends(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1), moved(2, "3.0"), note(200, days=28))
    assert walk.words[0] == "held already-referred"

    walk.take(moved(201, "7.0"))
    assert walk.take(note(202))[0] == "held asked-before"
    assert walk.take(note(201 + 90, days=28))[0] == ASKED


def test_a_late_invitation_is_not_opened_beside_another_prompt(policy: Policy):
    walk = Walk(policy, note(0, days=28))
    first = walk.prompt
    walk.take(note(120, days=28))
    assert len(walk.journey.prompts) == 2

    assert walk.take(answer(121, first, "invite")) == ("out of sequence",)
    assert [is_open(item, walk.journey) for item in walk.journey.prompts] == [False, True]
    assert walk.take(answered(122, "invite"))[:2] == ("answer invite", "invited")  # the open one can be answered


def test_a_lapsed_prompt_can_still_be_answered_while_nothing_else_is_open(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(40, "invite"))

    assert walk.words[:2] == ("answer invite", "invited")
    assert is_open(walk.journey.prompts[0], walk.journey)


def test_nobody_is_invited_while_a_referral_is_open(policy: Policy):
    walk = Walk(policy, note(0, days=28))
    first = walk.prompt
    walk.take(note(120, days=28))
    walk.take(agreed(121))

    assert walk.take(answer(122, first, "invite")) == ("out of sequence",)
    assert walk.take(answer(123, first, "refer")) == ("out of sequence",)
    assert len(walk.journey.referrals) == 1


def test_only_a_known_programme_holds(policy: Policy):
    assert Walk(policy, flag(0), note(1)).words[0].startswith("prompted")


def test_a_programme_that_has_ended_holds_no_more(policy: Policy):
    walk = Walk(policy, flag(0, programme="example-programme"), note(1, days=28))
    assert walk.journey.hold == "on-another-programme"

    assert walk.take(flag(2))[0].startswith("prompted")


def test_a_programme_on_a_flag_that_the_person_did_not_agree_to_is_not_known(policy: Policy):
    walk = Walk(policy, flag(0, known_and_agreed=False, programme="example-programme"), note(1, days=28))

    assert walk.words[0] == ASKED


def test_a_deployment_can_name_the_programmes_that_hold(policy: Policy):
    only = replace(policy, provider=replace(policy.provider, programmes_that_hold=("intensive",)))

    assert Walk(only, flag(0, programme="light"), note(1)).words[0].startswith("prompted")
    assert Walk(only, flag(0, programme="intensive"), note(1)).words[0] == "held on-another-programme"
