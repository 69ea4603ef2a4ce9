"""Fit notes: spells of sickness, each with one note or more, told by the system of the person's practice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from schemas.codes import SNOMED, WORK_SITUATION
from schemas.envelope import to_text
from schemas.events.fit_note_codes import ADJUSTMENTS, SICKNESS_CERTIFICATE, WORK_ITEM
from schemas.identifiers import made_id
from services.demo.messages import bundle, coded, organisation
from services.synth.chance import Chance
from services.synth.kinds.work import stated
from services.synth.people import Person, Trouble, troubles
from services.synth.rates import Rates
from services.synth.telling import Kind, Message, World, collected, on

_TYPE = "fit-note-issued-1"
#: Spells that began so long before the first day still bring notes after it.
_BEFORE_DAYS = 270
_LONGEST_BACK = 7
_NOTE_ID = "https://gp-systems.synth.example/Id/note"
_FORM = "https://fhir.hl7.org.uk/Questionnaire/18381000000107"
_LINK = {part: link for link, part in SICKNESS_CERTIFICATE.items()}
_EFFECTS = "Sitting and standing for long are hard; rests help."
#: Codes of the advice, not fit and may be fit: on a form, on a document's entry, by hand, and of a duplicate.
_ON_FORM = ("160910001", "225891002")
_ON_ENTRY = ("751481000000104", "751601000000107")
_BY_HAND = ("751731000000106", "751751000000104")
_DUPLICATE = ("751621000000103", "751641000000105")
_ISSUED = "775241000000108"
_BY_HAND_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Note:
    """What one note says, before its practice's system says it in its own way."""

    assessed: date
    start: date
    days: int
    code: str | None
    fit: bool
    adjustments: tuple[str, ...]
    effects: bool
    open_ended: bool
    works: bool
    by_hand: bool
    duplicate: bool = False

    @property
    def end(self) -> date:
        """The last day."""
        return self.start + timedelta(self.days - 1)

    def advice(self, usual: tuple[str, str]) -> str:
        """The code of the advice."""
        return (_DUPLICATE if self.duplicate else _BY_HAND if self.by_hand else usual)[self.fit]


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    for name, note in notes_of(person, world):
        yield from _told(person, world, note, name)


def notes_of(person: Person, world: World) -> Iterator[tuple[str, Note]]:
    """Every note of a person, with a name among theirs."""
    chance, rates = person.chance("fit notes"), world.rates
    first = world.start.date() - timedelta(_BEFORE_DAYS)
    days = (world.end.date() - first).days
    spells = rates.notes_each_year / 365 * (1 - rates.notes.further) * person.often
    for spell, begins in enumerate(chance.times(spells, days)):
        for place, note in enumerate(_notes(person, first + timedelta(int(begins)), rates, f"spell {spell}")):
            yield f"{spell}.{place}", note


def _notes(person: Person, begins: date, rates: Rates, name: str) -> Iterator[Note]:
    chance = person.chance(name)
    trouble = person.trouble
    if not chance.happens(rates.population.leaning):
        trouble = chance.by_share(troubles(rates))
    lengths = rates.notes.first_days
    while True:
        note = _note(person, chance, begins, chance.one_of(lengths), trouble, rates)
        yield note
        if not chance.happens(rates.notes.further):
            return
        begins = note.end + timedelta(1 + chance.number(-1, rates.notes.gap_days))
        lengths = rates.notes.next_days


def _note(person: Person, chance: Chance, begins: date, days: int, trouble: Trouble, rates: Rates) -> Note:
    drawn = rates.notes
    back = chance.number(1, _LONGEST_BACK) if chance.happens(drawn.back_dated) else 0
    fit = not chance.happens(drawn.not_fit)
    adjusted = chance.happens(drawn.adjustments) and fit
    return Note(
        assessed=begins + timedelta(back),
        start=begins,
        days=days,
        code=_code(person, chance, trouble, rates),
        fit=fit,
        adjustments=tuple(code for code in ADJUSTMENTS if chance.happens(0.4)) if adjusted else (),
        effects=chance.happens(drawn.effects),
        open_ended=chance.happens(drawn.open_ended),
        works=chance.happens(person.system.states_work),
        by_hand=chance.happens(_BY_HAND_SHARE),
    )


