"""One note where codes arrive beside it; and what is derived of a spell."""

from __future__ import annotations

from itertools import permutations

import pytest
from domain_builders import ASKED, CHRONIC_PAIN, OTHER_PRACTICE, PRACTICE, Walk, event, in_error, note, on

from schemas.facts import FitNote
from services.domain.decisions import Prompted
from services.domain.issued import issued
from services.domain.policy import Policy
from services.domain.spell import spells

#: What a system that exports its codes tells of one statement: the statement, "issued", two adjustments, a duplicate.
STATEMENT = note(0, names=("urn:example:notes|1",))
BESIDE = [
    event(0.1, FitNote(), id="issued"),
    event(0.2, FitNote(adjustments=("altered-hours",)), id="altered hours"),
    event(0.3, FitNote(adjustments=("phased-return",), issuer=PRACTICE), id="phased return"),
    event(0.4, FitNote(advice="not-fit"), id="duplicate"),
]


def test_five_entries_of_one_statement_are_one_note_with_one_page_and_no_prompt(policy: Policy):
    walk = Walk(policy, STATEMENT, *BESIDE)

    assert [len(spell.notes) for spell in spells(walk.journey, policy)] == [1]
    assert [item.purpose for item in walk.journey.information] == ["note"]
    assert not walk.journey.prompts
    assert walk.take(note(7))[0] == ASKED


def test_the_note_holds_what_each_entry_said_in_whatever_order_they_came(policy: Policy):
    for order in permutations([STATEMENT, *BESIDE]):
        (one,) = issued(Walk(policy, *order).journey, policy)
        assert one.note == FitNote(
            on(0), "not-fit", (CHRONIC_PAIN,), ("altered-hours", "phased-return"), None, on(0), on(6), None, PRACTICE,
            names=STATEMENT.facts.names,
        )  # fmt: skip
        assert len(one.told_by) == 5


@pytest.mark.parametrize(
    "other",
    [
        FitNote(on(0), advice="may-be-fit"),
        FitNote(on(0), start=on(7)),
        FitNote(on(0), end=on(13)),
        FitNote(on(0), issuer=OTHER_PRACTICE),
        FitNote(on(1)),
    ],
    ids=["another advice", "another first day", "another last day", "another issuer", "written on another day"],
)
def test_what_contradicts_the_statement_is_a_note_of_its_own(other: FitNote, policy: Policy):
    walk = Walk(policy, STATEMENT, event(0.1, other, id="other"))

    assert len(issued(walk.journey, policy)) == 2


def test_a_prompt_rests_on_the_statement_and_says_that_entries_were_joined(policy: Policy):
    walk = Walk(policy, STATEMENT, *BESIDE, note(7))

    assert "note.one" in walk.made(Prompted)[0].rules
    assert {item.id for item in walk.journey.prompts[0].evidence} == {"fit-note-0", "fit-note-7"}


def test_a_duration_without_a_day_counts_from_the_day_on_which_it_was_told(policy: Policy):
    told = event(3, FitNote(conditions=(CHRONIC_PAIN,), duration=(2, "wk"), issuer=PRACTICE))
    (spell,) = spells(Walk(policy, told).journey, policy)

    assert (spell.start, spell.end, spell.open) == (on(3), on(16), False)


def test_the_length_the_number_of_notes_and_the_share_that_may_be_fit_are_derived(policy: Policy):
    walk = Walk(policy, note(0, days=14), note(10, days=14, advice="may-be-fit"), note(12, days=21))
    (spell,) = spells(walk.journey, policy)

    assert (spell.days, len(spell.notes)) == (33, 3)  # days that overlap count once
    assert spell.may_be_fit == pytest.approx(1 / 3)
    assert spell.working_days(policy.calendar) == 25  # Monday 5 January to Friday 6 February


def test_working_days_leave_out_weekends_and_bank_holidays(policy: Policy):
    (easter,) = spells(Walk(policy, note(84, days=14)).journey, policy)  # Monday 30 March 2026, for two weeks

    assert easter.working_days(policy.calendar) == 8  # Good Friday and Easter Monday are none


def test_a_correction_changes_what_is_derived_and_nothing_is_stored_beside_it(policy: Policy):
    second = note(10, days=14, advice="may-be-fit")
    walk = Walk(policy, note(0, days=14), second, in_error(11, second))
    (spell,) = spells(walk.journey, policy)

    assert (spell.days, len(spell.notes), spell.may_be_fit) == (14, 1, 0)
