"""Corrections of fit notes: entered in error, or written anew, by the system of the person's practice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.synth.kinds.fit_notes import Note, identifier, notes_of, said
from services.synth.people import Person
from services.synth.telling import Kind, Message, World, collected, on

_TYPE = "fit-note-corrected-1"
_MOST_DAYS = 20


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    drawn, system = world.rates.notes, person.system
    for name, note in notes_of(person, world):
        own = person.chance(f"correction {name}")
        in_error = own.happens(drawn.in_error)
        if not in_error and not own.happens(drawn.replaced):
            continue
        happened = on(note.assessed + timedelta(own.number(1, _MOST_DAYS)), own.number(90, 170) / 10)
        had = collected(happened + own.days(system.late_days), system.batch)
        data = _in_error(person, note, name) if in_error else _anew(person, note, name, own.one_of(drawn.first_days))
        yield Message(_TYPE, person.practice.source, name, happened, had, data)


def _in_error(person: Person, note: Note, name: str) -> dict[str, Any]:
    data = said(person, note, name)
    data["entry"][0]["resource"]["status"] = "entered-in-error"
    return data


def _anew(person: Person, note: Note, name: str, days: int) -> dict[str, Any]:
    """A form keeps its identifier; a document gets another one, and says which it replaces."""
    anew = replace(note, days=days)
    if person.system.shape in ("form", "duration"):
        data = said(person, anew, name)
        data["entry"][0]["resource"]["status"] = "amended"
        return data
    data = said(person, anew, f"{name}.anew")
    target = {"identifier": identifier(person, name)}
    data["entry"][0]["resource"]["relatesTo"] = [{"code": "replaces", "target": target}]
    return data


FIT_NOTE_CORRECTED = Kind(_TYPE, of_itself=_of_itself)
