"""Never against the person: what holds over every history once they, or somebody for them, said stop."""

from __future__ import annotations

from generated_histories import Plan, histories, play
from hypothesis import HealthCheck, given, settings
from own_words import last_own_word

from services.domain.decisions import CancellationRequested, FeedbackGiven, InformationWithdrawn, PromptWithdrawn
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED, TERMINAL
from services.domain.rules.again import is_open
from services.domain.rules.evidence import evidence
from services.domain.stopping import frozen

same_every_time = settings(
    derandomize=True, max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


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
        assert [made.referral for made in told if made.referral in asked] == asked
        assert all(made.reason is None for made in told if made.referral in asked)


@same_every_time
@given(histories())
def test_nobody_is_asked_on_what_was_taken_back(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if any(is_open(prompt, moment.after) for prompt in moment.after.prompts):
            assert evidence(moment.after, policy) is not None
