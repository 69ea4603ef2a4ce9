import json
import re

import pytest
from fhir.resources import R4B, STU3
from inbound_examples import FOLDER, Example, examples

from schemas.events import EVENT_TYPES, facts_of
from schemas.failures import FAILURES, Refused
from schemas.outputs import OUTPUT_TYPES

VALID, INVALID = examples("valid"), examples("invalid")
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


def named(example: Example) -> str:
    return example.path


@pytest.mark.parametrize("example", VALID, ids=named)
def test_a_valid_example_is_accepted_and_its_payload_gives_the_same_facts(example):
    message = example.read()
    person, facts = facts_of(example.event["type"], message.payload)
    assert person.nhs_number == message.number.reveal()
    assert facts == facts_of(example.event["type"], message.payload)[1]


@pytest.mark.parametrize("example", VALID, ids=named)
def test_a_valid_example_is_valid_for_fhir_resources(example):
    data = example.event["data"]
    version = STU3 if "STU3" in json.dumps(data.get("meta", {})) else R4B
    version.get_fhir_model_class(data["resourceType"]).model_validate_json(example.body)


@pytest.mark.parametrize("example", INVALID, ids=named)
def test_an_invalid_example_is_refused_with_exactly_the_codes_it_names(example):
    with pytest.raises(Refused) as refused:
        example.read()
    assert sorted({problem.code for problem in refused.value.problems}) == EXPECTED[example.path]


def test_every_event_type_has_at_least_three_valid_and_three_invalid_examples():
    counts = {
        (name, word): sum(example.event["type"] == name for example in examples)
        for word, examples in (("valid", VALID), ("invalid", INVALID))
        for name in EVENT_TYPES
    }
    assert {which: count for which, count in counts.items() if count < 3} == {}


def test_expected_names_every_invalid_example_with_codes_that_exist_and_nothing_else():
    assert {path for path in EXPECTED if path.split("/")[0] not in OUTPUT_TYPES} == {item.path for item in INVALID}
    assert {code for codes in EXPECTED.values() for code in codes} <= FAILURES.keys()


@pytest.mark.parametrize("example", VALID + INVALID, ids=named)
def test_an_example_is_a_clean_cloudevent_of_its_folder_with_synthetic_numbers_only(example):
    event = example.event
    allowed = {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "data"}
    assert event.keys() <= allowed
    assert event["type"] == example.path.split("/")[0]
    numbers = re.findall(r'"https://fhir.nhs.uk/Id/nhs-number", "value": "(\d+)"', json.dumps(event))
    assert all(number.startswith("999000") for number in [*numbers, event.get("subject", "999000")])
