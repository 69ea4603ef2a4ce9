"""``clinician-nominated-1``: a clinician puts somebody forward for IPS, without having been asked.

A ServiceRequest, intent ``proposal``: nothing is ordered. The organisation that asks is the requester, by ODS
code, directly or through a PractitionerRole; no other organisation of the payload is taken for it.
"""

from __future__ import annotations

from schemas.codes import IPS_REFERRAL, SNOMED
from schemas.events.agreement import agreement_in
from schemas.events.event_type import EventType
from schemas.events.pain_service_codes import PAIN_SERVICES
from schemas.events.wish import wish_in
from schemas.facts import Agreement, Nomination, OrganisationKind, Wish
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.organisations import organisation_at
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.work import work_situation


def _read(payload: Payload, focus: Entry) -> Nomination:
    request = focus.read(_Request)
    by = organisation_at(payload, request.requester, focus)
    codes = {coding.code for coding in request.code.coding if coding.system == SNOMED}
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", "active is needed", request.status == "active"),
            ("intent", "proposal is needed: nothing is ordered", request.intent == "proposal"),
            ("code", "the code of a referral to Individual Placement and Support", IPS_REFERRAL in codes),
            ("requester", "the clinician's organisation by its ODS code", by is not None),
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
    except Refused as refused:
        problems.extend(refused.problems)
    if problems or by is None:
        raise Refused(problems)
    kind = _kind(payload, request.requester, focus)
    return Nomination(by, kind, day(request.authored_on), wish, agreement, work_situation(payload))


CLINICIAN_NOMINATED = EventType(
    "clinician-nominated-1", "a clinician put the person forward for IPS", ("ServiceRequest",), _read
)


class _Request(view.Resource, frozen=True):
    status: str | None = None
    intent: str | None = None
    code: view.Concept = view.Concept()
    authored_on: str | None = None
    requester: view.Reference | None = None


class _Role(view.Resource, frozen=True):
    code: tuple[view.Concept, ...] = ()
    specialty: tuple[view.Concept, ...] = ()
    organization: view.Reference | None = None


class _Organization(view.Resource, frozen=True):
    type: tuple[view.Concept, ...] = ()


def _kind(payload: Payload, requester: view.Reference | None, focus: Entry) -> OrganisationKind | None:
    """A pain service, where the role or the organisation is coded as one; else not known."""
    entry = payload.resolve(requester, focus)
    stated: tuple[view.Concept, ...] = ()
    if entry is not None and entry.kind == "PractitionerRole":
        role = entry.read(_Role)
        stated = (*role.code, *role.specialty)
        entry = payload.resolve(role.organization, entry)
    if entry is not None and entry.kind == "Organization":
        stated = (*stated, *entry.read(_Organization).type)
    codes = {coding.code for concept in stated for coding in concept.coding if coding.system == SNOMED}
    return "pain-service" if codes & PAIN_SERVICES else None
