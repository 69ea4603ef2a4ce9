"""What a correction says became of a fit note, and how it names the note."""

import json
from datetime import date

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.failures import Refused
from schemas.fhir.message import read_message
from schemas.identifiers import EventId

KIND = "fit-note-corrected-1"
OWN = "https://fitpath.example/fhir"
NOTES = "https://gp-practice.example/notes"
IN_ERROR = example(f"{KIND}/entered-in-error.valid.json").event["data"]
REPLACED = example(f"{KIND}/replaced-by-another-document.valid.json").event["data"]
BY_EVENT = example(f"{KIND}/replaced-and-named-by-its-event.valid.json").event["data"]
COPY = example(f"{KIND}/duplicate-issued.valid.json").event["data"]


def facts(data, kind=KIND):
    message = read_message(kind, "application/fhir+json", json.dumps(data).encode(), None)
    return facts_of(kind, message.payload)[1]


def places(data):
    with pytest.raises(Refused) as refused:
        facts(data)
    assert {problem.code for problem in refused.value.problems} == {"focus-not-usable"}
    return [str(problem.expression) for problem in refused.value.problems]


def correction(*parts):
    return [{"url": f"{OWN}/StructureDefinition/fit-note-correction", "extension": list(parts)}]


def without(data, *names):
    return {name: value for name, value in data.items() if name not in names}


def test_a_form_in_error_names_itself_by_its_own_identifier_and_needs_no_answers():
    found = facts(IN_ERROR)
    assert (found.kind, found.names, found.event, found.note) == (
        "entered-in-error",
        (f"{NOTES}|note-2024-0017",),
        None,
        None,
    )


def test_a_document_in_error_is_named_by_each_of_its_identifiers():
    master = {"system": NOTES, "value": "master"}
    data = {**without(REPLACED, "relatesTo"), "status": "entered-in-error", "masterIdentifier": master}
    assert sorted(facts(data).names) == [f"{NOTES}|master", f"{NOTES}|note-2024-0022"]


def test_a_document_says_by_fhirs_own_element_what_it_replaces():
    found = facts(REPLACED)
    assert (found.kind, found.names) == ("replaced", (f"{NOTES}|note-2024-0019",))
    assert (found.note.start, found.note.end) == (date(2024, 3, 7), date(2024, 4, 3))
    assert found.note.names == (f"{NOTES}|note-2024-0022",)


def test_a_form_that_was_amended_replaces_what_had_its_identifier():
    found = facts({**without(BY_EVENT, "extension"), "status": "amended"})
    assert (found.kind, found.names, found.event) == ("replaced", (f"{NOTES}|note-2024-0024",), None)
    assert found.note is not None


def test_a_note_can_be_named_by_its_event():
    found = facts(BY_EVENT)
    assert found.event == EventId("https://gp-practice.example/fit-notes", "b3a7f2c0-58d1-5a0e-9f53-1f0d9b8f2a11")
    assert (found.kind, found.names) == ("replaced", ())


def test_a_copy_says_what_it_is_called_and_of_which_note_it_is():
    found = facts(COPY)
    assert (found.kind, found.names, found.copy, found.note) == (
        "duplicate-issued",
        (f"{NOTES}|note-2024-0011",),
        (f"{NOTES}|note-2024-0023",),
        None,
    )


def test_half_the_identity_of_an_event_names_none():
    parts = correction({"url": "kind", "valueCode": "duplicate-issued"}, {"url": "id", "valueString": "1"})
    assert places({**COPY, "extension": parts}) == ["DocumentReference.identifier"]


def test_an_identifier_without_a_system_names_no_note():
    assert places({**IN_ERROR, "identifier": {"value": "17"}}) == ["QuestionnaireResponse.identifier"]


def test_what_says_nothing_or_two_things_is_refused():
    where = f"extension('{OWN}/StructureDefinition/fit-note-correction')"
    assert places(without(BY_EVENT, "extension")) == [f"QuestionnaireResponse.{where}"]
    assert places({**REPLACED, "status": "entered-in-error"}) == [f"DocumentReference.{where}"]
    unheard = correction({"url": "kind", "valueCode": "lost"})
    assert places({**BY_EVENT, "extension": unheard}) == [f"QuestionnaireResponse.{where}"]


def test_a_note_in_the_place_of_another_is_read_like_any_note_with_all_its_problems():
    ends_early = {**REPLACED, "context": {"period": {"start": "2024-04-07", "end": "2024-04-03"}}}
    assert places(ends_early) == ["DocumentReference.context.period"]
    assert places({**BY_EVENT, "status": "in-progress"}) == ["QuestionnaireResponse.status"]


def test_a_note_keeps_its_own_identifiers_and_a_duration_that_names_no_day():
    form = {
        **without(BY_EVENT, "extension"),
        "item": [{"linkId": "9610249726447", "answer": [{"valueString": "2 weeks"}]}],
    }
    note = facts(form, "fit-note-issued-1")
    assert (note.names, note.duration, note.start, note.end) == ((f"{NOTES}|note-2024-0024",), (2, "wk"), None, None)
    dated = {"linkId": "4436092714066", "answer": [{"valueDate": "2024-03-06"}]}
    told = facts({**form, "item": [*form["item"], dated]}, "fit-note-issued-1")
    assert (told.duration, told.start, told.end) == (None, date(2024, 3, 6), date(2024, 3, 19))
