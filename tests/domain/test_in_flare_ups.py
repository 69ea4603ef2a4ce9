"""A new note or pain event while somebody works tells the named worker to review pacing, and nothing else."""

from __future__ import annotations

import pytest
from domain_builders import (
    PROVIDER,
    TERMINAL_ILLNESS,
    WORKER,
    Walk,
    agreed,
    agreement,
    answered,
    discharge,
    note,
    on,
    person,
    wish,
)
from msgspec.structs import replace
from support_builders import closed, moved, progressed
from test_in_overtaking import Sent

from schemas.topics import feedback
from services.domain.decide import decide
from services.domain.decisions import FeedbackGiven
from services.domain.overtaking import Recalled, Send, standing_of
from services.domain.policy import Policy
from services.domain.stopping import only_what_a_stop_allows

BEGUN = (note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER))
TO_THE_PROVIDER = feedback("ips-provider")
TOLD = "feedback ips-provider flare-up"


@pytest.mark.parametrize("began", ["placement-started", "job-started", "in-work-13-weeks"])
@pytest.mark.parametrize("flare", [note(40, adjustments=("altered-hours",)), discharge(40)], ids=["note", "discharge"])
def test_during_a_placement_or_a_job_the_named_worker_is_told(began, flare, policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, began), flare)

    assert TOLD in walk.words
    told = walk.made(FeedbackGiven)[-1]
    assert (told.recipient, told.worker, told.reason) == (PROVIDER, WORKER, None)
    assert told.adjustments == (("altered-hours",) if flare.id.startswith("fit-note") else ())


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (progressed(5, "first-contact"), progressed(6, "vocational-profile-started")),
        (progressed(5, "placement-started"), progressed(6, "placement-ended")),
        (progressed(5, "job-started"), progressed(6, "job-ended")),
        (progressed(5, "job-started"), closed(6)),
    ],
)
def test_before_between_and_after_nobody_is_told(steps, policy: Policy):
    assert TOLD not in Walk(policy, *BEGUN, *steps, note(40)).words


def test_a_job_goes_on_when_the_placement_before_it_ends(policy: Policy):
    steps = (progressed(5, "placement-started"), progressed(8, "job-started"), progressed(9, "placement-ended"))

    assert TOLD in Walk(policy, *BEGUN, *steps, note(40)).words


def test_a_second_placement_counts_though_its_beginning_is_told_before_the_end_of_the_first(policy: Policy):
    steps = (progressed(5, "placement-started"), progressed(20, "placement-started"))
    ended = progressed(10, "placement-ended", recorded=21)

    assert TOLD in Walk(policy, *BEGUN, *steps, ended, note(40)).words


@pytest.mark.parametrize(
    "flare",
    [
        note(40, backfill=True),
        note(40, recorded=101),
        note(40, assessed=on(3), start=on(3)),
        note(40, person=person(verification="not-verified")),
        note(40, codes=(TERMINAL_ILLNESS,)),
    ],
    ids=["backfill", "late", "of before the job", "not verified", "not the time"],
)
def test_old_news_doubt_and_what_began_before_tell_nobody(flare, policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "job-started"), flare)
    assert TOLD not in walk.words


def test_a_duplicate_of_a_note_is_told_once(policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "job-started"), note(40))
    assert TOLD in walk.words

    assert TOLD not in walk.take(note(41, start=on(40), days=7))
    assert TOLD in walk.take(note(47))


def test_without_the_persons_agreement_to_a_work_plan_nobody_is_told(policy: Policy):
    contact_only = agreed(1, agreement=replace(agreement(1), items=("contact",)))
    steps = (note(0, days=28), contact_only, progressed(5, "job-started"))

    assert TOLD not in Walk(policy, *steps, note(40)).words


def test_what_still_waits_for_the_provider_is_overtaken_by_the_request_to_cancel(policy: Policy):
    walk = Sent(policy, *BEGUN, progressed(5, "job-started"), note(40))
    told = [output for output in walk.outputs if output.topic == TO_THE_PROVIDER][-1]
    assert standing_of(told, walk.journey, policy) == Send()

    walk.take(answered(50, "person-declined", wish=wish("does-not-want")))
    assert standing_of(told, walk.journey, policy) == Recalled("wish")
    assert TOLD not in walk.take(note(60))


def test_a_stop_of_everything_lets_none_out(policy: Policy):
    walk = Walk(policy, *BEGUN, progressed(5, "placement-started"))
    bad_end = progressed(30, "placement-ended", outcome="unsafe")
    for found in (note(40), bad_end):
        made = decide(walk.journey, found, policy)
        assert any(isinstance(item, FeedbackGiven) and item.audience == "ips-provider" for item in made)
        allowed = only_what_a_stop_allows(found, made)
        assert not any(isinstance(item, FeedbackGiven) and item.about for item in allowed)
