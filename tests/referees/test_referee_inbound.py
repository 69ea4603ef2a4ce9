"""What publishers may send as our examples and our demo show it is FHIR R4 for a validator that is not ours."""

import json

import pytest
from fhir.resources import STU3
from given_events import told
from inbound_examples import example, examples
from judgement import errors_of

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator

VALID = [found.path for found in examples("valid")]
#: GP Connect still shows these as STU3, which HAPI's validator for R4 cannot judge: fhir.resources.STU3 does.
AS_STU3 = ["fit-note-issued-1/stu3-document-named-by-envelope.valid.json"]


@pytest.mark.parametrize("path", [path for path in VALID if path not in AS_STU3])
def test_a_valid_example_is_accepted(path, validator):
    assert errors_of(validator, example(path).event["data"]) == []


@pytest.mark.parametrize("path", AS_STU3)
def test_an_example_of_another_version_is_accepted_by_that_version_s_referee_and_not_as_r4(path, validator):
    resource = example(path).event["data"]
    STU3.get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert errors_of(validator, resource)
    with pytest.raises(ValueError, match="status"):
        STU3.get_fhir_model_class(resource["resourceType"]).model_validate({**resource, "status": 5})


def test_the_examples_of_another_version_are_those_that_say_so():
    assert [path for path in VALID if "/STU3/" in json.dumps(example(path).event["data"].get("meta", {}))] == AS_STU3


def test_what_the_publishers_of_the_demo_send_is_accepted(validator, policy, key):
    events = told(policy, key)
    assert len({event["type"] for event in events}) >= 5
    for event in events:
        assert errors_of(validator, event["data"]) == [], event["type"]
