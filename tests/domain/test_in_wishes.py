"""The person's wish, in whose words it is, and when it was said."""

from __future__ import annotations

import pytest
from domain_builders import ASKED, Walk, agreement, answer, answered, note, wish

from services.domain.decisions import AnswerTaken
from services.domain.policy import Policy

BEGUN = note(0, days=28)


def test_the_persons_own_does_not_want_holds_without_end(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "person-declined", wish=wish("does-not-want")))

    assert walk.take(note(1000, days=28))[0] == "held does-not-want"


@pytest.mark.parametrize("kind", ["keen", "could-with-changes", "not-sure"])
def test_every_other_wish_holds_for_the_answers_time_only(kind, policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-now", wish=wish(kind)))

    assert walk.take(note(100, days=28))[0] == ASKED


def test_a_clinicians_impression_is_not_the_persons_word(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-suitable", wish=wish("does-not-want", "clinician")))

    assert walk.take(note(300, days=28))[0] == ASKED


@pytest.mark.parametrize("kind", ["invite", "refer", "person-declined", "not-now"])
def test_a_clinicians_impression_is_not_now(kind, policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, kind, wish=wish("does-not-want", "clinician")))

    assert walk.words == ("answer not-now", "care package")
    assert walk.take(note(92, days=28))[0] == ASKED


def test_the_persons_agreement_is_worth_more_than_a_clinicians_impression(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "refer", agreement=agreement(1), wish=wish("does-not-want", "clinician")))

    assert "referred" in walk.words


@pytest.mark.parametrize("kind", ["invite", "refer"])
def test_nobody_is_invited_or_referred_against_their_own_words(kind, policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, kind, agreement=agreement(1), wish=wish("does-not-want")))

    assert walk.words == ("answer person-declined", "care package")
    assert walk.made(AnswerTaken)[0].rules == ("wish.does-not-want",)


def _with_two_prompts(policy: Policy) -> tuple[Walk, str]:
    """A prompt that lapsed, and another one after it; gives the first."""
    walk = Walk(policy, BEGUN)
    first = walk.prompt
    walk.take(note(120, days=28))
    assert len(walk.journey.prompts) == 2
    return walk, first


def test_a_wish_that_was_recorded_before_holds_a_late_invitation(policy: Policy):
    walk, first = _with_two_prompts(policy)
    walk.take(answered(121, "person-declined", wish=wish("does-not-want")))

    assert walk.take(answer(122, first, "invite")) == ("answer person-declined", "care package")


def test_an_agreement_that_is_older_than_the_wish_refers_nobody(policy: Policy):
    walk, first = _with_two_prompts(policy)
    walk.take(answered(121, "person-declined", wish=wish("does-not-want")))

    assert walk.take(answer(122, first, "refer", agreement=agreement(120))) == (
        "answer person-declined",
        "care package",
    )
    assert not walk.journey.referrals


def test_an_agreement_after_the_wish_says_otherwise(policy: Policy):
    walk, first = _with_two_prompts(policy)
    walk.take(answered(121, "person-declined", wish=wish("does-not-want")))

    assert "referred" in walk.take(answer(122, first, "refer", agreement=agreement(122)))


def test_a_wish_holds_until_the_person_says_otherwise(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-now", wish=wish("does-not-want")))
    assert walk.take(note(100, days=28))[0] == "held does-not-want"

    # the prompt has had its answer, but what the person says about it is a fact all the same
    assert walk.take(answered(101, "not-now", wish=wish("keen"))) == ("out of sequence",)

    assert walk.take(note(102, days=28))[0] == ASKED


def test_the_latest_word_is_the_one_said_last_not_the_one_sent_last(policy: Policy):
    walk = Walk(policy, BEGUN, answered(5, "not-now", wish=wish("does-not-want", day=5)))

    walk.take(answered(6, "not-now", wish=wish("keen", day=2)))  # an older conversation, sent later
    assert walk.take(note(100, days=28))[0] == "held does-not-want"

    walk.take(answered(101, "not-now", wish=wish("keen", day=101)))
    assert walk.take(note(102, days=28))[0] == ASKED


def test_a_date_that_is_yet_to_come_does_not_make_a_word_the_last_one(policy: Policy):
    walk = Walk(policy, BEGUN, answered(5, "not-now", wish=wish("does-not-want", day=5000)))
    walk.take(answered(6, "not-now", wish=wish("keen", day=6)))

    assert walk.take(note(100, days=28))[0] == ASKED


def test_not_sure_brings_information_once(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-now", wish=wish("not-sure")))
    assert walk.words == ("answer not-now", "information unsure", "care package")
    due = walk.journey.information[-1]
    assert (due.purpose, due.about) == ("unsure", walk.prompt)

    walk.take(note(100, days=28))
    assert walk.take(answered(101, "not-now", wish=wish("not-sure"))) == ("answer not-now", "care package")


def test_not_sure_brings_no_second_page_beside_the_invitations(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "invite", wish=wish("not-sure")))
    assert [due.purpose for due in walk.journey.information] == ["note", "invitation"]

    walk.take(answered(10, "not-now", wish=wish("not-sure")))
    assert [due.purpose for due in walk.journey.information] == ["note", "invitation"]


@pytest.mark.parametrize("changes", [{"wish": wish("not-sure", "clinician")}, {"wish": wish("keen")}, {}])
def test_only_the_persons_own_doubt_brings_information(changes, policy: Policy):
    assert Walk(policy, BEGUN, answered(1, "not-now", **changes)).words == ("answer not-now", "care package")


def test_doubt_that_is_old_news_brings_nothing(policy: Policy):
    late = answered(1, "not-now", wish=wish("not-sure"), recorded=62)

    assert Walk(policy, BEGUN, late).words == ("answer not-now", "care package")
