"""What holds a prompt holds a nomination; the times of asking again do not, the person's own no does."""

from __future__ import annotations

from datetime import date

import pytest
from domain_builders import (
    CHRONIC_PAIN,
    OTHER_PRACTICE,
    PRACTICE,
    PREGNANCY,
    Walk,
    agreed,
    agreement,
    answered,
    event,
    flag,
    nominated,
    note,
    on,
    person,
    wish,
)
from support_builders import moved

from schemas.facts import PromptAnswer
from services.domain.decisions import (
    AnswerTaken,
    Held,
    Invited,
    Nominated,
    Prompted,
    Referred,
)
from services.domain.policy import Policy

INVITED = ("nominated by gp-practice Y99901 to keep-work: invite", "invited", "information invitation", "care package")
REFERRED = ("nominated by gp-practice Y99901 to keep-work: refer", "referred", "information referral", "care package")
BEGUN = note(0, days=28)


def with_agreement(day: int, by=PRACTICE, **changes):
    return nominated(day, by, **{"agreement": agreement(day), **changes})


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ((nominated(5, person=person(verification="not-verified")),), "identity"),
        ((BEGUN, nominated(5, person=person(date(1980, 6, 16)))), "identity"),
        ((note(0, codes=(CHRONIC_PAIN, PREGNANCY), backfill=True), nominated(5)), "safety"),
        ((nominated(5, wish=wish("does-not-want")),), "does-not-want"),
        ((nominated(5, wish=wish("does-not-want", "clinician")),), "not-now"),
        ((flag(0, programme="example-programme"), nominated(5)), "on-another-programme"),
        ((BEGUN, nominated(5, OTHER_PRACTICE)), "already-prompted"),
        ((BEGUN, answered(1, "invite"), nominated(5)), "already-invited"),
        ((BEGUN, agreed(1), nominated(5)), "already-referred"),
        ((BEGUN, agreed(1), with_agreement(5)), "already-referred"),
        ((BEGUN, answered(1, "person-declined"), nominated(5)), "asked-before"),
        ((nominated(5, person=person(date(1950, 1, 1))),), "age"),
        ((nominated(5, recorded=66),), "old-news"),
        ((nominated(5, on=on(-70)),), "old-news"),
        ((nominated(5, backfill=True),), "old-news"),
    ],
)
def test_what_holds_a_prompt_holds_a_nomination_and_is_recorded(history, reason, policy: Policy):
    walk = Walk(policy, *history)

    assert walk.words[-2:] == (f"held {reason}", "care package")
    assert not [made for made in walk.last if isinstance(made, Nominated | Invited | Referred | AnswerTaken)]
    assert walk.take(nominated(6, backfill=True))[-1] == "care package"  # the journey goes on


@pytest.mark.parametrize("reason", ["safety", "does-not-want", "on-another-programme", "age"])
def test_an_agreement_refers_nobody_past_what_keeps_them_safe(reason, policy: Policy):
    before = {
        "safety": note(0, codes=(CHRONIC_PAIN, PREGNANCY), backfill=True),
        "does-not-want": None,
        "on-another-programme": flag(0, programme="example-programme"),
        "age": note(0, backfill=True, person=person(date(1950, 1, 1))),
    }[reason]
    born = {"person": person(date(1950, 1, 1))} if reason == "age" else {}
    unwilling = {"wish": wish("does-not-want", day=7)} if reason == "does-not-want" else {}
    walk = Walk(policy, *([before] if before else []), with_agreement(8, agreement=agreement(5), **unwilling, **born))

    assert walk.words == (f"held {reason}", "care package")
    assert not walk.journey.referrals


def test_the_same_reason_is_recorded_once(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "invite"), nominated(5), nominated(6))

    assert walk.words == ("care package",)
    assert [held.reason for held in walk.made(Held)] == ["already-invited"]


def test_a_mark_that_is_held_stays_evidence_for_later(policy: Policy):
    walk = Walk(policy, nominated(0, wish=wish("does-not-want")))
    walk.take(note(100, days=28, codes=()))
    assert walk.journey.hold == "does-not-want"

    said = event(101, PromptAnswer("no-such-prompt", "not-now", wish=wish("keen")))
    assert walk.take(said) == ("refused prompt-not-known",)
    assert walk.take(nominated(102, wish=wish("keen")))[0].startswith("nominated")


def test_without_the_mark_a_note_without_a_code_shows_no_pain(policy: Policy):
    held = nominated(0, backfill=True)

    assert Walk(policy, held, note(1, days=28, codes=())).made(Prompted)[0].rules[0] == "evidence.clinician"
    assert Walk(policy, note(1, days=28, codes=())).words[0] == "held no-evidence"


@pytest.mark.parametrize("kind", ["not-now", "not-suitable"])
def test_the_times_of_asking_again_hold_no_clinician_who_asks_of_their_own_accord(kind, policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, kind), nominated(5))

    assert walk.words == INVITED
    assert "again.nomination" in walk.made(Nominated)[0].rules


def test_neither_do_lapses_nor_the_end_of_a_referral(policy: Policy):
    lapsed = Walk(policy, BEGUN, nominated(40))
    ended = Walk(policy, BEGUN, agreed(1), moved(2, "4.0", reason="no-capacity"), nominated(5))

    for walk in (lapsed, ended):
        assert walk.words == INVITED
        assert "again.nomination" in walk.made(Nominated)[0].rules


def test_the_rule_is_named_only_where_it_made_the_difference(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "not-now"), nominated(91))

    assert "again.nomination" not in walk.made(Nominated)[0].rules


def test_who_declined_rests_until_their_time_is_over_or_they_say_otherwise(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "person-declined"), nominated(5))
    assert walk.made(Held)[0].rules == ("again.person-declined",)

    assert Walk(policy, BEGUN, answered(1, "person-declined"), nominated(91)).words == INVITED
    assert Walk(policy, BEGUN, answered(1, "person-declined"), nominated(5, wish=wish("keen"))).words == INVITED
    assert Walk(policy, BEGUN, answered(1, "person-declined"), with_agreement(5)).words == REFERRED


def test_words_that_are_older_than_the_no_do_not_take_it_back(policy: Policy):
    declined = (BEGUN, answered(3, "person-declined"))

    assert Walk(policy, *declined, nominated(5, wish=wish("keen", day=2))).words[0] == "held asked-before"
    assert Walk(policy, *declined, with_agreement(5, agreement=agreement(2))).words[0] == "held asked-before"


def test_the_words_of_a_clinician_do_not_take_back_what_the_person_said(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "person-declined"), nominated(5, wish=wish("keen", "clinician")))

    assert walk.words[0] == "held asked-before"


def test_to_say_no_again_does_not_take_a_no_back(policy: Policy):
    unheard = policy.without("wish.does-not-want")
    walk = Walk(unheard, BEGUN, answered(1, "person-declined"), nominated(5, wish=wish("does-not-want")))

    assert walk.words[0] == "held asked-before"


def test_what_somebody_says_in_a_nomination_of_an_unsure_person_counts_for_nobody(policy: Policy):
    unsure = {"person": person(verification="not-verified")}
    walk = Walk(policy, nominated(1, wish=wish("does-not-want"), **unsure))

    assert walk.take(note(2, days=28))[0].startswith("prompted")
