"""The stages of support: no clock moves them, benefits advice comes before a job, a bad placement asks of the next."""

from __future__ import annotations

import pytest
from domain_builders import PROVIDER, WORKER, Walk, agreed, agreement, due, note, on, person
from generated_histories import Plan, histories, play
from hypothesis import given
from msgspec.structs import replace
from support_builders import moved, progressed
from test_in_progress import BEFORE_A_JOB
from test_in_properties import same_every_time

from schemas.facts import LookupAnswered
from schemas.support_facts import EmploymentProgress
from services.domain.decisions import FeedbackGiven, InformationDue, ProgressNoted
from services.domain.history import steps_of
from services.domain.policy import Policy

BEGUN = (note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER))
PAGE = "information benefits"
ENDED, NEEDS = "feedback ips-provider placement-ended", "feedback ips-provider placement-requirements"


def _ended(day: float, outcome: str = "unsafe", *adjustments: str, **changes):
    return progressed(day, "placement-ended", outcome=outcome, adjustments=adjustments, **changes)


@same_every_time
@given(histories())
def test_only_the_providers_word_brings_a_stage_and_no_clock_does(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        before, after = (
            [steps_of(journey, referral) for referral in journey.referrals] for journey in (moment.before, moment.after)
        )
        told = isinstance(
            moment.event.facts, EmploymentProgress | LookupAnswered
        )  # the answer settles what was put off
        assert told or all(steps == [] or steps in before for steps in after)
        assert told or not any(isinstance(made, ProgressNoted) for made in moment.caused)


def test_a_wait_that_is_over_moves_no_stage(policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "course-started"))
    steps = steps_of(walk.journey, walk.journey.referrals[0])

    for step in ("accept", "first-contact", "remind", "escalate", "lapse"):
        walk.take(due(300, step))
        assert steps_of(walk.journey, walk.journey.referrals[0]) == steps


@pytest.mark.parametrize("kind", BEFORE_A_JOB)
def test_the_page_on_benefits_is_due_with_the_first_step_of_the_stage_before_a_job_and_once(kind, policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(4, "vocational-profile-started"))
    assert PAGE not in walk.words

    assert PAGE in walk.take(progressed(5, kind))
    assert walk.made(InformationDue)[-1].about == walk.referral
    assert PAGE not in walk.take(progressed(6, "peer-support-started"))


def test_who_has_a_job_already_is_not_asked_whether_they_would_be_worse_off(policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "job-started"), progressed(9, "peer-support-started"))

    assert PAGE not in walk.words


@pytest.mark.parametrize(
    "step",
    [
        progressed(5, "course-started", backfill=True),
        progressed(5, "course-started", recorded=80),
        progressed(5, "course-started", person=person(verification="not-verified")),
    ],
)
def test_old_news_and_doubt_bring_no_page(step, policy: Policy):
    walk = Walk(policy, *BEGUN, step)
    assert PAGE not in walk.words
    assert PAGE in walk.take(progressed(81, "course-started"))


@pytest.mark.parametrize("outcome", ["unsafe", "unsupported"])
def test_a_placement_that_ended_badly_reaches_the_named_worker_with_what_was_asked_for(outcome, policy: Policy):
    steps = (progressed(4, "placement-started"), _ended(20, outcome, "altered-hours"))
    walk = Walk(policy, *BEGUN, *steps)

    assert ENDED in walk.words
    told = walk.made(FeedbackGiven)[-1]
    assert (told.recipient, told.worker, told.adjustments) == (PROVIDER, WORKER, ("altered-hours",))


@pytest.mark.parametrize("outcome", [None, "ended-as-planned"])
def test_another_end_of_a_placement_asks_for_nothing(outcome, policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(4, "placement-started"), _ended(20, outcome, "altered-hours"))
    assert ENDED not in walk.words

    assert NEEDS not in walk.take(progressed(30, "placement-started"))


def test_what_the_notes_of_that_day_asked_for_counts_where_the_person_agreed_to_a_work_plan(policy: Policy):
    noted = note(3, days=28, adjustments=("phased-return",))
    walk = Walk(policy, *BEGUN, noted, progressed(4, "placement-started"), _ended(20))
    assert walk.made(FeedbackGiven)[-1].adjustments == ("phased-return",)
    assert Walk(policy, *BEGUN, noted, _ended(40)).made(FeedbackGiven)[-1].adjustments == ()

    contact_only = agreed(1, agreement=replace(agreement(1), items=("contact",)))
    walk = Walk(policy, note(0, days=28), contact_only, noted, _ended(20, "unsafe", "altered-hours"))
    assert walk.made(FeedbackGiven)[-1].adjustments == ("altered-hours",)


def test_the_next_placement_carries_all_that_was_asked_for_before_it(policy: Policy):
    first = (progressed(4, "placement-started"), _ended(20, "unsafe", "altered-hours"))
    walk = Walk(policy, *BEGUN, *first)

    assert NEEDS in walk.take(progressed(30, "placement-started"))
    assert walk.made(FeedbackGiven)[-1].adjustments == ("altered-hours",)
    walk.take(_ended(40, "unsupported", "amended-duties", "altered-hours"))
    walk.take(progressed(50, "placement-started"))
    assert walk.made(FeedbackGiven)[-1].adjustments == ("altered-hours", "amended-duties")


def test_a_placement_of_before_the_bad_end_carries_nothing_though_it_is_told_later(policy: Policy):
    walk = Walk(policy, *BEGUN, _ended(20, "unsafe", "altered-hours"))

    assert NEEDS not in walk.take(progressed(21, "placement-started", on=on(4)))
