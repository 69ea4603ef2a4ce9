"""Frozen: what holds over every history from a national signal to the answer of its look-up."""

from __future__ import annotations

from generated_histories import Plan, histories, play
from hypothesis import HealthCheck, given, settings

from schemas.topics import DECISIONS, LOOKUPS
from services.domain.history import discards
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.step import Stepped, step
from services.domain.stopping import frozen

same_every_time = settings(
    derandomize=True, max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def _said(journey: Journey) -> object:
    """What Fitpath has said, without what is derived from facts."""
    return (
        [(item.id, item.answer, item.withdrawn, item.invitation, item.lead) for item in journey.prompts],
        [(item.id, item.cancellation, item.told, item.progress) for item in journey.referrals],
        [(item.id, item.withdrawn) for item in journey.information],
        journey.package,
    )


@same_every_time
@given(histories())
def test_while_frozen_facts_are_taken_and_nothing_goes_out_and_nothing_is_cancelled(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        stepped = step(moment.before, moment.event, policy)
        if isinstance(stepped, Stepped) and frozen(stepped.journey):
            assert {output.topic for output in stepped.outputs} <= {DECISIONS, LOOKUPS}
            assert _said(stepped.journey) == _said(moment.before)
            assert stepped.waits == ()
            assert moment.event in stepped.journey.facts or discards(moment.before, moment.event)


@same_every_time
@given(histories())
def test_nothing_is_put_off_but_while_frozen_and_every_freeze_asks(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if moment.after.put_off:
            assert frozen(moment.after)
        if frozen(moment.after):
            assert moment.after.lookup is not None
