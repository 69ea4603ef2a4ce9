"""People who come forward, or are brought by a group that they know: what that lifts, and what it never lifts."""

from __future__ import annotations

from datetime import date

import pytest
from domain_builders import (
    ASKED,
    CHRONIC_PAIN,
    OTHER_PRACTICE,
    PRACTICE,
    TERMINAL_ILLNESS,
    Walk,
    agreed,
    answered,
    discharge,
    flag,
    in_error,
    introduced,
    nominated,
    note,
    person,
    therapy,
    wish,
)

from services.domain.decisions import Prompted
from services.domain.policy import Policy

GROUPS = ["support-group", "community-group", "library"]
NOT_WANTED = (note(0, days=28), answered(1, "not-now", wish=wish("does-not-want")))
NOT_NOW = (note(0, days=28), answered(1, "not-now"))
DECLINED = (note(0, days=28), answered(1, "person-declined"))
MUTED = (note(0, days=28), note(120, days=28))


@pytest.mark.parametrize("before", [NOT_WANTED, NOT_NOW, DECLINED], ids=["does not want", "not now", "declined"])
def test_who_comes_forward_is_asked_about_again_at_once(before, policy: Policy):
    assert Walk(policy, *before, introduced(2)).words == (ASKED, "care package")


def test_who_comes_forward_lifts_the_silence_of_an_organisation(policy: Policy):
    walk = Walk(policy, *MUTED, note(150, days=28))
    assert walk.journey.hold == "asked-before"

    assert walk.take(introduced(160)) == (ASKED, "care package")
    assert "again.introduction" in walk.made(Prompted)[-1].rules


@pytest.mark.parametrize("by", GROUPS)
@pytest.mark.parametrize(
    ("before", "reason"), [(NOT_WANTED, "does-not-want"), (NOT_NOW, "asked-before"), (DECLINED, "asked-before")]
)
def test_a_group_lifts_nothing_that_the_person_or_their_clinician_said(by, before, reason: str, policy: Policy):
    walk = Walk(policy, *before, introduced(2, by))

    assert walk.words == (f"held {reason}", "care package")


def test_the_persons_own_words_count_whoever_brings_them(policy: Policy):
    walk = Walk(policy, *NOT_WANTED, introduced(2, "library", wish=wish("keen")))

    assert walk.words == ("held asked-before", "care package")  # the wish is lifted, the clinician's "not now" is not


def test_a_wish_that_a_group_guesses_is_none(policy: Policy):
    walk = Walk(policy, *NOT_WANTED, introduced(2, "library", wish=wish("keen", "clinician")))

    assert walk.words == ("held does-not-want", "care package")


def test_who_comes_forward_and_says_no_is_not_asked_about(policy: Policy):
    assert Walk(policy, note(0, days=28, backfill=True), introduced(1, wish=wish("does-not-want"))).words == (
        "held does-not-want",
        "care package",
    )


def test_a_no_after_coming_forward_holds_again(policy: Policy):
    walk = Walk(policy, *NOT_WANTED, introduced(2), answered(5, "not-now", wish=wish("does-not-want")), note(100))

    assert walk.journey.hold == "does-not-want"


def test_a_not_now_after_coming_forward_holds_again_whichever_arrives_first(policy: Policy):
    late = introduced(0.5, recorded=3)
    assert Walk(policy, *NOT_NOW, late).words == ("held asked-before", "care package")

    walk = Walk(policy, *NOT_NOW, introduced(2), answered(3, "not-now"), note(10))
    assert walk.journey.hold == "asked-before"


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ((note(0, codes=(CHRONIC_PAIN, TERMINAL_ILLNESS)),), "safety"),
        ((note(0, person=person(date(1950, 1, 1))),), "age"),
        ((note(0), flag(1, person=person(date(1980, 6, 16)), known_and_agreed=False)), "identity"),
        ((note(0), flag(0, programme="example-programme", backfill=True)), "on-another-programme"),
        ((note(0, days=28),), "already-prompted"),
        ((note(0, days=28), answered(1, "invite")), "already-invited"),
        ((note(0, days=28), agreed(1)), "already-referred"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_introduction_lifts_what_keeps_people_safe_or_a_help_that_is_there(before, reason: str, policy: Policy):
    born = date(1950, 1, 1) if reason == "age" else date(1980, 6, 15)
    walk = Walk(policy, *before, introduced(2, person=person(born)))

    assert walk.journey.hold == reason
    assert len(walk.journey.prompts) == (1 if reason.startswith("already") else 0)


def test_a_not_suitable_of_the_clinician_who_was_asked_is_not_lifted(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(1, "not-suitable", reason="too-unwell"), introduced(2))

    assert walk.words == ("held asked-before", "care package")


def test_coming_forward_is_a_wish_and_no_evidence_of_pain(policy: Policy):
    walk = Walk(policy, introduced(0, organisation=PRACTICE))
    assert walk.words == ("held no-evidence", "care package")

    assert walk.take(note(5)) == (ASKED, "information note", "care package")  # nobody is made to wait for four weeks
    assert {"when.introduction", "evidence.narrow-code"} <= set(walk.made(Prompted)[0].rules)


def test_an_agreement_to_be_introduced_refers_nobody(policy: Policy):
    walk = Walk(policy, note(0), introduced(1))

    assert (len(walk.journey.prompts), len(walk.journey.referrals)) == (1, 0)


def test_an_introduction_of_long_ago_makes_nobody_ask_early(policy: Policy):
    walk = Walk(policy, introduced(0), note(61))

    assert walk.journey.hold == "waiting-for-spell"


def test_old_news_of_an_introduction_moves_nobody(policy: Policy):
    assert Walk(policy, note(0), introduced(1, backfill=True)).words == ("care package",)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ((note(0),), "gp-practice Y99901"),
        ((discharge(0),), "pain-service Y99903"),
        ((nominated(0, wish=wish("not-sure", "clinician"), backfill=True), note(0, issuer=None)), "gp-practice Y99901"),
        ((note(0, issuer=None), therapy(0, gp=PRACTICE)), "gp-practice Y99901"),
        ((note(0, issuer=None),), "gp-practice Y99902"),
    ],
    ids=["issuer", "pain service", "nominating clinician", "practice that a discharge names", "named by it"],
)
def test_an_introduction_prompts_who_is_known_else_the_organisation_that_it_names(known, asked: str, policy: Policy):
    walk = Walk(policy, *known, introduced(1, organisation=OTHER_PRACTICE))

    assert walk.words[0] == f"prompted {asked} to keep-work"


def test_an_introduction_that_names_nobody_is_kept_until_somebody_can_be_asked(policy: Policy):
    first = note(0, issuer=None)
    walk = Walk(policy, first, introduced(1))
    assert walk.journey.hold == "nobody-to-ask"

    assert walk.take(note(2))[0] == ASKED
    assert walk.take(in_error(3, first))[:2] == ("information withdrawn note-in-error", "held already-prompted")
