"""``introduction-made-1``: somebody comes forward, or a group that they know brings them, with their agreement.

A ServiceRequest, intent ``proposal``: nothing is ordered. Who introduces is a category of our own. The person's
agreement to being introduced is a Consent beside it: without one that stands the event is refused. Whom they would
like to be asked is the performer, by ODS code, else their practice.
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import INTRODUCTION, IPS_REFERRAL, SNOMED
from schemas.events.agreement import agreement_in
from schemas.events.event_type import EventType
from schemas.events.wish import wish_in
from schemas.facts import Agreement, IntroducedBy, Introduction, Wish
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.organisations import first_organisation, practice_of
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.work import work_situation

_BY: dict[str, IntroducedBy] = {by: by for by in get_args(IntroducedBy)}


def _read(payload: Payload, focus: Entry) -> Introduction:
    request = focus.read(_Request)
    codes = {coding.code for coding in request.code.coding if coding.system == SNOMED}
    said = {code for concept in request.category if (code := concept.code(INTRODUCTION))}
    by = _BY.get(next(iter(said))) if len(said) == 1 else None
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", "active is needed", request.status == "active"),
            ("intent", "proposal is needed: nothing is ordered", request.intent == "proposal"),
            ("code", "the code of a referral to Individual Placement and Support", IPS_REFERRAL in codes),
            ("category", f"who introduces: one of {', '.join(_BY)} is needed", by is not None),
        )
        if not fits
    ]
    wish: Wish | None = None
    agreement: Agreement | None = None
    try:
        wish = wish_in(request, focus)
    except Refused as refused:
        problems.extend(refused.problems)
    try:
        agreement = agreement_in(payload)
        if agreement is None:
            problems.append(Problem("focus-not-usable", focus.path, "the person's Consent to it is needed"))
    except Refused as refused:
        problems.extend(refused.problems)
    if problems or by is None or agreement is None:
        raise Refused(problems)
    organisation = first_organisation(payload, request.performer, focus) or practice_of(payload)
    return Introduction(by, agreement, day(request.authored_on), wish, organisation, work_situation(payload))


INTRODUCTION_MADE = EventType(
    "introduction-made-1", "the person came forward, or a group that they know brought them", ("ServiceRequest",), _read
)


class _Request(view.Resource, frozen=True):
    status: str | None = None
    intent: str | None = None
    code: view.Concept = view.Concept()
    category: tuple[view.Concept, ...] = ()
    authored_on: str | None = None
    performer: tuple[view.Reference, ...] = ()
