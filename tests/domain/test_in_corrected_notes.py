"""Fit notes that are replaced, entered in error or handed out again: what stands is weighed, whatever came first."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from domain_builders import (
    ANKLE_SPRAIN,
    ASKED,
    CHRONIC_PAIN,
    Walk,
    agreed,
    answered,
    discharge,
    event,
    in_error,
    note,
    on,
    person,
    replaced,
)

from schemas.facts import FitNote, FitNoteCorrection
from services.domain.decisions import OutOfSequence, Prompted
from services.domain.history import notes, sure
from services.domain.policy import Policy
from services.domain.rules.again import is_open
from services.domain.spell import spells

NAME = "urn:example:notes|1"
OTHER_DAY = person(date(1980, 6, 16))


def _days(walk: Walk) -> list[tuple[int, int]]:
    """The first and last day of each note that stands."""
    return [((told.start - on(0)).days, (told.end - on(0)).days) for _, told in notes(walk.journey)]


def test_a_note_in_error_is_kept_and_nothing_rests_on_it(policy: Policy):
    wrong = note(0, days=28, backfill=True)
    walk = Walk(policy, wrong, in_error(1, wrong))

    assert walk.words == ("held no-evidence", "care package")  # no page had gone out
    assert len(walk.journey.facts) == 2
    assert walk.take(note(2, codes=())) == ("information note", "care package")  # still no evidence


def test_a_note_in_the_place_of_another_counts_with_its_own_days(policy: Policy):
    wrong = note(0)
    walk = Walk(policy, wrong)
    assert walk.journey.hold == "waiting-for-spell"

    words = walk.take(replaced(1, wrong, note(0, days=28)))

    assert words == (ASKED, "care package")  # the page went out with the first one
    assert walk.made(Prompted)[0].evidence[0].id == "replaced-1"
    assert _days(walk) == [(0, 27)]


def test_a_prompt_that_rested_on_a_note_in_error_is_withdrawn_with_the_notes_page(policy: Policy):
    wrong = note(0, days=28)
    walk = Walk(policy, wrong, in_error(1, wrong))

    assert walk.words == (
        "prompt withdrawn note-in-error",
        "information withdrawn note-in-error",
        "held no-evidence",
        "care package",
    )
    assert walk.take(note(2, days=28)) == (ASKED, "information note", "care package")  # a right one asks anew


def test_an_invitation_that_rested_on_a_note_in_error_is_revoked(policy: Policy):
    wrong = note(0, days=28)
    walk = Walk(policy, wrong, answered(1, "invite"), in_error(2, wrong))

    assert walk.words[:3] == (
        "prompt withdrawn note-in-error",
        "information withdrawn note-in-error",  # of the note
        "information withdrawn note-in-error",  # of the invitation
    )
    assert {page.withdrawn for page in walk.journey.information} == {"note-in-error"}


def test_a_prompt_that_rests_on_something_else_too_stays(policy: Policy):
    wrong = note(0, days=28)
    walk = Walk(policy, discharge(0, backfill=True), wrong, in_error(1, wrong))

    assert walk.words == ("information withdrawn note-in-error", "held already-prompted", "care package")


def test_a_note_that_is_replaced_by_one_without_pain_takes_the_prompt_with_it_and_keeps_its_page(policy: Policy):
    wrong = note(0, days=28)
    walk = Walk(policy, wrong, replaced(1, wrong, note(0, days=28, codes=(ANKLE_SPRAIN,))))

    assert walk.words == ("prompt withdrawn note-in-error", "held no-evidence", "care package")


def test_a_copy_that_alone_named_the_pain_takes_the_prompt_with_it(policy: Policy):
    copy = note(1, days=28, names=("urn:example:notes|copy",))
    said = event(2, FitNoteCorrection("duplicate-issued", names=(NAME,), copy=("urn:example:notes|copy",)))
    walk = Walk(policy, note(0, codes=(), names=(NAME,)), copy, said)

    assert walk.words == ("prompt withdrawn note-in-error", "care package")


def test_a_referral_that_the_person_agreed_to_goes_on(policy: Policy):
    wrong = note(0, days=28)
    walk = Walk(policy, wrong, agreed(1), in_error(2, wrong))

    assert walk.words == ("information withdrawn note-in-error", "held no-evidence", "care package")
    assert walk.journey.referrals[0].cancellation is None


def test_one_entry_in_error_beside_a_statement_that_stands_leaves_the_page(policy: Policy):
    entry = event(0, FitNote(on(0), adjustments=("altered-hours",)), id="altered hours")
    walk = Walk(policy, entry, note(0.1, days=28), in_error(1, entry))

    assert [page.withdrawn for page in walk.journey.information] == [None]
    assert "prompt withdrawn note-in-error" not in walk.words


@pytest.mark.parametrize("recorded", [1, 70])
def test_an_old_correction_still_withdraws(recorded: int, policy: Policy):
    wrong = note(0, days=28, recorded=recorded - 1)
    walk = Walk(policy, wrong, in_error(1, wrong, backfill=True, recorded=recorded))

    assert not any(is_open(prompt, walk.journey) for prompt in walk.journey.prompts)


@pytest.mark.parametrize("named", [True, False])
def test_any_order_of_arrival_ends_in_the_same_notes(named: bool, policy: Policy):
    first = note(0, names=(NAME,))
    anew = replaced(1, first, note(0, days=14, names=("urn:example:notes|2",)), recorded=3)
    if named:
        facts = FitNoteCorrection("replaced", names=(NAME,), note=anew.facts.note)
        anew = event(1, facts, id="replaced", recorded=3)
    again = in_error(2, anew, recorded=3)
    other = note(3, days=7)
    ends = []
    for order in permutations([first, anew, again, other]):
        walk = Walk(policy, *order)
        ends.append((walk.journey.facts, _days(walk)))
    assert all(end == ends[0] for end in ends)
    assert ends[0][1] == [(3, 9)]


def test_a_correction_before_its_note_is_kept_and_marked_and_the_note_that_comes_causes_nothing(policy: Policy):
    wrong = note(0, days=28, recorded=2)
    walk = Walk(policy, in_error(1, wrong))
    assert walk.words == ("out of sequence",)
    assert walk.made(OutOfSequence)[0].about == "note"

    assert walk.take(wrong) == ("care package",)
    assert not walk.journey.prompts
    assert walk.take(note(3))[0] == "held waiting-for-spell"


def test_a_replacement_before_its_note_is_a_note_and_brings_the_one_page(policy: Policy):
    wrong = note(0, recorded=2)
    walk = Walk(policy, replaced(1, wrong, note(0, days=28)))
    assert walk.words == (ASKED, "information note", "care package")

    assert walk.take(wrong) == ("care package",)
    assert _days(walk) == [(0, 27)]


def test_the_same_identifier_issued_anew_after_a_correction_stands(policy: Policy):
    correction = event(1, FitNoteCorrection("entered-in-error", names=(NAME,)))
    walk = Walk(policy, note(0, names=(NAME,)), correction, note(2, names=(NAME,)))

    assert _days(walk) == [(2, 8)]


def test_a_copy_is_no_second_note_before_or_after_it_is_said_to_be_one(policy: Policy):
    first = note(0, names=(NAME,))
    copy = note(5, start=on(1), names=("urn:example:notes|copy",))  # it states other days by mistake
    said = event(6, FitNoteCorrection("duplicate-issued", names=(NAME,), copy=("urn:example:notes|copy",)))

    for order in permutations([copy, said]):
        walk = Walk(policy, first, *order)
        assert [len(spell.notes) for spell in spells(walk.journey, policy)] == [1]
    assert walk.words == ("care package",)
    assert walk.take(note(8))[0] == ASKED  # the second one


def test_a_birth_date_that_disagrees_is_mended_by_correcting_the_note_that_states_it(policy: Policy):
    wrong = note(1, person=OTHER_DAY)
    walk = Walk(policy, note(0), wrong)
    assert walk.journey.hold == "identity"

    walk.take(in_error(2, wrong))
    assert walk.journey.hold == "waiting-for-spell"
    assert walk.take(note(7))[0] == ASKED


def test_a_correction_with_the_wrong_birth_date_disagrees_like_any_fact(policy: Policy):
    first = note(0)
    walk = Walk(policy, first, replaced(1, first, note(0, days=28), person=OTHER_DAY))
    assert walk.words[0] == ASKED  # no other fact is left that states a day

    assert walk.take(note(2))[0] == "held identity"


def test_a_correction_about_somebody_who_is_not_known_for_sure_takes_nothing_back(policy: Policy):
    first = note(0)
    walk = Walk(policy, first, in_error(1, first, person=person(verification="not-verified")))

    assert _days(walk) == [(0, 6)]
    assert len(sure(walk.journey)) == 1


def test_an_old_correction_moves_nobody_and_still_corrects(policy: Policy):
    wrong = note(0)
    walk = Walk(policy, wrong, replaced(1, wrong, note(0, days=28), recorded=70))

    assert walk.words == ("care package",)
    assert _days(walk) == [(0, 27)]


def test_the_correction_of_one_note_leaves_the_others(policy: Policy):
    wrong = note(0, codes=(ANKLE_SPRAIN,))
    walk = Walk(policy, wrong, note(3, codes=(CHRONIC_PAIN,)), in_error(4, wrong))

    assert _days(walk) == [(3, 9)]
