"""A fit note as a document's entry: DocumentReference, R4 or GP Connect's STU3.

Its type code says which advice; its description is never read for a diagnosis.
"""

from __future__ import annotations

from schemas.codes import SNOMED
from schemas.events.fit_note_codes import ADJUSTMENTS, ADVICE, ISSUED, NOT_A_NOTE
from schemas.events.fit_note_names import named
from schemas.facts import FitNote
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.organisations import first_organisation, only_organisation
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.work import work_situation


def read_document(payload: Payload, focus: Entry) -> FitNote:
    """Read a DocumentReference. Raises Refused (focus-not-usable) when it is no fit note or does not stand."""
    document = focus.read(_Document)
    codes = {coding.code for coding in document.type.coding if coding.system == SNOMED and coding.code}
    advice = {ADVICE[code] for code in codes & ADVICE.keys()}
    start, end = day(document.context.period.start), day(document.context.period.end)
    problems = []
    if document.status != "current" or document.doc_status == "entered-in-error":
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", "current is needed"))
    if codes & NOT_A_NOTE or not codes & (ADVICE.keys() | ADJUSTMENTS.keys() | ISSUED):
        problems.append(Problem("focus-not-usable", f"{focus.path}.type", "this kind of document is no fit note"))
    if len(advice) > 1:
        problems.append(Problem("focus-not-usable", f"{focus.path}.type", "both not fit and may be fit"))
    if start and end and end < start:
        problems.append(Problem("focus-not-usable", f"{focus.path}.context.period", "it ends before it begins"))
    if problems:
        raise Refused(problems)
    return FitNote(
        advice=next(iter(advice), None),
        adjustments=tuple(word for code, word in ADJUSTMENTS.items() if code in codes),
        start=start,
        end=end,
        issuer=first_organisation(payload, (document.custodian, *document.author), focus) or only_organisation(payload),
        work=work_situation(payload),
        names=named((document.master_identifier, *document.identifier)),
    )


class _Context(view.View, frozen=True):
    period: view.Period = view.Period()


class _Document(view.Resource, frozen=True):
    master_identifier: view.Identifier | None = None
    identifier: tuple[view.Identifier, ...] = ()
    status: str | None = None
    doc_status: str | None = None
    type: view.Concept = view.Concept()
    author: tuple[view.Reference, ...] = ()
    custodian: view.Reference | None = None
    context: _Context = _Context()
