"""``employment-progress-1``: the IPS provider tells a step of employment support.

An Observation with a code of our own, the day on which it was so, and the named worker as performer. The referral
is named in ``basedOn`` by the identifier of its Task or its ServiceRequest; where it is not, the journey says
which one is meant.
Of a placement that ended the value says how (``unsafe``, ``unsupported``, or another reason), and the extension
``adjustment``, as often as needed, what was asked for.
Whether a step counts is the sender's to say (a job start: after 4 paid hours; in work at 13 weeks: 7 hours a week
in 13 of 16 weeks).
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import ADJUSTMENT, EMPLOYMENT_PROGRESS, REASON, SNOMED
from schemas.events.event_type import EventType
from schemas.events.fit_note_codes import ADJUSTMENTS
from schemas.events.referral import referral_named
from schemas.events.worker import first_worker
from schemas.fact import Adjustment
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload
from schemas.support_facts import EmploymentProgress, ProgressKind

_KINDS: dict[str, ProgressKind] = {kind: kind for kind in get_args(ProgressKind)}
_STANDS = frozenset({"final", "amended", "corrected"})


def _read(payload: Payload, focus: Entry) -> EmploymentProgress:
    seen = focus.read(_Observation)
    kinds = {coding.code for coding in seen.code.coding if coding.system == EMPLOYMENT_PROGRESS}
    kind = _KINDS.get(next(iter(kinds)) or "") if len(kinds) == 1 else None
    on = day(seen.effective_date_time)
    adjustments, known = _adjustments(seen.extension)
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", f"one of {', '.join(sorted(_STANDS))} is needed", seen.status in _STANDS),
            ("code", f"one of {', '.join(_KINDS)} is needed", kind is not None),
            ("effectiveDateTime", "the day is needed", on is not None),
            (f"extension('{ADJUSTMENT}')", "an adjustment as on the fit note", known),
        )
        if not fits
    ]
    if problems or kind is None or on is None:
        raise Refused(problems)
    referral, worker = referral_named(seen.based_on), first_worker(payload, seen.performer, focus)
    if kind != "placement-ended":
        return EmploymentProgress(kind, on, referral, worker)
    return EmploymentProgress(kind, on, referral, worker, seen.value_codeable_concept.code(REASON), adjustments)


EMPLOYMENT_PROGRESSED = EventType(
    "employment-progress-1", "a step of employment support was made", ("Observation",), _read
)


class _Observation(view.Resource, frozen=True):
    status: str | None = None
    code: view.Concept = view.Concept()
    effective_date_time: str | None = None
    based_on: tuple[view.Reference, ...] = ()
    performer: tuple[view.Reference, ...] = ()
    value_codeable_concept: view.Concept = view.Concept()


def _adjustments(extensions: tuple[view.Extension, ...]) -> tuple[tuple[Adjustment, ...], bool]:
    """The adjustments that were asked for, and whether each of them is known."""
    stated = [found.value_coding for found in extensions if found.url == ADJUSTMENT]
    known = [ADJUSTMENTS.get(coding.code or "") if coding and coding.system == SNOMED else None for coding in stated]
    found = tuple(dict.fromkeys(adjustment for adjustment in known if adjustment is not None))
    return found, None not in known
