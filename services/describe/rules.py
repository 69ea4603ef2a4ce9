"""What an inbound event must say and what Fitpath takes from it, asked of the code that reads it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import get_type_hints

from schemas.events import EVENT_TYPES
from schemas.events.event_type import EventType
from schemas.failures import FAILURES, Failure, Problem, Refused
from schemas.fhir.payload import open_payload
from services.describe.kinds import fields_of, in_words
from services.describe.operations import EVENT_REFUSALS


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element must say. ``of`` is the resource, ``place`` the element in it."""

    of: str
    place: str
    words: str


@cache
def rules_of(event_type: str) -> tuple[Rule, ...]:
    """What is missing in a focus that says nothing, for each kind of it, and in a Consent that says nothing."""
    row = EVENT_TYPES[event_type]
    focus = [rule for kind in row.focus for rule in _missing(row, kind)]
    if "Consent" in row.focus:
        return tuple(focus)
    beside = [rule for rule in _missing(row, row.focus[0], "Consent") if rule.of == "Consent"]
    return (*focus, *beside)


def refusals() -> list[Failure]:
    """Why an event can be refused at a door, the same for every type, in the order of the closed list."""
    return [failure for code, failure in FAILURES.items() if code in EVENT_REFUSALS]


def facts_of_type(event_type: str) -> list[tuple[str, str]]:
    """Each fact that is taken from an event of a type, and what it can be."""
    model = get_type_hints(EVENT_TYPES[event_type].read)["return"]
    return [(field.name.replace("_", " "), in_words(field.type)) for field in fields_of(model)]


def _missing(row: EventType, *kinds: str) -> list[Rule]:
    """The problems of a payload whose resources have a kind and a status at most; the first one is the focus."""
    entries = [{"resource": {"resourceType": kind, **_STANDS.get(kind, {})}} for kind in kinds]
    payload = open_payload(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode())
    try:
        row.read(payload, payload.focus(kinds[:1]))
    except Refused as refused:
        return [_rule(problem, kinds) for problem in refused.problems]
    return []


#: Only a Consent that stands is read as an agreement.
_STANDS = {"Consent": {"status": "active"}}
_PLACE = re.compile(r"Bundle\.entry\[(\d+)\]\.resource\.?")


def _rule(problem: Problem, kinds: tuple[str, ...]) -> Rule:
    where = _PLACE.match(problem.expression or "")
    if where is None:
        raise ValueError("a problem of an element says where it is")
    place = str(problem.expression)[where.end() :]
    return Rule(kinds[int(where.group(1))], place, problem.detail or problem.failure.words)
