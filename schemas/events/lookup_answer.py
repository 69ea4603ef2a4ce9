"""``lookup-answered-1``: what a look-up found. The question's Task, completed, with the Patient of the register (R4).

Of the Patient only the death status and the registered practice are taken.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from schemas.codes import DEATH_NOTIFICATION, LOOKUP_RESULT, NHS_NUMBER_SYSTEMS
from schemas.events.event_type import EventType
from schemas.events.task import Task, unnamed
from schemas.facts import DeathNotice, LookupAnswered, LookupResult
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.organisations import first_organisation
from schemas.fhir.payload import Entry, Payload
from schemas.identifiers import NhsNumber, NotAnIdentifier

_RESULTS: dict[str, LookupResult] = {result: result for result in get_args(LookupResult)}
_NOTICES: dict[str, DeathNotice] = {"1": "informal", "2": "formal"}
_REMOVED = "U"
#: What the Task's output says where another number stands in place of the person's.
REPLACED_BY = "replaced-by"


def _read(payload: Payload, focus: Entry) -> LookupAnswered:
    task = focus.read(_Answer)
    problems = unnamed(task, focus)
    result = _RESULTS.get(task.business_status.code(LOOKUP_RESULT) or "")
    if task.status != "completed":
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", "completed is needed"))
    if result is None:
        problems.append(Problem("focus-not-usable", f"{focus.path}.businessStatus", f"one of {', '.join(_RESULTS)}"))
    if result == "replaced" and not _another_number(task):
        problems.append(Problem("focus-not-usable", f"{focus.path}.output", "the other number is needed"))
    found = next(payload.of("Patient"), None)
    patient = found.read(_Patient) if found else None
    if result == "found" and not (patient and patient.is_registered()):
        problems.append(Problem("focus-not-usable", focus.path, "the Patient of the register is needed beside it"))
    if problems or result is None:
        raise Refused(problems)
    if result != "found" or patient is None or found is None:
        return LookupAnswered(task.name() or "", result)
    practice = first_organisation(payload, patient.general_practitioner, found)
    return LookupAnswered(task.name() or "", result, patient.death(), practice)


LOOKUP_ANSWERED = EventType("lookup-answered-1", "a look-up in a national register answered", ("Task",), _read)


class _Output(view.View, frozen=True):
    type: view.Concept = view.Concept()
    value_identifier: view.Identifier | None = None


class _Answer(Task, frozen=True):
    output: tuple[_Output, ...] = ()
    for_: view.Reference | None = msgspec.field(name="for", default=None)


class _Patient(view.Patient, frozen=True):
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None

    def is_registered(self) -> bool:
        """Whether it says a number; whose it is is looked at where the person is read."""
        return any(found.system in NHS_NUMBER_SYSTEMS and found.value for found in self.identifier)

    def death(self) -> DeathNotice | None:
        """What the register says of a death; one that it does not say who told of is no formal one."""
        stated = next((item for item in self.extension if item.url == DEATH_NOTIFICATION), None)
        status = view.code_of(stated.extension, "deathNotificationStatus") if stated else None
        if status in _NOTICES:
            return _NOTICES[status]
        died = self.deceased_boolean or self.deceased_date_time is not None
        return "informal" if died and status != _REMOVED else None


def _another_number(task: _Answer) -> bool:
    """Whether the output holds a number that really is another one than the person's."""
    asked = task.for_.identifier.value if task.for_ and task.for_.identifier else None
    for output in task.output:
        found = output.value_identifier
        if output.type.code(LOOKUP_RESULT) == REPLACED_BY and found and found.system in NHS_NUMBER_SYSTEMS:
            other = _number(found.value)
            return other is not None and other != _number(asked)
    return False


def _number(text: str | None) -> NhsNumber | None:
    try:
        return NhsNumber.parse(text or "")
    except NotAnIdentifier:
        return None
