"""Old news and backfill build facts and the care package; they prompt, invite, inform and notify nobody."""

from __future__ import annotations

import pytest
from domain_builders import ANKLE_SPRAIN, ASKED, Walk, agreed, agreement, answered, discharge, flag, note, on
from support_builders import moved

from services.domain.policy import Policy

BOOKED = ("feedback gp-practice 5.1.1", "information appointment", "care package")


@pytest.mark.parametrize("build", [note, discharge, flag])
@pytest.mark.parametrize("changes", [{"backfill": True}, {"recorded": 61}])
def test_old_news_moves_nobody(build, changes, policy: Policy):
    walk = Walk(policy, build(0, **changes))

    assert walk.words == ("care package",)
    assert walk.journey.hold is None
    assert len(walk.journey.facts) == 1


@pytest.mark.parametrize(("recorded", "words"), [(60, ASKED), (61, "care package")])
def test_news_is_old_after_60_days(recorded: int, words: str, policy: Policy):
    assert Walk(policy, note(0, days=28, recorded=recorded)).words[0] == words


def test_it_is_the_clinical_date_that_counts(policy: Policy):
    sent_again = note(100, assessed=on(0), days=28)
    of_today = discharge(0, discharged=on(100), work="out-of-work", recorded=100)

    assert Walk(policy, sent_again).words == ("care package",)
    assert Walk(policy, of_today).words[0].startswith("prompted")


def test_the_clock_of_the_journey_decides_what_is_old(policy: Policy):
    walk = Walk(policy, note(100, codes=(ANKLE_SPRAIN,)))

    assert walk.take(note(0, days=28, recorded=1)) == ("care package",)


def test_new_news_rests_on_old_facts(policy: Policy):
    walk = Walk(policy, note(0, backfill=True), note(7, codes=()))

    assert walk.words[0] == ASKED


@pytest.mark.parametrize("kind", ["invite", "refer"])
def test_an_answer_that_is_old_news_invites_and_refers_nobody(kind, policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(1, kind, agreement=agreement(1), recorded=62))

    assert walk.words == ("answer not-now", "care package")
    assert not walk.journey.referrals
    assert walk.take(note(62 + 90, days=28))[0] == ASKED  # and it is asked again in time


def test_an_update_that_is_old_news_moves_the_referral_and_tells_nobody(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1), moved(2, "3.0", backfill=True))
    assert walk.words == ("moved 3.0", "care package")

    assert walk.take(moved(3, "5.1.1")) == ("moved 5.1.1", *BOOKED)


def test_a_missing_move_that_is_old_news_does_not_silence_the_one_that_it_makes_legal(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1), moved(70, "5.1.1"))
    assert walk.words == ("out of sequence",)

    walk.take(moved(2, "3.0", recorded=71))

    assert walk.words == ("moved 3.0", "moved 5.1.1", *BOOKED)
