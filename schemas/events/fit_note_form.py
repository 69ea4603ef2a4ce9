"""A fit note as answers: UK Core's fitness for work form, or the sickness certificate form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from schemas.codes import SNOMED, UCUM, WORK_SITUATION
from schemas.events.fit_note_codes import (
    ADJUSTMENTS,
    ADVICE,
    FITNESS_FOR_WORK,
    FITNESS_FOR_WORK_NAME,
    SICKNESS_CERTIFICATE,
    SICKNESS_CERTIFICATE_NAME,
    Part,
)
from schemas.events.fit_note_names import named
from schemas.fact import Adjustment
from schemas.facts import Advice, Coding, FitNote
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day, last_day
from schemas.fhir.organisations import first_organisation, only_organisation
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.work import work_situation

_STANDS = frozenset({"completed", "amended"})
_DURATION = re.compile(r"\s*([0-9]{1,3})\s*(day|week|month)s?\s*\.?\s*", re.IGNORECASE)
_BOTH = {**SICKNESS_CERTIFICATE, **FITNESS_FOR_WORK}
_UNITS = {"day": "d", "week": "wk", "month": "mo"}


def read_form(payload: Payload, focus: Entry) -> FitNote:
    """Read a QuestionnaireResponse. Raises Refused (focus-not-usable) when it is no fit note or does not stand."""
    form = focus.read(_Form)
    found = _Answers()
    name = form.questionnaire or ""
    known = _BOTH if FITNESS_FOR_WORK_NAME in name else SICKNESS_CERTIFICATE
    for link, answer in _answers(form.item):
        found.take(known.get(link), answer)
    problems = []
    if form.status not in _STANDS:
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", "completed or amended is needed"))
    if not (found.advice or FITNESS_FOR_WORK_NAME in name or SICKNESS_CERTIFICATE_NAME in name):
        problems.append(Problem("focus-not-usable", f"{focus.path}.questionnaire", "these answers are no fit note"))
    if len(found.advice) > 1:
        problems.append(Problem("focus-not-usable", f"{focus.path}.item", "both not fit and may be fit"))
    start, end = found.period()
    if start and end and end < start:
        problems.append(Problem("focus-not-usable", f"{focus.path}.item", "the period ends before it begins"))
    if problems:
        raise Refused(problems)
    return FitNote(
        assessed=found.assessed,
        advice=found.advice[0] if found.advice else None,
        conditions=tuple(dict.fromkeys(found.conditions)),
        adjustments=tuple(word for word in ADJUSTMENTS.values() if word in found.adjustments),
        functional_effects="\n".join(found.effects) or None,
        start=start,
        end=end,
        assess_again=found.again,
        issuer=first_organisation(payload, (form.author, form.source), focus) or only_organisation(payload),
        work=work_situation(payload, found.work),
        names=named((form.identifier,)),
        duration=found.duration if start is None and end is None else None,
    )


class _Answer(view.View, frozen=True):
    value_boolean: bool | None = None
    value_date: str | None = None
    value_date_time: str | None = None
    value_string: str | None = None
    value_coding: view.Coding | None = None
    value_quantity: view.Quantity | None = None
    item: tuple[_Item, ...] = ()


class _Item(view.View, frozen=True):
    link_id: str
    answer: tuple[_Answer, ...] = ()
    item: tuple[_Item, ...] = ()


class _Form(view.Resource, frozen=True):
    identifier: view.Identifier | None = None
    questionnaire: str | None = None
    status: str | None = None
    author: view.Reference | None = None
    source: view.Reference | None = None
    item: tuple[_Item, ...] = ()


@dataclass(slots=True)
class _Answers:
    """What the answers say, gathered answer by answer."""

    assessed: date | None = None
    advice: list[Advice] = field(default_factory=list)
    conditions: list[Coding] = field(default_factory=list)
    adjustments: set[Adjustment] = field(default_factory=set)
    effects: list[str] = field(default_factory=list)
    duration: tuple[int, str] | None = None
    start: date | None = None
    end: date | None = None
    again: bool | None = None
    work: list[str | None] = field(default_factory=list)

    def take(self, part: Part | None, answer: _Answer) -> None:
        """Take one answer: by what its code means, else by its place in the form."""
        coding = answer.value_coding
        if coding is not None and coding.system == SNOMED and coding.code in ADVICE:
            if ADVICE[coding.code] not in self.advice:
                self.advice.append(ADVICE[coding.code])
        elif coding is not None and coding.system == SNOMED and coding.code in ADJUSTMENTS:
            self.adjustments.add(ADJUSTMENTS[coding.code])
        elif part is not None:
            self._take_part(part, answer)

    def period(self) -> tuple[date | None, date | None]:
        """First and last day: as stated, else the duration from the first day or the day of the assessment."""
        start = self.start or (self.assessed if self.duration else None)
        if start is not None and self.end is None and self.duration is not None:
            return start, last_day(start, *self.duration)
        return start, self.end

    def _take_part(self, part: Part, answer: _Answer) -> None:
        stated, coding = day(answer.value_date or answer.value_date_time), answer.value_coding
        match part:
            case "assessed":
                self.assessed = self.assessed or stated
            case "from":
                self.start = self.start or stated
            case "to":
                self.end = self.end or stated
            case "duration":
                self.duration = self.duration or _duration(answer)
            case "assess-again":
                self.again = answer.value_boolean if self.again is None else self.again
            case "effects":
                self.effects.extend([answer.value_string] if answer.value_string else [])
            case "condition":
                if coding is not None and coding.system and coding.code:
                    self.conditions.append(Coding(coding.system, coding.code))
            case "work":
                if coding is not None and coding.system == WORK_SITUATION:
                    self.work.append(coding.code)
            case _:
                assert_never(part)


def _answers(items: tuple[_Item, ...]) -> Iterator[tuple[str, _Answer]]:
    for item in items:
        for answer in item.answer:
            yield item.link_id, answer
            yield from _answers(answer.item)
        yield from _answers(item.item)


def _duration(answer: _Answer) -> tuple[int, str] | None:
    """A duration as count and UCUM unit: a Quantity, or words such as "4 weeks". Other words: not known."""
    quantity = answer.value_quantity
    if quantity is not None and quantity.system == UCUM and quantity.value is not None and quantity.code:
        return (int(quantity.value), quantity.code) if quantity.value.is_integer() else None
    words = _DURATION.fullmatch(answer.value_string or "")
    return (int(words.group(1)), _UNITS[words.group(2).lower()]) if words else None
