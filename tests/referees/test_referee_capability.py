"""The CapabilityStatement of the door is FHIR R4 for a validator that is not ours."""

import pytest
from judgement import errors_of

from services.describe.capability import capability_statement

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator


def test_the_capability_statement_is_accepted_and_one_that_says_nothing_is_not(validator):
    assert errors_of(validator, capability_statement()) == []
    assert errors_of(validator, {"resourceType": "CapabilityStatement", "status": "active"})
