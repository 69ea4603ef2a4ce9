"""Spells: notes that follow each other within a set gap are one spell of sickness (FACTS 2)."""

from __future__ import annotations

from datetime import date

import msgspec

from schemas.facts import Event, FitNote
from schemas.identifiers import made_id
from services.domain.decisions import EventKey
from services.domain.history import clinical_date
from services.domain.issued import issued
from services.domain.journey import Journey
from services.domain.policy import Calendar, Policy
from services.domain.working_days import working_days_between


class Spell(msgspec.Struct, frozen=True):
    """One spell. ``end`` is the last day known to belong to it; days are inclusive.

    ``open``: the note that began last states no end. ``told_by`` are all events that told of its notes.
    """

    notes: tuple[tuple[Event, FitNote], ...]
    start: date
    end: date
    open: bool = False
    told_by: tuple[EventKey, ...] = ()

    @property
    def days(self) -> int:
        """The length that is known of so far."""
        return (self.end - self.start).days + 1

    @property
    def may_be_fit(self) -> float:
        """The share of its notes that say "may be fit for work"."""
        return sum(note.advice == "may-be-fit" for _, note in self.notes) / len(self.notes)

    def working_days(self, calendar: Calendar) -> int:
        """Its length in days on which people work: Monday to Friday, without bank holidays."""
        return working_days_between(self.start, self.end, calendar)

    def holds(self, day: date, gap_days: int) -> bool:
        """Whether a day lies in the spell or so soon after it that a note then would still belong to it."""
        return self.start <= day and (day - self.end).days <= gap_days


def start_of(event: Event, note: FitNote) -> date:
    """The first day of a note: stated, else the day of the assessment."""
    return note.start or clinical_date(event)


def spells(journey: Journey, policy: Policy) -> list[Spell]:
    """All spells, oldest first. A note that gives no end reaches to its first day."""
    found: list[Spell] = []
    every = sorted(issued(journey, policy), key=lambda item: (start_of(item.event, item.note), item.event.order))
    for one in every:
        event, note = one.event, one.note
        start = start_of(event, note)
        end = max(note.end or start, start)
        last = found[-1] if found else None
        if last is not None and last.holds(start, policy.spell.gap_days):
            found[-1] = Spell(
                (*last.notes, (event, note)), last.start, max(last.end, end), note.end is None,
                (*last.told_by, *one.told_by),
            )  # fmt: skip
        else:
            found.append(Spell(((event, note),), start, end, note.end is None, one.told_by))
    return found


def spell_id(spell: Spell) -> str:
    """A spell by its first note."""
    first = spell.notes[0][0]
    return made_id(first.source, first.id, "spell")
