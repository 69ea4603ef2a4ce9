"""Where a pain service referred, the person's practice gets a copy of what it is told."""

from __future__ import annotations

from domain_builders import OTHER_PRACTICE, PAIN_SERVICE, PRACTICE, WORKER, Walk, agreed, discharge, nominated, note
from support_builders import closed, moved, progressed

from services.domain.decisions import FeedbackGiven
from services.domain.policy import Policy

PAIN = (discharge(0, work="out-of-work", gp=OTHER_PRACTICE), agreed(1))


def _told(walk: Walk) -> list[tuple[str, str]]:
    return [(told.audience, told.recipient.ods) for told in walk.made(FeedbackGiven)]


def test_states_steps_and_the_end_are_copied(policy: Policy):
    walk = Walk(policy, *PAIN, moved(2, "3.0", worker=WORKER), progressed(5, "job-started"), closed(30))

    assert _told(walk) == [("pain-service", PAIN_SERVICE.ods), ("gp-practice", OTHER_PRACTICE.ods)] * 3
    copies = [told for told in walk.made(FeedbackGiven) if told.audience == "gp-practice"]
    assert [(copy.status, copy.progress, copy.worker) for copy in copies] == [
        ("3.0", None, WORKER), ("3.0", "job-started", WORKER), ("7.0", None, WORKER)
    ]  # fmt: skip
    assert len({told.feedback for told in walk.made(FeedbackGiven)}) == 6


def test_a_practice_that_referred_gets_no_copy_of_its_own(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1), discharge(2, backfill=True), moved(3, "3.0"))

    assert _told(walk) == [("gp-practice", PRACTICE.ods)]


def test_a_practice_that_nobody_names_gets_none(policy: Policy):
    walk = Walk(policy, nominated(1, PAIN_SERVICE, kind="pain-service"), agreed(2), moved(3, "3.0"))
    assert _told(walk) == [("pain-service", PAIN_SERVICE.ods)]

    walk.take(note(4))
    walk.take(moved(5, "5.1.1"))
    assert _told(walk)[1:] == [("pain-service", PAIN_SERVICE.ods), ("gp-practice", PRACTICE.ods)]


def test_an_old_note_names_the_practice_too_and_the_discharge_counts_before_it(policy: Policy):
    walk = Walk(policy, note(0, backfill=True), *PAIN, moved(2, "3.0"))

    assert _told(walk)[1] == ("gp-practice", OTHER_PRACTICE.ods)
