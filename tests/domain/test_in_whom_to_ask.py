"""Whom to ask: the issuer of the note, or the pain service at discharge; never a job centre."""

from __future__ import annotations

from domain_builders import OTHER_PRACTICE, PAIN_SERVICE, PRACTICE, Walk, discharge, flag, note

from services.domain.decisions import Prompted
from services.domain.policy import Policy


def _asked(walk: Walk) -> tuple[str, str, str | None]:
    prompted = walk.made(Prompted)[-1]
    return prompted.owner.ods, prompted.owner_kind, prompted.copied.ods if prompted.copied else None


def test_the_issuer_of_the_note_is_asked(policy: Policy):
    assert _asked(Walk(policy, note(0, days=28))) == (PRACTICE.ods, "gp-practice", None)


def test_the_issuer_of_this_note_is_asked_not_of_an_earlier_one(policy: Policy):
    walk = Walk(policy, note(0), note(7, issuer=OTHER_PRACTICE))

    assert _asked(walk)[0] == OTHER_PRACTICE.ods


def test_the_pain_service_is_asked_at_discharge_and_the_practice_that_it_names_gets_a_copy(policy: Policy):
    walk = Walk(policy, note(0), discharge(1, work="out-of-work", gp=OTHER_PRACTICE))

    assert _asked(walk) == (PAIN_SERVICE.ods, "pain-service", OTHER_PRACTICE.ods)


def test_a_discharge_that_names_no_practice_copies_the_issuer_of_the_last_note(policy: Policy):
    assert _asked(Walk(policy, note(0), discharge(1, work="out-of-work")))[2] == PRACTICE.ods
    assert _asked(Walk(policy, discharge(1, work="out-of-work")))[2] is None


def test_a_job_centre_is_never_asked(policy: Policy):
    by_note = Walk(policy, note(0), flag(1))
    by_discharge = Walk(policy, discharge(0), flag(1))

    assert _asked(by_note)[:2] == (PRACTICE.ods, "gp-practice")
    assert _asked(by_discharge)[:2] == (PAIN_SERVICE.ods, "pain-service")


def test_a_note_that_names_no_issuer_goes_to_who_is_known(policy: Policy):
    assert _asked(Walk(policy, note(0), note(7, issuer=None)))[0] == PRACTICE.ods
    assert _asked(Walk(policy, discharge(0), note(7, days=28, issuer=None)))[0] == PAIN_SERVICE.ods


def test_a_discharge_that_names_no_service_goes_to_the_practice(policy: Policy):
    assert _asked(Walk(policy, note(0), discharge(1, service=None, work="out-of-work")))[0] == PRACTICE.ods


def test_where_nobody_is_named_the_hold_says_so_until_somebody_is(policy: Policy):
    walk = Walk(policy, note(0, days=28, issuer=None))
    assert walk.words[0] == "held nobody-to-ask"

    walk.take(note(7))
    assert _asked(walk)[0] == PRACTICE.ods
