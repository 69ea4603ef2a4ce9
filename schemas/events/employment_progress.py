"""``employment-progress-1``: the IPS provider tells a step of employment support.

An Observation with a code of our own, the day on which it was so, and the named worker as performer. The referral
is named in ``basedOn`` by the identifier of its Task or its ServiceRequest; where it is not, the journey says
which one is meant.
Whether a step counts is the sender's to say (a job start: after 4 paid hours; in work at 13 weeks: 7 hours a week
in 13 of 16 weeks).
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import EMPLOYMENT_PROGRESS, RFC4122, TASK_ID
from schemas.events.event_type import EventType
from schemas.events.worker import named_worker
from schemas.facts import EmploymentProgress, ProgressKind, Worker
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload
from schemas.outputs.referral import REFERRAL_ID

_KINDS: dict[str, ProgressKind] = {kind: kind for kind in get_args(ProgressKind)}
_STANDS = frozenset({"final", "amended", "corrected"})


def _read(payload: Payload, focus: Entry) -> EmploymentProgress:
    seen = focus.read(_Observation)
    kinds = {coding.code for coding in seen.code.coding if coding.system == EMPLOYMENT_PROGRESS}
    kind = _KINDS.get(next(iter(kinds)) or "") if len(kinds) == 1 else None
    on = day(seen.effective_date_time)
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", f"one of {', '.join(sorted(_STANDS))} is needed", seen.status in _STANDS),
            ("code", f"one of {', '.join(_KINDS)} is needed", kind is not None),
            ("effectiveDateTime", "the day is needed", on is not None),
        )
        if not fits
    ]
    if problems or kind is None or on is None:
        raise Refused(problems)
    return EmploymentProgress(kind, on, _referral(seen.based_on), _worker(payload, focus, seen.performer))


EMPLOYMENT_PROGRESSED = EventType(
    "employment-progress-1", "a step of employment support was made", ("Observation",), _read
)


class _Observation(view.Resource, frozen=True):
    status: str | None = None
    code: view.Concept = view.Concept()
    effective_date_time: str | None = None
    based_on: tuple[view.Reference, ...] = ()
    performer: tuple[view.Reference, ...] = ()


def _referral(based_on: tuple[view.Reference, ...]) -> str | None:
    named = [found.identifier for found in based_on if found.identifier is not None]
    for system in (TASK_ID, REFERRAL_ID, RFC4122):
        for identifier in named:
            if identifier.system == system and identifier.value:
                return identifier.value.removeprefix("urn:uuid:")
    return None


def _worker(payload: Payload, focus: Entry, performers: tuple[view.Reference, ...]) -> Worker | None:
    return next((found for performer in performers if (found := named_worker(payload, performer, focus))), None)
