"""One named worker; a change is flagged and counted."""

from __future__ import annotations

from domain_builders import OTHER_WORKER, WORKER, Walk, agreed, note
from support_builders import moved

from schemas.support_facts import Worker
from services.domain.decisions import FeedbackGiven, ReferralMoved
from services.domain.policy import Policy


def _accepted(policy: Policy) -> Walk:
    return Walk(policy, note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER))


def test_the_first_worker_is_no_change(policy: Policy):
    walk = _accepted(policy)

    assert walk.words[0] == "moved 3.0"
    assert (walk.journey.referrals[0].worker, walk.journey.referrals[0].workers) == (WORKER, 1)
    assert walk.made(FeedbackGiven)[0].worker == WORKER


def test_another_worker_is_flagged_and_told_whatever_the_move(policy: Policy):
    walk = _accepted(policy)

    assert walk.take(moved(9, "5.1.4", worker=OTHER_WORKER)) == (
        "moved 5.1.4 by another worker", "feedback gp-practice 5.1.4", "care package"
    )  # fmt: skip
    assert walk.made(ReferralMoved)[-1].sentence == "The referral is in progress. The named worker has changed."
    assert (walk.journey.referrals[0].worker, walk.journey.referrals[0].workers) == (OTHER_WORKER, 2)


def test_a_handover_is_an_acceptance_by_another_worker(policy: Policy):
    assert _accepted(policy).take(moved(9, "3.0", worker=OTHER_WORKER))[0] == "moved 3.0 by another worker"


def test_a_message_that_names_nobody_changes_nobody(policy: Policy):
    walk = _accepted(policy)

    assert walk.take(moved(9, "5.1.1"))[0] == "moved 5.1.1"
    assert walk.journey.referrals[0].worker == WORKER
    assert walk.made(FeedbackGiven)[-1].worker == WORKER


def test_the_id_makes_the_worker_and_not_the_name(policy: Policy):
    walk = _accepted(policy)

    assert walk.take(moved(9, "5.1.1", worker=Worker(WORKER.id, "A Married Name")))[0] == "moved 5.1.1"
    assert walk.journey.referrals[0].workers == 1


def test_a_worker_who_comes_back_is_a_change_again(policy: Policy):
    walk = _accepted(policy)
    walk.take(moved(9, "5.1.1", worker=OTHER_WORKER))

    assert walk.take(moved(10, "5.1.4", worker=WORKER))[0] == "moved 5.1.4 by another worker"
    assert walk.journey.referrals[0].workers == 3
