"""The table of operations is the door that runs: its routes, its refusals, its health."""

import json
from importlib import resources

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from starlette.routing import Route

from schemas.events import EVENT_TYPES
from schemas.failures import FAILURES
from services.describe.capability import capability_statement
from services.describe.examples import examples_of
from services.describe.operations import EVENT_REFUSALS, OPERATIONS
from services.describe.routes import described_routes
from services.ingest.http import HttpDoor

EXPECTED = json.loads((resources.files("schemas") / "examples" / "expected.json").read_text())
#: Failures of an event that has passed a door: its dead letter says them.
BEHIND_THE_DOOR = {
    "prompt-not-known",
    "referral-not-known",
    "question-not-known",
    "record-not-readable",
    "not-storable",
    "ends-the-process",
}


@pytest.fixture
def routes() -> list[Route]:
    """The routes of a door that stands on nothing: none of them is called."""
    nothing = dict.fromkeys(("acceptor", "inbox", "memory", "callers", "health", "key", "admission"))
    return HttpDoor(**nothing, most_at_once=1, body_seconds=1.0).app(described_routes()).routes


def test_every_route_of_the_door_is_described_and_nothing_else_is(routes):
    there = {(method, route.path) for route in routes for method in route.methods - {"HEAD"}}
    assert {(operation.method, operation.path) for operation in OPERATIONS} == there


def test_every_failure_is_described_where_it_can_be_answered_or_stands_behind_the_door():
    described = {code for operation in OPERATIONS for code in operation.refusals}
    assert described == FAILURES.keys() - BEHIND_THE_DOOR


def test_every_failure_that_an_invalid_example_shows_is_one_that_a_door_answers():
    expected = {
        code
        for name in EVENT_TYPES
        for example in examples_of(name)
        for code in EXPECTED.get(f"{name}/{example.name}", ())
    }
    assert expected <= EVENT_REFUSALS


def test_an_operation_that_tells_callers_apart_describes_what_everybody_can_be_answered():
    for operation in OPERATIONS:
        assert operation.guarded == ({"source-not-known", "too-fast", "processing-failed"} <= operation.refusals)


def test_the_capability_statement_is_valid_and_names_the_operation_the_formats_and_every_event_type():
    statement = CapabilityStatement.model_validate_json(json.dumps(capability_statement()))
    assert [operation.name for operation in statement.rest[0].operation] == ["process-message"]
    assert statement.format == ["application/fhir+json", "application/fhir+xml"]
    named = {message.definition.rpartition("/")[2] for message in statement.messaging[0].supportedMessage}
    assert named == set(EVENT_TYPES)
