"""What a job centre is told over every history: what was agreed towards it, once, and nothing else."""

from __future__ import annotations

from datetime import date

from generated_histories import Plan, histories, play
from hypothesis import find, given
from test_in_properties import reaching, same_every_time

from schemas.facts import Nomination, PromptAnswer
from services.domain.decisions import FeedbackGiven
from services.domain.policy import Policy


def test_the_histories_reach_it(policy: Policy):
    def reached(plans: list[Plan]) -> bool:
        caused = (made for moment in play(plans, policy) for made in moment.caused)
        return any(isinstance(made, FeedbackGiven) and made.thing is not None for made in caused)

    assert find(histories(), reached, settings=reaching)


@same_every_time
@given(histories())
def test_a_job_centre_is_told_once_each_thing_that_the_person_agreed_to_and_nothing_else(
    policy: Policy, plans: list[Plan]
):
    told: list[tuple[str, date, str]] = []
    for moment in play(plans, policy):
        for made in moment.caused:
            if not isinstance(made, FeedbackGiven) or (made.thing is None and made.audience != "job-centre"):
                continue
            assert made.audience == "job-centre"
            assert (made.reason, made.worker, made.progress, made.about, made.adjustments) == (
                None,
                None,
                None,
                None,
                (),
            )
            facts = [fact.facts for fact in moment.after.facts]
            agreements = [fact.agreement for fact in facts if isinstance(fact, PromptAnswer | Nomination)]
            assert any(
                item is not None and made.thing in item.items and item.recipient.ods == made.recipient.ods
                for item in agreements
            )
            told.append((made.thing, made.on, made.recipient.ods))
    assert len(told) == len(set(told))
