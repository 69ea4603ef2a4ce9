"""Where UK Core has a profile, what comes in and goes out is within it.

No output claims a profile (``meta.profile``): the test claims it, on a copy.
"""

import json

import pytest
from inbound_examples import example, examples
from judgement import PROFILED, as_uk_core, errors_of, resources_in
from many_outputs import outputs_by_kind

from schemas.failures import Problem
from schemas.operation_outcome import operation_outcome
from schemas.outputs import OUTPUT_TYPES

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator

#: The profiles that each kind of output is within; what stands in it beside them has none in UK Core.
WITHIN = {
    "ips-referral-prompted-1": {"ServiceRequest", "Task"},
    "ips-referral-prompt-changed-1": {"ServiceRequest", "Task"},
    "patient-information-due-1": set(),
    "patient-information-withdrawn-1": set(),
    "ips-referral-requested-1": {
        "Bundle", "CarePlan", "Condition", "Consent", "HealthcareService", "MessageHeader", "Organization", "Patient",
        "ServiceRequest", "Task",
    },
    "ips-referral-changed-1": {"Task"},
    "care-package-updated-1": {"CarePlan"},
    "feedback-given-1": {"Communication"},
    "decision-recorded-1": set(),
    "lookup-requested-1": {"Task"},
}  # fmt: skip
WITHOUT = {"CommunicationRequest", "GuidanceResponse", "Parameters"}
R4_EXAMPLES = [found.path for found in examples("valid") if "/STU3/" not in json.dumps(found.event["data"])]


@pytest.mark.parametrize("kind", OUTPUT_TYPES)
def test_outputs_of_this_kind_are_within_the_profiles_of_what_they_are_made_of(kind, validator):
    made = outputs_by_kind()[kind]
    kinds = {each["resourceType"] for resource in made for each in resources_in(resource)}
    assert kinds & PROFILED == WITHIN[kind]
    assert kinds - PROFILED <= WITHOUT
    for resource in made:
        assert errors_of(validator, as_uk_core(resource)) == [], resource


@pytest.mark.parametrize("path", R4_EXAMPLES)
def test_a_valid_example_is_within_the_profiles_of_what_it_is_made_of(path, validator):
    resource = example(path).event["data"]
    assert {each["resourceType"] for each in resources_in(resource)} <= PROFILED | WITHOUT
    assert errors_of(validator, as_uk_core(resource)) == []


def test_an_outcome_is_within_its_profile(validator):
    outcome = json.loads(operation_outcome([Problem("duplicate", "id"), Problem("not-valid", "Task", "words")]))
    assert errors_of(validator, as_uk_core(outcome)) == []


def test_no_output_claims_a_profile():
    for resources in outputs_by_kind().values():
        for resource in resources:
            assert not [each for each in resources_in(resource) if "profile" in each.get("meta", {})]
