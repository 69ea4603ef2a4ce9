"""When to ask: at once for someone out of work, else when absence grows long (study: timing; programme rules)."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from schemas.facts import Event, FitNote, WaitDue
from services.domain.decisions import EventKey
from services.domain.history import clinical_date, introductions, key, lasts_from_being_told, now
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.rules.evidence import is_of_something_else
from services.domain.rules.work import Situation
from services.domain.spell import Spell, spell_id, spells, start_of


class Moment(msgspec.Struct, frozen=True):
    """Why now."""

    rules: tuple[str, ...]
    events: tuple[EventKey, ...]
    words: tuple[str, ...]


def moment(journey: Journey, event: Event, situation: Situation, policy: Policy) -> Moment | None:
    """Why one asks now, or none to wait."""
    if situation.work == "out-of-work" and policy.on("when.find-work"):
        return Moment(("when.find-work",), (), ("the person is out of work",))
    asked_for = _asked_for(journey, policy)
    if asked_for:
        return Moment(("when.introduction",), tuple(asked_for), ("help with work was asked for",))
    spell = _spell_of(event, spells(journey, policy), policy)
    return _in_spell(spell, now(journey).date(), policy) if spell else None


def _spell_of(event: Event, found: list[Spell], policy: Policy) -> Spell | None:
    """The spell that a note belongs to, else the latest one that holds the day of the event."""
    if isinstance(event.facts, WaitDue):
        about = event.facts.about
        return next((spell for spell in found if spell_id(spell) == about), None)
    own = (spell for spell in found if key(event) in spell.told_by)
    day = clinical_date(event)
    return next(own, None) or next((item for item in reversed(found) if item.holds(day, policy.spell.gap_days)), None)


def _asked_for(journey: Journey, policy: Policy) -> list[EventKey]:
    """The introductions that are no old news: who comes forward is not made to wait for an absence to grow long."""
    if not policy.on("when.introduction"):
        return []
    from_day = now(journey).date() - timedelta(days=policy.old_news.days)
    return [key(event) for event, _ in introductions(journey) if clinical_date(event) >= from_day]


def _in_spell(spell: Spell, today: date, policy: Policy) -> Moment | None:
    long = policy.spell.long_days
    lasting = [spell.notes[-1][0]] if spell.open and (today - spell.start).days >= long else []
    long_notes = [
        event for event, note in spell.notes if note.end and (note.end - start_of(event, note)).days + 1 >= long
    ]
    fit = [event for event, note in spell.notes if note.advice == "may-be-fit"]
    second = [event for event, note in _after_the_first(spell) if not is_of_something_else(note, policy)]
    every = [event for event, _ in spell.notes]
    found = [
        (rule, events, words)
        for rule, holds, events, words in (
            ("when.long-note", bool(long_notes), long_notes, f"a fit note is for {long} days or more"),
            ("when.long-spell", len(every) > 1 and spell.days >= long, every, f"fit notes together reach {long} days"),
            ("when.second-note", bool(second), second, "this is not the first fit note of the spell"),
            (
                "when.open-spell",
                bool(lasting),
                lasting,
                f"the absence has lasted {long} days and nobody stated its end",
            ),
            ("when.may-be-fit", bool(fit), fit, "a fit note says 'may be fit for work'"),
        )
        if holds and policy.on(rule)
    ]
    if not found:
        return None
    read_so = (
        *(("note.one",) if len(spell.told_by) > len(spell.notes) else ()),
        *(("note.duration",) if any(lasts_from_being_told(event) for event, _ in spell.notes) else ()),
    )
    return Moment(
        (*(rule for rule, _, _ in found), *read_so),
        tuple(sorted({key(event) for _, events, _ in found for event in events})),
        tuple(words for _, _, words in found),
    )


def _after_the_first(spell: Spell) -> list[tuple[Event, FitNote]]:
    """The further notes: a duplicate states the same days as an earlier one, and is no second note (FACTS 2)."""
    seen: set[tuple[date, date | None]] = set()
    further = []
    for event, note in spell.notes:
        days = (start_of(event, note), note.end)
        if seen and days not in seen:
            further.append((event, note))
        seen.add(days)
    return further
