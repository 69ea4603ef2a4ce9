"""What a job centre is told over every history: what was agreed towards it, once, and nothing else."""

from __future__ import annotations

from datetime import date

from domain_builders import FROM_JOB_CENTRE, JOB_CENTRE, Walk, agreed, flag, note, on
from generated_histories import Plan, histories, play
from hypothesis import find, given
from own_builders import consented, taken_back
from support_builders import agreed_to_tell, moved, progressed
from test_in_overtaking import Sent
from test_in_properties import reaching, same_every_time

from schemas.facts import ConsentRecorded, Nomination, PromptAnswer
from schemas.topics import feedback
from services.domain.decisions import FeedbackGiven
from services.domain.overtaking import Recalled, Send, standing_of
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
            recorded = [fact for fact in facts if isinstance(fact, ConsentRecorded) and fact.purpose == "progress"]
            assert any(
                item is not None
                and item.recipient is not None
                and made.thing in item.items
                and item.recipient.ods == made.recipient.ods
                for item in (*agreements, *recorded)
            )
            told.append((made.thing, made.on, made.recipient.ods))
    assert len(told) == len(set(told))


def told_to_job_centre(walk: Walk) -> list[str]:
    return [made.thing for made in walk.last if isinstance(made, FeedbackGiven) and made.thing]  # type: ignore[union-attr]


BEGUN = (note(0, days=28), agreed(1), moved(2, "3.0"))
THINGS = ("support-started", "job-started")


def test_what_the_person_took_back_is_told_no_more(policy: Policy):
    walk = Walk(policy, *BEGUN, agreed_to_tell(3, *THINGS), progressed(4, "first-contact"))
    assert told_to_job_centre(walk) == ["support-started"]
    walk.take(taken_back(5, purpose="progress", recipient=JOB_CENTRE))
    walk.take(progressed(20, "job-started"))
    assert told_to_job_centre(walk) == []


def test_one_thing_may_be_taken_back_and_the_other_stays(policy: Policy):
    walk = Walk(policy, *BEGUN, agreed_to_tell(3, *THINGS))
    walk.take(taken_back(4, purpose="progress", recipient=JOB_CENTRE, items=("support-started",)))
    walk.take(progressed(5, "first-contact"))
    assert told_to_job_centre(walk) == []
    walk.take(progressed(20, "job-started"))
    assert told_to_job_centre(walk) == ["job-started"]


def test_an_agreement_of_its_own_counts_until_its_last_day_and_not_from_a_job_centre(policy: Policy):
    stated = {"purpose": "progress", "recipient": JOB_CENTRE, "items": THINGS}
    walk = Walk(policy, *BEGUN, consented(3, **stated, until=on(10)))
    walk.take(progressed(4, "first-contact"))
    assert told_to_job_centre(walk) == ["support-started"]
    walk.take(progressed(20, "job-started"))
    assert told_to_job_centre(walk) == []

    theirs = Walk(policy, *BEGUN, flag(2.5), consented(3, **stated, source=FROM_JOB_CENTRE))
    theirs.take(progressed(4, "first-contact"))
    assert told_to_job_centre(theirs) == []


def test_a_word_to_a_job_centre_that_still_waits_is_recalled_when_the_person_takes_it_back(policy: Policy):
    walk = Sent(policy, *BEGUN, agreed_to_tell(3, *THINGS), progressed(4, "first-contact"))
    [told] = [output for output in walk.outputs if output.topic == feedback("job-centre")]
    assert standing_of(told, walk.journey, policy) == Send()
    walk.take(taken_back(5, purpose="progress", recipient=JOB_CENTRE, items=("job-started",)))
    assert standing_of(told, walk.journey, policy) == Send()
    walk.take(taken_back(6, purpose="progress", recipient=JOB_CENTRE))
    assert standing_of(told, walk.journey, policy) == Recalled("withdrawal")
