"""``fit-note-issued-1``: a Statement of Fitness for Work (Med3), as a form's answers or as a document's entry."""

from __future__ import annotations

from schemas.events.event_type import EventType
from schemas.events.fit_note_document import read_document
from schemas.events.fit_note_form import read_form
from schemas.facts import FitNote
from schemas.fhir.payload import Entry, Payload


def _read(payload: Payload, focus: Entry) -> FitNote:
    return read_form(payload, focus) if focus.kind == "QuestionnaireResponse" else read_document(payload, focus)


FIT_NOTE_ISSUED = EventType(
    "fit-note-issued-1",
    "a fit note was issued to the person",
    ("QuestionnaireResponse", "DocumentReference"),
    _read,
)
