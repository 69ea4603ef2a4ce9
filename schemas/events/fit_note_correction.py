"""``fit-note-corrected-1``: a fit note was replaced, was entered in error, or a copy of it was handed out.

The focus is the note as it now stands: its status is ``entered-in-error``, or ``amended`` (a form), it is a document
that says what it replaces (``relatesTo``), or it has our own extension with the parts ``kind``, and ``note`` (an
Identifier) or ``source`` and ``id`` (of the note's event). Where nothing names the note, it is the one with the focus'
own identifiers: whoever keeps notes knows these, and seldom the ids of the events that told of them.
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import OWN
from schemas.events.event_type import EventType
from schemas.events.fit_note_document import read_document
from schemas.events.fit_note_form import read_form
from schemas.events.fit_note_names import named
from schemas.facts import CorrectionKind, FitNote, FitNoteCorrection
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.payload import Entry, Payload
from schemas.identifiers import EventId

CORRECTION = f"{OWN}/StructureDefinition/fit-note-correction"

_KINDS: dict[str, CorrectionKind] = {kind: kind for kind in get_args(CorrectionKind)}
_IN_ERROR, _AMENDED, _REPLACES = "entered-in-error", "amended", "replaces"


def _read(payload: Payload, focus: Entry) -> FitNoteCorrection:
    note = focus.read(_Note)
    own = named((*note.identifiers(), note.master_identifier))
    kind, event, others = note.kind(), note.event(), note.others()
    names = () if event else others or (() if kind == "duplicate-issued" else own)
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{place}", words)
        for place, words, fits in (
            (_PLACE, f"what became of the note: one of {', '.join(_KINDS)}", kind is not None),
            ("identifier", "the identifier of the note, or of its event", bool(event or names)),
            ("identifier", "the identifier of the copy", kind != "duplicate-issued" or bool(own)),
        )
        if not fits
    ]
    stands: FitNote | None = None
    if kind == "replaced":
        try:
            stands = read_form(payload, focus) if focus.kind == _FORM else read_document(payload, focus)
        except Refused as refused:
            problems.extend(refused.problems)
    if problems or kind is None:
        raise Refused(problems)
    return FitNoteCorrection(kind, event, names, own if kind == "duplicate-issued" else (), stands)


_FORM = "QuestionnaireResponse"
_PLACE = f"extension('{CORRECTION}')"

FIT_NOTE_CORRECTED = EventType(
    "fit-note-corrected-1",
    "a fit note was replaced, was entered in error, or a copy of it was handed out",
    ("QuestionnaireResponse", "DocumentReference"),
    _read,
)


class _Related(view.View, frozen=True):
    code: str | None = None
    target: view.Reference = view.Reference()


class _Note(view.Resource, frozen=True):
    """What we read of the note beside its content; a form has one identifier, a document may have several."""

    identifier: view.Identifier | tuple[view.Identifier, ...] = ()
    master_identifier: view.Identifier | None = None
    status: str | None = None
    doc_status: str | None = None
    relates_to: tuple[_Related, ...] = ()

    def identifiers(self) -> tuple[view.Identifier, ...]:
        return self.identifier if isinstance(self.identifier, tuple) else (self.identifier,)

    def kind(self) -> CorrectionKind | None:
        """What became of it; none where it says nothing, or two things."""
        said = {part.code() for part in self._parts("kind")}
        if _IN_ERROR in (self.status, self.doc_status):
            said.add("entered-in-error")
        if self.status == _AMENDED or any(related.code == _REPLACES for related in self.relates_to):
            said.add("replaced")
        return _KINDS.get(next(iter(said)) or "") if len(said) == 1 else None

    def event(self) -> EventId | None:
        source = next((part.value_uri or part.value_string for part in self._parts("source")), None)
        name = next((part.value_string for part in self._parts("id")), None)
        return EventId(source, name) if source and name else None

    def others(self) -> tuple[str, ...]:
        replaced = (related.target.identifier for related in self.relates_to if related.code == _REPLACES)
        return named((*(part.value_identifier for part in self._parts("note")), *replaced))

    def _parts(self, name: str) -> list[view.Extension]:
        return [
            part for found in self.extension if found.url == CORRECTION for part in found.extension if part.url == name
        ]
