"""Never against the person: what holds over every history once they, or somebody for them, said stop."""

from __future__ import annotations

import pytest
from domain_builders import on
from generated_histories import Plan, histories, play
from hypothesis import HealthCheck, Phase, find, given, settings
from msgspec.structs import replace
from own_words import doubted, last_own_word, taken_back

from schemas.facts import Objection
from services.domain.decisions import (
    CancellationRequested,
    FeedbackGiven,
    InformationWithdrawn,
    Invited,
    Nominated,
    Prompted,
    PromptWithdrawn,
    Referred,
)
from services.domain.history import is_objected_to
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED, TERMINAL
from services.domain.rules.again import is_open
from services.domain.rules.evidence import evidence
from services.domain.stopping import frozen

same_every_time = settings(
    derandomize=True, max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


#: By chance alone few histories would go on for long under an objection.
OBJECTS = Plan(1, 0, lambda day, _: Objection(by="person", on=on(day), how="written"))


def _goes_on(journey: Journey) -> list[str]:
    """What is still under way towards anybody."""
    return [
        *(prompt.id for prompt in journey.prompts if is_open(prompt, journey)),
        *(item.id for item in journey.referrals if item.status not in TERMINAL and item.cancellation is None),
    ]


@same_every_time
@given(histories())
def test_while_the_person_does_not_want_it_nothing_is_under_way(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if last_own_word(moment.after, policy) == "does-not-want" and not frozen(moment.after):
            assert _goes_on(moment.after) == []


@same_every_time
@given(histories())
def test_what_was_stopped_is_told_once_and_never_goes_on(policy: Policy, plans: list[Plan]):
    moments = play(plans, policy)
    caused = [made for moment in moments for made in moment.caused]

    ended = [
        *(made.prompt for made in caused if isinstance(made, PromptWithdrawn)),
        *(made.information for made in caused if isinstance(made, InformationWithdrawn)),
        *(made.referral for made in caused if isinstance(made, CancellationRequested)),
    ]
    assert len(ended) == len(set(ended))
    assert not set(ended) & set(_goes_on(moments[-1].after))


@same_every_time
@given(histories())
def test_who_referred_is_told_of_every_request_to_cancel_and_never_why(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        asked = [made.referral for made in moment.caused if isinstance(made, CancellationRequested)]
        told = [
            made
            for made in moment.caused
            if isinstance(made, FeedbackGiven) and made.status == CANCELLATION_REQUESTED and made.progress is None
        ]
        # the practice gets a copy where a pain service referred
        assert list(dict.fromkeys(made.referral for made in told if made.referral in asked)) == asked
        assert all(made.reason is None for made in told if made.referral in asked)


@same_every_time
@given(histories())
def test_nobody_is_asked_on_what_was_taken_back(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if any(is_open(prompt, moment.after) for prompt in moment.after.prompts):
            assert evidence(moment.after, policy) is not None


@same_every_time
@given(histories())
def test_under_doubt_about_their_capacity_nothing_rests_on_their_own_word(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if doubted(moment.after) and not frozen(moment.after):
            assert _goes_on(moment.after) == []
            assert not any(isinstance(made, Prompted | Nominated | Invited | Referred) for made in moment.caused)


@same_every_time
@given(histories())
def test_no_referral_goes_on_of_whose_agreement_everything_was_taken_back(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        for item in moment.after.referrals:
            if item.status not in TERMINAL and item.cancellation is None and not frozen(moment.after):
                assert set(item.agreement.items) - taken_back(moment.after, item.agreement)
        for made in moment.caused:
            if isinstance(made, Referred):
                assert not set(made.agreement.items) & taken_back(moment.after, made.agreement)


@same_every_time
@given(histories(12), histories(12))
def test_under_an_objection_an_event_leaves_nothing_and_causes_nothing(
    policy: Policy, first: list[Plan], later: list[Plan]
):
    for moment in play([*first, OBJECTS, *later], policy):
        if is_objected_to(moment.before) and not isinstance(moment.event.facts, Objection):
            assert moment.caused == ()
            assert moment.after == replace(moment.before, clock=moment.after.clock, version=moment.after.version)
        if is_objected_to(moment.after):
            assert _goes_on(moment.after) == []
            assert all(page.withdrawn is not None for page in moment.after.information)


@pytest.mark.parametrize("rule", ["safety.capacity", "stop.withdrawal", "stop.objection", "stop.wish"])
def test_the_histories_reach_what_each_rule_stops(policy: Policy, rule: str):
    def is_stopped(plans: list[Plan]) -> bool:
        made = (made for moment in play(plans, policy) for made in moment.caused)
        return any(isinstance(item, CancellationRequested | PromptWithdrawn) and rule in item.rules for item in made)

    find(histories(), is_stopped, settings=settings(same_every_time, max_examples=4000, phases=[Phase.generate]))
