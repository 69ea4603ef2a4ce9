"""What goes out is as AsyncAPI describes it: topic, headers and payload of every output of every story."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from outbound_histories import all_stories

from schemas.codec import seal
from schemas.identifiers import SubjectReference
from schemas.outputs import OUTPUT_TYPES
from services.describe.asyncapi import asyncapi
from services.describe.examples import examples_of
from services.domain.outputs import Output
from services.relay.outbox import Publishing, publishing

DESCRIBED = asyncapi()
MESSAGES, COMPONENTS = DESCRIBED["components"]["messages"], DESCRIBED["components"]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OUTPUTS = [output for telling in all_stories() for output in telling.outputs]


def published(output: Output) -> Publishing:
    """An output as the relay publishes it, with all that an output can carry."""
    row = {
        "event_offset": 4, "ordinal": output.ordinal, "output_id": uuid.UUID(output.id), "topic": output.topic,
        "type": output.type, "subject": output.subject, "sequence": output.sequence, "time": output.time,
        "cause_source": output.cause_source, "cause_id": output.cause_id, "correlation": "ward-round-7",
        "traceparent": TRACE, "policy": output.policy,
        "data": seal(SubjectReference(output.subject), output.data),
    }  # fmt: skip
    return publishing(row)


def judge(schema: dict[str, Any]) -> Draft202012Validator:
    """A schema of the description, with all that it refers to."""
    return Draft202012Validator({**schema, "components": COMPONENTS})


@pytest.mark.parametrize("name", OUTPUT_TYPES)
def test_every_output_stands_on_a_topic_that_its_type_names_and_that_is_described_to_hold_it(name):
    topics = {output.topic for output in OUTPUTS if output.type == name}
    assert topics
    assert topics <= set(OUTPUT_TYPES[name].topics)
    for topic in OUTPUT_TYPES[name].topics:
        assert DESCRIBED["channels"][topic]["messages"][name]


@pytest.mark.parametrize("name", OUTPUT_TYPES)
def test_every_header_of_a_record_is_described_and_fits(name):
    headers = MESSAGES[name]["headers"]
    for output in (output for output in OUTPUTS if output.type == name):
        told = {header: value.decode() for header, value in published(output).headers}
        assert told.keys() == headers["properties"].keys()
        assert list(judge(headers).iter_errors(told)) == []


@pytest.mark.parametrize("name", OUTPUT_TYPES)
def test_every_payload_and_valid_example_fits_and_an_invalid_one_does_not(name):
    payload = judge(MESSAGES[name]["payload"])
    shown = [(example.kind, example.event()["data"]) for example in examples_of(name)]
    made = [orjson.loads(output.data) for output in OUTPUTS if output.type == name]
    for data in [*made, *(data for kind, data in shown if kind == "valid")]:
        assert list(payload.iter_errors(data)) == []
    assert not all(payload.is_valid(data) for kind, data in shown if kind == "invalid")
