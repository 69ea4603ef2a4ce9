"""Steps of employment support: noted, told once to who referred, and no move of the referral."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from domain_builders import OTHER_WORKER, PRACTICE, WORKER, Walk, agreed, flag, nominated, note, on, person
from support_builders import moved, progressed, update

from schemas.support_facts import ProgressKind, Worker
from services.domain.decisions import EventKey, FeedbackGiven, ProgressNoted, Prompted
from services.domain.policy import Policy
from services.domain.progressing import STEPS

BEGUN = (note(0, days=28), agreed(1))


BEFORE_A_JOB = (
    "confidence-building", "course-started", "cv-and-interview-practice", "peer-support-started", "placement-started",
)  # fmt: skip


def told(kind: str) -> tuple[str, ...]:
    page = ("information benefits",) if kind in BEFORE_A_JOB else ()
    return (f"noted {kind}", f"feedback gp-practice {kind}", *page, "care package")


@pytest.mark.parametrize("kind", get_args(ProgressKind))
def test_each_step_is_noted_and_told_to_who_referred_and_moves_nothing(kind, policy: Policy):
    walk = Walk(policy, *BEGUN, moved(2, "3.0", worker=WORKER))
    before = walk.journey.referrals[0]

    assert walk.take(progressed(5, kind)) == told(kind)
    after = walk.journey.referrals[0]
    assert (after.status, after.worker, after.workers, after.told) == (
        before.status, before.worker, before.workers, before.told
    )  # fmt: skip
    noted, given = walk.made(ProgressNoted)[0], walk.made(FeedbackGiven)[-1]
    assert (noted.progress, noted.on, noted.worker, noted.referral) == (kind, on(5), WORKER, after.id)
    assert (given.recipient, given.progress, given.on, given.worker) == (PRACTICE, kind, on(5), WORKER)
    assert after.progress == (EventKey("urn:example:publisher", f"{kind}-5"),)


def test_every_step_has_its_words():
    assert set(STEPS) == set(get_args(ProgressKind))


def test_a_step_of_somebody_who_was_never_referred_is_refused(policy: Policy):
    walk = Walk(policy, note(0, days=28), progressed(5, "first-contact"))

    assert walk.words == ("refused referral-not-known",)
    assert len(walk.journey.facts) == 1
    walk.take(agreed(6))
    assert walk.take(progressed(7, "first-contact")) == told("first-contact")


def test_a_step_that_names_a_referral_of_nobody_is_refused_though_another_one_is_open(policy: Policy):
    assert Walk(policy, *BEGUN, progressed(5, "first-contact", referral="no-such")).words == (
        "refused referral-not-known",
    )


def _referred_twice(policy: Policy) -> tuple[Walk, str, str]:
    walk = Walk(policy, *BEGUN, moved(2, "4.0", reason="no-capacity"), note(100, days=28), agreed(101))
    first, second = (item.id for item in walk.journey.referrals)
    return walk, first, second


def test_a_step_belongs_to_the_referral_that_it_names_else_to_the_open_one(policy: Policy):
    walk, first, second = _referred_twice(policy)

    walk.take(progressed(102, "first-contact", referral=first))
    walk.take(progressed(103, "first-contact"))

    assert [noted.referral for noted in walk.made(ProgressNoted)] == [first, second]


def test_when_none_is_open_it_belongs_to_the_last(policy: Policy):
    walk, _, second = _referred_twice(policy)
    walk.take(moved(102, "3.0"))
    walk.take(moved(103, "7.0"))

    assert walk.take(progressed(110, "job-ended")) == told("job-ended")
    assert walk.made(ProgressNoted)[0].referral == second
    assert walk.journey.referrals[-1].status == "7.0"


def test_an_earlier_referral_that_is_open_again_counts_before_a_later_one_that_has_ended(policy: Policy):
    """A cancellation that was asked for before the decline comes late: the decline does not follow it."""
    walk, first, _ = _referred_twice(policy)
    walk.take(moved(102, "3.0"))
    walk.take(moved(103, "7.0"))
    walk.take(update(1.5, first, "5.2", recorded=104))
    assert [item.status for item in walk.journey.referrals] == ["5.2", "7.0"]

    walk.take(progressed(105, "job-ended"))
    assert walk.made(ProgressNoted)[0].referral == first


def test_old_news_is_noted_and_told_to_nobody(policy: Policy):
    late = ("noted job-started", "care package")

    assert Walk(policy, *BEGUN, progressed(5, "job-started", on=on(-60))).words == late
    assert Walk(policy, *BEGUN, progressed(5, "job-started", recorded=70)).words == late
    assert Walk(policy, *BEGUN, progressed(5, "job-started", backfill=True)).words == late
    assert Walk(policy, *BEGUN, progressed(5, "job-started")).words == told("job-started")


def test_the_same_step_of_the_same_day_under_another_id_is_told_once(policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "job-started"))

    assert walk.take(progressed(6, "job-started", on=on(5))) == ("noted job-started", "care package")
    assert walk.take(progressed(7, "job-started")) == told("job-started")  # another job


def test_a_step_of_a_person_who_is_not_known_for_sure_is_told_to_nobody_and_names_no_worker(policy: Policy):
    walk = Walk(policy, *BEGUN, moved(2, "3.0", worker=WORKER))
    unsure = progressed(5, "job-started", worker=OTHER_WORKER, person=person(verification="not-verified"))

    assert walk.take(unsure) == ("noted job-started", "care package")
    assert walk.journey.referrals[0].worker == WORKER


def test_the_first_worker_may_be_named_by_a_step(policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "first-contact", worker=WORKER))
    assert walk.words == told("first-contact")
    assert (walk.journey.referrals[0].worker, walk.journey.referrals[0].workers) == (WORKER, 1)

    assert walk.take(moved(6, "3.0", worker=WORKER))[0] == "moved 3.0"
    assert walk.take(moved(7, "5.1.4", worker=OTHER_WORKER))[0] == "moved 5.1.4 by another worker"


def test_another_worker_is_flagged_once_and_counted(policy: Policy):
    walk = Walk(policy, *BEGUN, moved(2, "3.0", worker=WORKER))

    assert walk.take(progressed(5, "placement-started", worker=OTHER_WORKER))[0] == (
        "noted placement-started by another worker"
    )
    noted = walk.made(ProgressNoted)[0]
    assert noted.rules == ("continuity.worker",)
    assert noted.sentence == "A step of support: a placement began. The named worker has changed."
    assert (walk.journey.referrals[0].worker, walk.journey.referrals[0].workers) == (OTHER_WORKER, 2)

    assert walk.take(progressed(6, "placement-ended", worker=Worker(OTHER_WORKER.id, "Now Married")))[0] == (
        "noted placement-ended"
    )
    assert walk.take(moved(7, "5.1.4", worker=WORKER))[0] == "moved 5.1.4 by another worker"


def test_with_the_rule_off_a_change_is_not_flagged(policy: Policy):
    walk = Walk(policy.without("continuity.worker"), *BEGUN, moved(2, "3.0", worker=WORKER))

    assert walk.take(progressed(5, "placement-started", worker=OTHER_WORKER))[0] == "noted placement-started"


def test_the_named_worker_is_the_same_in_any_order_of_arrival(policy: Policy):
    steps = (
        lambda recorded: moved(2, "3.0", worker=WORKER, recorded=recorded),
        lambda recorded: progressed(3, "first-contact", worker=OTHER_WORKER, recorded=recorded),
        lambda recorded: progressed(4, "job-started", worker=WORKER, recorded=recorded),
    )
    for order in permutations(steps):
        walk = Walk(policy, *BEGUN, *(make(5 + place) for place, make in enumerate(order)))

        assert (walk.journey.referrals[0].worker, walk.journey.referrals[0].workers) == (WORKER, 3)


def test_who_put_the_person_forward_is_told(policy: Policy):
    walk = Walk(policy, nominated(1, kind="pain-service", agreement=None), agreed(2))

    assert walk.take(progressed(5, "job-started"))[1] == "feedback pain-service job-started"


@pytest.mark.parametrize("kind", ["job-started", "in-work-13-weeks"])
def test_who_has_a_job_is_in_work_whatever_an_older_flag_says(kind, policy: Policy):
    walk = Walk(policy, flag(0), *(note(1), agreed(2), moved(3, "3.0"), progressed(4, kind), moved(5, "7.0")))

    walk.take(note(200, days=28))
    assert walk.made(Prompted)[-1].work == "in-work"
    assert walk.made(Prompted)[-1].track == "keep-work"


def test_after_a_job_has_ended_the_work_situation_is_not_known(policy: Policy):
    steps = (progressed(4, "job-started"), progressed(6, "job-ended"))
    walk = Walk(policy, flag(0), note(1), agreed(2), moved(3, "3.0"), *steps, moved(7, "7.0"))

    walk.take(note(200, days=28))
    assert walk.made(Prompted)[-1].work is None
    assert "work situation" in walk.made(Prompted)[-1].unknown
