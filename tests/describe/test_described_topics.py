"""The description of the topics is the table of topics, with messages whose examples fit."""

import dataclasses

import pytest
from jsonschema import Draft202012Validator

from schemas.envelope import REQUIRED
from schemas.events import EVENT_TYPES
from schemas.outputs import OUTPUT_TYPES
from schemas.topics import INBOUND, TOPICS, inbound
from services.describe.asyncapi import asyncapi
from services.describe.attributes import OFFERED
from services.describe.openapi import openapi

DESCRIBED = asyncapi()
MESSAGES = DESCRIBED["components"]["messages"]


def resolved(reference):
    """What a reference of the document leads to."""
    found = DESCRIBED
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(node):
    """Every reference of the document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node
        for name, inner in node.items():
            if name != "examples":
                yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_every_topic_is_a_channel_and_every_channel_a_topic():
    addresses = {channel["address"] for channel in DESCRIBED["channels"].values()}
    assert addresses == {topic.name for topic in TOPICS} | {inbound("{source}").name}


def test_every_reference_leads_somewhere():
    assert all(resolved(reference) for reference in references(DESCRIBED))
    with pytest.raises(KeyError):
        resolved({"$ref": "#/components/schemas/Nothing"})


def test_publishers_send_every_event_type_and_consumers_get_every_output_type():
    for channel in (INBOUND, inbound("source").name):
        assert set(DESCRIBED["channels"][channel]["messages"]) == {*EVENT_TYPES, "structured-event", "fhir-message"}
        assert DESCRIBED["operations"][f"receive.{channel}"]["action"] == "receive"
    sent = {
        reference["$ref"].rpartition("/")[2]
        for operation in DESCRIBED["operations"].values()
        if operation["action"] == "send"
        for reference in operation["messages"]
    }
    assert sent == {*OUTPUT_TYPES, "internal"}


@pytest.mark.parametrize("name", [*EVENT_TYPES, *OUTPUT_TYPES])
def test_the_example_of_a_message_fits_its_headers_and_its_payload(name):
    (example,) = MESSAGES[name]["examples"]
    for part in ("headers", "payload"):
        schema = {**MESSAGES[name][part], "components": DESCRIBED["components"]}
        assert list(Draft202012Validator(schema).iter_errors(example[part])) == []
    assert example["headers"]["ce_type"] == name


def test_what_an_envelope_must_hold_is_described_as_required():
    assert {item.name for item in OFFERED if item.required} == set(REQUIRED)
    for name in EVENT_TYPES:
        assert set(MESSAGES[name]["headers"]["required"]) == {f"ce_{item}" for item in REQUIRED}


@pytest.mark.parametrize("describe", [asyncapi, openapi])
def test_a_type_without_a_valid_example_is_named(describe, monkeypatch):
    row = dataclasses.replace(EVENT_TYPES["job-centre-flagged-1"], name="toy-happened-1")
    monkeypatch.setitem(EVENT_TYPES, row.name, row)
    with pytest.raises(LookupError, match="toy-happened-1 has no valid example in schemas/examples/toy-happened-1/"):
        describe()
