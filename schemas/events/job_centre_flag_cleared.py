"""``job-centre-flag-cleared-1``: the job centre's flag holds no longer.

The Flag as it now stands, ``inactive`` or ``entered-in-error``. It takes a word back; it does not say that the
person works.
"""

from __future__ import annotations

from schemas.codes import JOB_CENTRE_FLAG
from schemas.events.event_type import EventType
from schemas.events.job_centre_flag import OUT_OF_WORK
from schemas.facts import JobCentreFlagCleared
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload

_CLEARED = ("inactive", "entered-in-error")


def _read(payload: Payload, focus: Entry) -> JobCentreFlagCleared:
    flag = focus.read(_Flag)
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", f"one of {', '.join(_CLEARED)} is needed", flag.status in _CLEARED),
            ("code", "the job centre flag's code is needed", flag.code.code(JOB_CENTRE_FLAG) == OUT_OF_WORK),
            ("author", "the job centre is needed", flag.author is not None),
        )
        if not fits
    ]
    if problems:
        raise Refused(problems)
    return JobCentreFlagCleared(day(flag.period.end))


JOB_CENTRE_FLAG_CLEARED = EventType(
    "job-centre-flag-cleared-1", "the job centre's flag holds no longer", ("Flag",), _read
)


class _Flag(view.Resource, frozen=True):
    status: str | None = None
    code: view.Concept = view.Concept()
    period: view.Period = view.Period()
    author: view.Reference | None = None
