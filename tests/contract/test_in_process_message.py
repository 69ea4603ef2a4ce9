import json

import pytest
from public_samples import sample

from schemas.failures import Refused
from schemas.fhir.bundle_message import MessageParts, read_process_message

JSON = "application/fhir+json"
EVENT_TYPE = "https://fitpath.example/fhir/CodeSystem/event-type"
HEADER = {
    "resourceType": "MessageHeader",
    "eventCoding": {"system": EVENT_TYPE, "code": "fit-note-issued-1"},
    "source": {"endpoint": "https://gp-practice.example/fit-notes"},
}
MESSAGE = {"resourceType": "Bundle", "id": "message-1", "type": "message", "timestamp": "2024-03-04T09:30:00Z"}


def message(header=HEADER, **more):
    return json.dumps({**MESSAGE, "entry": [{"resource": header}], **more}).encode()


def problems(body, media_type=JSON):
    with pytest.raises(Refused) as refused:
        read_process_message(body, media_type)
    return {(problem.code, problem.expression) for problem in refused.value.problems}


def test_the_envelope_is_read_from_the_bundle_and_its_header():
    expected = MessageParts(
        "message-1", "https://gp-practice.example/fit-notes", "fit-note-issued-1", "2024-03-04T09:30:00Z"
    )
    assert read_process_message(message(), JSON) == expected
    uri = {name: value for name, value in HEADER.items() if name != "eventCoding"}
    uri["eventUri"] = "https://fitpath.example/fhir/events/fit-note-issued-1"
    assert read_process_message(message(uri), JSON) == expected


def test_a_message_that_answers_another_is_correlated_with_it():
    header = {**HEADER, "response": {"identifier": "message-0", "code": "ok"}}
    assert read_process_message(message(header), JSON).correlation == "message-0"


def test_a_message_in_xml_gives_the_same_envelope():
    body = f"""<Bundle xmlns="http://hl7.org/fhir"><id value="message-1"/><type value="message"/>
      <timestamp value="2024-03-04T09:30:00Z"/><entry><resource><MessageHeader>
      <eventCoding><system value="{EVENT_TYPE}"/><code value="fit-note-issued-1"/></eventCoding>
      <source><endpoint value="https://gp-practice.example/fit-notes"/></source>
      </MessageHeader></resource></entry></Bundle>""".encode()
    assert read_process_message(body, "application/fhir+xml") == read_process_message(message(), JSON)


def test_everything_that_is_missing_is_named_at_once():
    body = json.dumps(
        {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "MessageHeader"}}]}
    )
    assert problems(body.encode()) == {
        ("envelope-incomplete", "Bundle.id"),
        ("envelope-incomplete", "Bundle.timestamp"),
        ("envelope-incomplete", "MessageHeader.source.endpoint"),
        ("envelope-incomplete", "MessageHeader.event"),
    }


def test_what_is_no_message_is_not_valid():
    assert ("not-valid", "Bundle.type") in problems(message(type="collection"))
    assert ("not-valid", "Bundle.entry[0].resource") in problems(message({"resourceType": "Patient"}))
    assert ("not-valid", "Bundle") in problems(message(id=5))
    assert problems(b"{") == {("body-not-readable", None)}


def test_an_event_of_another_code_system_is_a_type_we_do_not_know():
    assert problems(sample("bars/process_message-POST-body.json")) >= {
        ("type-not-known", "MessageHeader.eventCoding.system")
    }
