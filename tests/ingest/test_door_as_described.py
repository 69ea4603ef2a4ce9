"""The door does what its OpenAPI says: schemathesis sends it what fits the description and what does not."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from door_parts import JSON, STRUCTURED, open_door, records, served, settle
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from schemas.events import EVENT_TYPES
from schemas.topics import EVENTS, REFUSALS
from services.describe.openapi import openapi
from services.describe.routes import described_routes
from services.ingest.batch import BATCH

if TYPE_CHECKING:
    from schemathesis import APIOperation

OPERATIONS: list[APIOperation] = [
    found.ok() for found in schemathesis.openapi.from_dict(openapi()).get_all_operations()
]
POSTS = [operation for operation in OPERATIONS if operation.method == "post"]
#: What a door answers to what it has counted; what it stops before that is nobody's arrival.
COUNTED = {200, 202, 400, 409, 415, 422}


def negative_data_rejection(context: Any, response: Any, case: Case) -> bool | None:
    """Data that the description does not allow is refused.

    Each event of a batch is refused for itself, and the ``ce-`` headers are read in binary mode only.
    """
    body = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    own_headers_alone = case.media_type == STRUCTURED and (body is None or body.mode.is_positive)
    if response.status_code in (200, 202) and (case.media_type == BATCH or own_headers_alone):
        return None
    return checks.negative_data_rejection(context, response, case)


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.allow_header_conformance,
    negative_data_rejection,
]


@dataclass
class Caller:
    """Somebody who sends what schemathesis makes, and keeps count of what must have been counted."""

    url: str
    statuses: Counter = field(default_factory=Counter)
    arrivals: int = 0

    def send(self, operation: APIOperation, mode: GenerationMode, how_many: int) -> None:
        """So many requests of an operation, each answer held against the description."""

        @settings(
            max_examples=how_many,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: Case) -> None:
            self._one(session, case)

        with requests.Session() as session, suppress(Unsatisfiable):  # some take nothing that could be wrong
            each()

    def _one(self, session: requests.Session, case: Case) -> None:
        response = case.call(base_url=self.url, session=session)
        self.statuses[case.method, response.status_code] += 1
        if case.method == "POST" and response.status_code in COUNTED:
            answered = response.json()
            items = answered if isinstance(answered, list) else [{}]
            self.arrivals += sum(item.get("outcome") != "not-taken" for item in items)
        case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: f"{mode.value} data")
async def test_every_answer_is_one_that_the_description_gives_and_every_arrival_is_counted_once(
    mode, broker, pool, key
):
    async with open_door(broker, key, pool) as door:
        door.app.router.routes.extend(described_routes())
        async with served(door.app) as (host, port):
            caller = Caller(f"http://{host}:{port}")
            for operation in OPERATIONS:
                await asyncio.to_thread(caller.send, operation, mode, 60 if operation in POSTS else 12)
    assert caller.arrivals >= len(POSTS) * 30
    assert len(await records(broker, EVENTS)) + len(await records(broker, REFUSALS)) == caller.arrivals
    await settle(broker, pool, key)
    assert await pool.fetchval("select count(*) from arrivals") == caller.arrivals


async def test_the_examples_of_the_description_are_taken_and_sent_again_they_were_had_before(door):
    shown = [
        (operation.path, media_type, example["value"])
        for operation in POSTS
        for media_type, content in operation.definition.raw["requestBody"]["content"].items()
        for example in content.get("examples", {}).values()
    ]
    answers = []
    for path, media_type, value in shown * 2:
        sent = await door.client.post(path, headers={"content-type": media_type}, content=json.dumps(value).encode())
        answers.append((path, media_type, sent.status_code))
    first, again = answers[: len(shown)], answers[len(shown) :]
    assert {
        how: [status for *each, status in first if tuple(each) == how] for how in {answer[:2] for answer in first}
    } == {
        ("/events", STRUCTURED): [202] * len(EVENT_TYPES),
        ("/events", BATCH): [200],
        ("/fhir/$process-message", JSON): [200],
    }
    assert {status for *_, status in again[:-1]} == {200}
    assert again[-1] == ("/fhir/$process-message", JSON, 409)  # BaRS calls it a conflict
