"""``job-centre-flagged-1``: the job centre says that the person is out of work."""

from __future__ import annotations

from schemas.codes import JOB_CENTRE_FLAG, KNOWN_AND_AGREED, OWN
from schemas.events.event_type import EventType
from schemas.facts import JobCentreFlag
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload

#: Our own extension: a programme that the person is on (code).
PROGRAMME_EXTENSION = f"{OWN}/StructureDefinition/programme"
OUT_OF_WORK = "out-of-work"


def _read(payload: Payload, focus: Entry) -> JobCentreFlag:
    flag = focus.read(_Flag)
    problems = []
    if flag.status != "active":
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", "active is needed"))
    if flag.code.code(JOB_CENTRE_FLAG) != OUT_OF_WORK:
        problems.append(Problem("focus-not-usable", f"{focus.path}.code", "the job centre flag's code is needed"))
    if flag.author is None:
        problems.append(Problem("focus-not-usable", f"{focus.path}.author", "the job centre is needed"))
    if problems:
        raise Refused(problems)
    return JobCentreFlag(
        known_and_agreed=any(found.url == KNOWN_AND_AGREED and found.value_boolean is True for found in flag.extension),
        out_of_work_since=day(flag.period.start),
        programme=view.code_of(flag.extension, PROGRAMME_EXTENSION),
    )


JOB_CENTRE_FLAGGED = EventType(
    "job-centre-flagged-1", "the job centre says that the person is out of work", ("Flag",), _read
)


class _Flag(view.Resource, frozen=True):
    status: str | None = None
    code: view.Concept = view.Concept()
    period: view.Period = view.Period()
    author: view.Reference | None = None
