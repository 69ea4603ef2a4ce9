"""Notes that follow each other are one spell; when a spell is a reason to ask."""

from __future__ import annotations

from datetime import date

import pytest
from domain_builders import ANKLE_SPRAIN, ASKED, CHRONIC_PAIN, Walk, discharge, event, note, on
from msgspec.structs import replace

from schemas.facts import FitNote
from services.domain.decisions import Prompted
from services.domain.policy import Policy
from services.domain.spell import spells

WAIT = "held waiting-for-spell"


def _spells(policy: Policy, *events) -> list[tuple[int, int, int]]:
    """Each spell as its number of notes, first day and last known day."""
    found = spells(Walk(policy, *events).journey, policy)
    return [(len(item.notes), (item.start - on(0)).days, (item.end - on(0)).days) for item in found]


@pytest.mark.parametrize(("begins", "expected"), [(20, [(2, 0, 26)]), (21, [(1, 0, 6), (1, 21, 27)])])
def test_a_note_that_begins_within_14_days_of_the_previous_end_is_of_the_same_spell(begins, expected, policy: Policy):
    assert _spells(policy, note(0, days=7), note(begins, days=7)) == expected


def test_a_note_within_another_note_does_not_shorten_the_spell(policy: Policy):
    assert _spells(policy, note(0, days=28), note(7, days=7), note(40, days=7)) == [(3, 0, 46)]


def test_a_note_without_an_end_reaches_to_its_first_day(policy: Policy):
    assert _spells(policy, note(0, days=None), note(14, days=None), note(28, days=None)) == [(3, 0, 28)]
    assert _spells(policy, note(0, days=None), note(15, days=None)) == [(1, 0, 0), (1, 15, 15)]


def test_a_note_without_an_end_carries_a_spell_that_has_a_stated_one(policy: Policy):
    assert _spells(policy, note(0, days=3), note(10, days=None), note(24, days=7)) == [(3, 0, 30)]


def test_a_note_that_was_assessed_after_its_end_is_one_day_long(policy: Policy):
    """It states an end and no first day: the day of the assessment is the first that is known."""
    assert _spells(policy, event(10, FitNote(assessed=on(10), end=on(3)))) == [(1, 10, 10)]


def test_a_back_dated_note_joins_two_spells(policy: Policy):
    walk = Walk(policy, note(0, days=7), note(25, days=7))
    assert len(spells(walk.journey, policy)) == 2

    walk.take(note(8, days=14, recorded=26))

    assert len(spells(walk.journey, policy)) == 1


@pytest.mark.parametrize(("days", "words"), [(27, WAIT), (28, ASKED)])
def test_one_note_of_28_days_prompts_at_once(days: int, words: str, policy: Policy):
    assert Walk(policy, note(0, days=days)).words[0] == words


@pytest.mark.parametrize(("days", "prompts"), [(13, 0), (14, 1)])
def test_notes_that_together_reach_28_days_prompt(days: int, prompts: int, policy: Policy):
    walk = Walk(policy, note(0, days=14), note(14, days=days, codes=(ANKLE_SPRAIN,)))

    assert len(walk.journey.prompts) == prompts
    assert prompts == 0 or "when.long-spell" in walk.made(Prompted)[0].rules


def test_days_that_overlap_count_once(policy: Policy):
    walk = Walk(policy, note(0, days=14), note(7, days=20, codes=(ANKLE_SPRAIN,)))
    assert not walk.journey.prompts  # 27 days, though the notes are for 34

    walk.take(note(8, days=20, codes=(ANKLE_SPRAIN,)))
    assert len(walk.journey.prompts) == 1


@pytest.mark.parametrize("codes", [(), (CHRONIC_PAIN,), (ANKLE_SPRAIN, CHRONIC_PAIN)])
def test_a_second_note_in_one_spell_prompts(codes, policy: Policy):
    walk = Walk(policy, note(0), note(7, codes=codes))

    assert "when.second-note" in walk.made(Prompted)[0].rules


def test_a_second_note_that_is_coded_to_something_else_does_not(policy: Policy):
    walk = Walk(policy, note(0), note(7, codes=(ANKLE_SPRAIN,)))
    assert walk.journey.hold == "waiting-for-spell"

    assert walk.take(note(14))[0] == ASKED  # the next one of pain does


def test_a_second_note_after_the_spell_is_a_first_one(policy: Policy):
    assert not Walk(policy, note(0), note(40)).journey.prompts


def test_a_duplicate_of_a_note_is_no_second_note(policy: Policy):
    walk = Walk(policy, note(0), note(0, id="duplicate"), note(1, start=on(0), id="printed again"))
    assert not walk.journey.prompts

    assert walk.take(note(7))[0] == ASKED


def test_a_back_dated_first_note_makes_the_known_one_the_second(policy: Policy):
    walk = Walk(policy, note(10))
    assert walk.journey.hold == "waiting-for-spell"

    assert walk.take(note(2, recorded=11))[0] == ASKED


def test_may_be_fit_prompts_without_waiting(policy: Policy):
    walk = Walk(policy, note(0, days=1, advice="may-be-fit"))

    assert "when.may-be-fit" in walk.made(Prompted)[0].rules


def test_advice_of_an_earlier_spell_is_over(policy: Policy):
    walk = Walk(policy, note(0, days=1, advice="may-be-fit", backfill=True), note(30, days=1))

    assert walk.words[0] == WAIT


def test_a_note_without_days_waits(policy: Policy):
    assert Walk(policy, note(0, days=None)).words[0] == WAIT


@pytest.mark.parametrize(("day", "prompts"), [(41, 1), (42, 0)])
def test_a_discharge_belongs_to_the_spell_until_14_days_after_it(day: int, prompts: int, policy: Policy):
    walk = Walk(policy, note(0, days=28, backfill=True), discharge(day))

    assert len(walk.journey.prompts) == prompts


def test_a_note_belongs_to_its_own_spell_though_it_was_written_in_a_later_one(policy: Policy):
    later = note(50, days=7)
    about_before = note(51, start=on(0), days=28)

    walk = Walk(policy, later, about_before)

    assert "when.long-note" in walk.made(Prompted)[0].rules


@pytest.mark.parametrize("gap", [0, 30])
def test_the_gap_is_the_policys(gap: int, policy: Policy):
    changed = replace(policy, spell=replace(policy.spell, gap_days=gap))

    assert len(_spells(changed, note(0, days=7), note(20, days=7))) == (2 if gap == 0 else 1)


def test_dates_at_the_end_of_the_calendar_are_only_long(policy: Policy):
    """Some systems say "open" by the last day that there is."""
    walk = Walk(
        policy, note(0, days=None, end=date.max), note(3, days=None, start=date.max), note(5, assessed=date.min)
    )

    assert "when.long-note" in walk.made(Prompted)[0].rules
