import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inbound_examples import example
from mutated_examples import mutants

from schemas.events import EVENT_TYPES, facts_of
from schemas.failures import FAILURES, Refused
from schemas.fhir.message import read_message

JSON = "application/fhir+json"
FLAG = example("job-centre-flagged-1/out-of-work-and-agreed.valid.json")
NOTE = example("fit-note-issued-1/chronic-back-pain.valid.json")
FORM = example("fit-note-issued-1/fibromyalgia-may-be-fit.valid.json")


def codes(event_type, body, media_type=JSON, subject=None):
    with pytest.raises(Refused) as refused:
        read_message(event_type, media_type, body, subject)
    return {problem.code for problem in refused.value.problems}


@settings(max_examples=600, deadline=None)
@given(mutants(), st.sampled_from(sorted(EVENT_TYPES)), st.sampled_from([None, "9990000018", "9990000019", "x"]))
def test_any_body_is_either_read_whole_or_refused_with_codes_of_the_list(body, event_type, subject):
    text = json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass")
    problems, message = outcome(event_type, text, subject)
    assert {problem.code for problem in problems} <= FAILURES.keys()
    if message is None:
        assert problems
    else:
        assert facts_of(event_type, message.payload)[0].nhs_number == message.number.reveal()


def outcome(event_type, body, subject):
    try:
        return (), read_message(event_type, JSON, body, subject)
    except Refused as refused:
        return refused.problems, None


def test_a_payload_that_names_the_person_is_kept_as_the_senders_own_bytes():
    body = json.dumps(FLAG.event["data"], indent=3).encode()
    assert read_message("job-centre-flagged-1", JSON, body, None).payload == body
    assert read_message("job-centre-flagged-1", JSON, body, "9990000093").payload == body


def test_json_may_come_with_parameters_and_as_plain_json():
    for media_type in (
        "application/json",
        "application/fhir+json; charset=UTF-8",
        "application/fhir+json;fhirVersion=4.0",
    ):
        assert read_message("job-centre-flagged-1", media_type, FLAG.body, None).fast


@pytest.mark.parametrize("media_type", ["text/plain", "application/pdf", "", "application/fhir+json; charset=utf-16"])
def test_another_content_type_is_refused(media_type):
    assert codes("job-centre-flagged-1", FLAG.body, media_type) == {"content-type-not-supported"}


def test_a_type_that_is_not_in_the_table_is_refused():
    assert codes("wait-due-1", FLAG.body) == {"type-not-known"}


def test_every_problem_of_a_message_is_named_at_once():
    data = {**FLAG.event["data"], "status": "inactive", "language": "", "subject": {"identifier": {"system": "x"}}}
    assert codes("job-centre-flagged-1", json.dumps(data).encode()) == {
        "not-valid",
        "focus-not-usable",
        "person-not-known",
    }


def test_a_bundle_of_a_kind_that_carries_no_event_is_refused():
    body = NOTE.body.replace(b'"type": "collection"', b'"type": "searchset"')
    assert codes("fit-note-issued-1", body) == {"not-valid"}


def test_a_text_that_holds_an_object_as_json_is_no_object():
    data = {**FORM.event["data"], "encounter": json.dumps({"reference": "Encounter/1"})}
    assert codes("fit-note-issued-1", json.dumps(data).encode()) == {"not-valid"}


@pytest.mark.parametrize("place", ["Bundle.id", "Bundle.entry[0].resource.id"])
def test_the_persons_number_in_an_id_is_refused(place):
    data = json.loads(NOTE.body)
    (data if place == "Bundle.id" else data["entry"][0]["resource"])["id"] = "note-9990000018-1"
    with pytest.raises(Refused) as refused:
        read_message("fit-note-issued-1", JSON, json.dumps(data).encode(), None)
    assert [(problem.code, problem.expression) for problem in refused.value.problems] == [("identifier-in-id", place)]


def test_the_persons_number_in_the_name_of_a_prompt_is_refused():
    answer = example("prompt-answered-1/invite-in-one-action.valid.json").event["data"]
    answer["identifier"][0]["value"] = "prompt-9990000018"
    assert codes("prompt-answered-1", json.dumps(answer).encode()) == {"identifier-in-id"}


def test_nothing_of_a_refused_message_stands_in_its_problems():
    canary = "Canaryname9990000018"
    data = json.loads(NOTE.body)
    patient = data["entry"][1]["resource"]
    patient["name"] = [{"family": canary, canary: canary}]
    patient["birthDate"] = canary
    patient["identifier"][0]["value"] = canary
    data["entry"][0]["resource"]["status"] = canary
    data[canary] = canary
    data["entry"].append({"resource": {"resourceType": canary}})
    for body in (
        data,
        {"resourceType": canary, "subject": {"identifier": data["entry"][1]["resource"]["identifier"][0]}},
    ):
        with pytest.raises(Refused) as refused:
            read_message("fit-note-issued-1", JSON, json.dumps(body).encode(), None)
        said = f"{refused.value} {refused.value!r} {refused.value.problems}"
        assert "Canaryname" not in said
        assert "9990000018" not in said


def test_what_was_read_shows_nothing_of_the_person_when_it_is_printed():
    message = read_message("fit-note-issued-1", JSON, NOTE.body, None)
    person, _ = facts_of("fit-note-issued-1", message.payload)
    assert "9990000018" not in f"{message!r} {person!r} {message.number}"
    assert "Testback" not in f"{message!r} {person!r}"
