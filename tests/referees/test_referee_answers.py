"""What a door answers is FHIR R4 for a validator that is not ours."""

import json

import pytest
from door_parts import EVENT_EXAMPLES, NOTE, event, message_of, open_door
from inbound_examples import examples
from judgement import errors_of

from schemas.failures import FAILURES, Problem, Refused
from schemas.operation_outcome import operation_outcome

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator

#: A message has no envelope that could name the person.
NAMED_IN_THE_PAYLOAD = [path for path in EVENT_EXAMPLES if "subject" not in event(path)]


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_the_outcome_of_every_failure_is_accepted(code, validator):
    outcome = operation_outcome([Problem(code), Problem(code, "Bundle.entry[0].resource", "words")])
    assert errors_of(validator, json.loads(outcome)) == []


@pytest.mark.parametrize("path", [found.path for found in examples("invalid")])
def test_the_outcome_of_every_invalid_example_is_accepted(path, validator):
    (found,) = (found for found in examples("invalid") if found.path == path)
    with pytest.raises(Refused) as refused:
        found.read()
    assert errors_of(validator, json.loads(operation_outcome(refused.value.problems))) == []


async def test_the_answers_to_messages_are_accepted(validator, broker, key):
    async with open_door(broker, key) as door:
        for path in NAMED_IN_THE_PAYLOAD:
            sent = message_of(event(path))
            answer, again = await door.process(sent), await door.process(sent)
            assert (answer.json()["resourceType"], again.json()["resourceType"]) == ("Bundle", "OperationOutcome"), path
            assert errors_of(validator, answer.json()) == [], path
            assert errors_of(validator, again.json()) == [], path
        refused = await door.process({"resourceType": "Bundle", "type": "message", "entry": []})
        assert refused.status_code == 400
        assert errors_of(validator, refused.json()) == []
        assert (await door.process(message_of(event(NOTE)))).status_code == 200
