import json
import re
from typing import get_args

import pytest
from fhir.resources import R4B
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_examples import EXAMPLES, mutants
from pydantic import ValidationError

from schemas.fhir import fast_types
from schemas.fhir.fast import recognises
from schemas.fhir.json_text import read_json
from schemas.fhir.referee import referee

BODIES = [example.event["data"] for example in EXAMPLES]
#: Valid examples that the fast path leaves to the referee, and why.
LEFT_TO_THE_REFEREE = {
    "fit-note-issued-1/stu3-document-named-by-envelope.valid.json": "STU3: the fast path knows R4 only",
    "therapy-discharged-1/physiotherapy-with-its-condition.valid.json": "a Condition beside it has no strict shape",
    **{
        f"{kind}/{story}.valid.json": "a national signal (Parameters) has no strict shape: few come"
        for kind in ("nhs-number-change-2", "pds-change-of-gp-2", "pds-death-notification-2")
        for story in ("as-a-subscriber-gets-it", "its-type-as-a-code", "named-by-the-envelope")
    },
    **{
        f"lookup-answered-1/{story}.valid.json": "a record of a national register has no strict shape: few come"
        for story in ("a-registered-death", "another-number-in-its-place")
    },
    "pain-clinic-discharged-1/letter-with-encounter.valid.json": "a letter (Composition) has no strict shape: few come",
}


@settings(max_examples=1200, deadline=None)
@given(mutants(), st.booleans())
def test_what_the_fast_path_accepts_the_referee_accepts(body, ascii_only):
    text = json.dumps(body, ensure_ascii=ascii_only).encode(errors="replace")
    if recognises(text):
        assert referee(read_json(text)) == []
        R4B.get_fhir_model_class(body["resourceType"]).model_validate_json(text)


@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize(
    ("kind", "text_type", "element"),
    [
        ("Patient", fast_types.Date, "birthDate"),
        ("Patient", fast_types.Id, "id"),
        ("Patient", fast_types.Code, "gender"),
        ("Composition", fast_types.DateTime, "date"),
        ("Bundle", fast_types.Instant, "timestamp"),
        ("Attachment", fast_types.Uri, "url"),
        ("Extension", fast_types.Uri, "url"),
        ("QuestionnaireResponse", fast_types.Uri, "questionnaire"),
        ("Coding", fast_types.String, "display"),
    ],
)
@given(data=st.data())
def test_every_text_that_a_pattern_of_the_fast_path_admits_fhir_resources_admits(kind, text_type, element, data):
    pattern = get_args(text_type)[1].pattern
    text = data.draw(st.from_regex(pattern).filter(lambda found: re.search(pattern, found)))
    assert judged(kind, element, text) == []


@pytest.mark.parametrize("name", ["extension", "text"])
def test_a_bundle_has_neither_text_nor_extensions(name):
    patient = {"resourceType": "Patient", "active": True}
    held = {"extension": [{"url": "https://a.example/x", "valueCode": "a"}],
            "text": {"status": "generated", "div": "<div/>"}}  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    assert recognises(json.dumps(bundle).encode())
    assert not recognises(json.dumps({**bundle, name: held[name]}).encode())


def judged(kind, element, text):
    """The errors of one element, whatever else its resource lacks."""
    try:
        R4B.get_fhir_model_class(kind).model_validate({element: text})
    except ValidationError as error:
        return [found["type"] for found in error.errors() if found["loc"] == (element,)]
    return []


def test_the_judge_of_one_element_sees_what_is_wrong_with_it():
    assert judged("Patient", "birthDate", "yesterday")


def test_every_valid_example_is_recognised_but_for_those_that_have_a_reason():
    left = {example.path for example in EXAMPLES if not recognises(example.body)}
    assert left == LEFT_TO_THE_REFEREE.keys(), "a strict shape in schemas/fhir/fast_focus.py, or a reason here"


@pytest.mark.parametrize(
    "text",
    [
        b'{"resourceType":"Flag","status":"active","status":"active","code":{"text":"x"},"subject":{"display":"x"}}',
        b'{"resourceType":"Flag","status":"active","code":{},"subject":{"display":"x"}}',
        b'{"resourceType":"Flag","status":"active","code":{ },"subject":{"display":"x"}}',
        b'{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"display":null}}',
        b'{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"display":"x"},"identifier":[]}',
        b'{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"display":"x"},"new":"x"}',
        b'{"resourceType":"Flag","status":"active","code":{"text":"x"}}',
        b'{"resourceType":"Flag","status":"active","code":{"text":"\xff"},"subject":{"display":"x"}}',
    ],
)
def test_the_fast_path_leaves_to_the_referee_what_it_cannot_vouch_for(text):
    assert not recognises(text)


def test_the_same_without_a_fault_is_recognised():
    assert recognises(b'{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"display":"x"}}')