def _code(person: Person, chance: Chance, trouble: Trouble, rates: Rates) -> str | None:
    codes = rates.notes.codes
    missing, chronic = chance.happens(rates.no_code_on_forms), chance.happens(rates.notes.chronic_code)
    safety = chance.happens(codes.safety_share)
    if trouble == "mental":
        found = codes.mental
    elif trouble == "musculoskeletal":
        found = codes.chronic if chronic and person.chronic else codes.musculoskeletal
    else:
        found = codes.safety if safety else codes.other
    code = chance.one_of(found)
    return None if missing else code


def _told(person: Person, world: World, note: Note, name: str) -> Iterator[Message]:
    chance = person.chance(f"note {name}")
    system = person.system
    happened = on(note.assessed, chance.number(90, 170) / 10)
    had = collected(happened + chance.days(system.late_days), system.batch)
    backfill = chance.happens(world.rates.identity.backfill)
    yield Message(_TYPE, person.practice.source, name, happened, had, said(person, note, name), backfill)
    again = chance.number(1, 5)
    if chance.happens(world.rates.notes.duplicate_issued):
        twice = replace(note, duplicate=True)
        happened += timedelta(again)
        had = collected(happened + chance.days(system.late_days), system.batch)
        yield Message(
            _TYPE, person.practice.source, f"{name}.duplicate", happened, had, said(person, twice, f"{name}.duplicate")
        )


def said(person: Person, note: Note, name: str) -> dict[str, Any]:
    """A note as the system of the person's practice says it."""
    called = identifier(person, name)
    if person.system.shape in ("form", "duration"):
        return bundle({**_form(person, note), "identifier": called}, person.resource)
    works = [stated(person)] if note.works else []
    return bundle({**_entry(person, note), "identifier": [called]}, person.resource, *works)


def identifier(person: Person, name: str) -> dict[str, str]:
    """What the practice's system calls a note."""
    return {"system": _NOTE_ID, "value": made_id("synth note", str(person.seed), str(person.number), name)}


def _form(person: Person, note: Note) -> dict[str, Any]:
    snomed = [(_LINK["condition"], note.code), ("advice", note.advice(_ON_FORM))]
    answers: list[tuple[str, dict[str, Any]]] = [(_LINK["assessed"], {"valueDate": note.assessed.isoformat()})]
    answers += [(link, {"valueCoding": {"system": SNOMED, "code": code}}) for link, code in snomed if code]
    answers += [("adjustment", {"valueCoding": {"system": SNOMED, "code": code}}) for code in note.adjustments]
    if note.effects:
        answers.append((_LINK["effects"], {"valueString": _EFFECTS}))
    if person.system.shape == "duration" and note.days % 7 == 0:
        answers.append((_LINK["duration"], {"valueString": f"{note.days // 7} weeks"}))
    else:
        answers.append((_LINK["from"], {"valueDate": note.start.isoformat()}))
        if not note.open_ended:
            answers.append((_LINK["to"], {"valueDate": note.end.isoformat()}))
    if note.works:
        answers.append((WORK_ITEM, {"valueCoding": {"system": WORK_SITUATION, "code": person.work}}))
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": _FORM,
        "status": "completed",
        "subject": person.patient.reference(),
        "authored": to_text(on(note.assessed, 9)),
        "author": organisation(person.practice.named),
        "item": [{"linkId": link, "answer": [answer]} for link, answer in answers],
    }


def _entry(person: Person, note: Note) -> dict[str, Any]:
    codes = (note.advice(_ON_ENTRY), *([] if note.duplicate else [_ISSUED]), *note.adjustments)
    period = {"period": {"start": note.start.isoformat(), "end": note.end.isoformat()}}
    entry = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [part for code in codes for part in coded(SNOMED, code)["coding"]]},
        "subject": person.patient.reference(),
        "date": to_text(on(note.assessed, 9)),
        "custodian": organisation(person.practice.named),
        "content": [{"attachment": {"contentType": "application/pdf", "title": "Statement of Fitness for Work"}}],
    }
    return {**entry, "context": period} if person.system.shape == "document" else entry


FIT_NOTE_ISSUED = Kind(_TYPE, of_itself=_of_itself)
