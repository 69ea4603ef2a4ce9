"""AsyncAPI 3.0 of the topics, made from the table of topics, the event types and the models of the outputs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from schemas.codes import SOURCE
from schemas.envelope import MEDIA_TYPE
from schemas.events import EVENT_TYPES
from schemas.outputs import OUTPUT_TYPES, OutputType
from schemas.topics import TOPICS, Topic, inbound, is_inbound
from services.describe.attributes import OFFERED, PUBLISHED, Attribute
from services.describe.examples import first_valid_example
from services.describe.output_schemas import output_schemas
from services.ingest.structured import STRUCTURED

_BINDING = "0.5.0"
_RECORD_KEY = next(item.schema() for item in PUBLISHED if item.name == "subject")
#: Every topic; the inbound topic of a source stands for those of all sources.
_TOPICS = (*TOPICS, inbound("{source}"))
#: Which way a record goes, as Fitpath sees it.
_ACTIONS = {"in": ("receive",), "internal": ("send", "receive"), "out": ("send",)}
#: Ways to send an event to ``fitpath.inbound`` that say its type in the body.
_OTHER_WAYS = ("structured-event", "fhir-message")


def asyncapi() -> dict[str, Any]:
    """The whole document."""
    names, schemas = output_schemas()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fitpath: the topics",
            "version": version("fitpath"),
            "description": "What goes into Fitpath and what comes out of it by Kafka, as CloudEvents 1.0 in binary"
            " mode that hold FHIR R4. Read with isolation.level read_committed: there each output is once.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "broker": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": {"default": "127.0.0.1:9092", "description": "Where the brokers are."}},
            }
        },
        "channels": {_key(topic): _channel(topic) for topic in _TOPICS},
        "operations": {
            f"{action}.{_key(topic)}": _operation(topic, action)
            for topic in _TOPICS
            for action in _ACTIONS[topic.direction]
        },
        "components": {
            "messages": {
                **{name: _inbound(name) for name in EVENT_TYPES},
                **_other_ways(),
                **{row.name: _outbound(row, names[row.name]) for row in OUTPUT_TYPES.values()},
                "internal": _INTERNAL,
            },
            "schemas": schemas,
        },
    }


def messages_of(topic: Topic) -> tuple[str, ...]:
    """The messages that stand on a topic, by name."""
    if is_inbound(topic.name):
        return (*EVENT_TYPES, *_OTHER_WAYS)
    return tuple(row.name for row in OUTPUT_TYPES.values() if topic.name in row.topics) or ("internal",)


def _channel(topic: Topic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "address": topic.name,
        "description": f"{topic.purpose[0].upper()}{topic.purpose[1:]}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages_of(topic)},
        "tags": [{"name": topic.direction}],
    }
    if "{source}" in topic.name:
        found["parameters"] = {"source": {"description": "The name of the source in the registry of sources."}}
    settings = {"cleanup.policy": [topic.cleanup]}
    found["bindings"] = {"kafka": {"topicConfiguration": settings, "bindingVersion": _BINDING}}
    return found


def _key(topic: Topic) -> str:
    """The name of a topic as a key of the document."""
    return topic.name.replace("{source}", "source")


def _operation(topic: Topic, action: str) -> dict[str, Any]:
    channel = f"#/channels/{_key(topic)}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in messages_of(topic)],
    }


def _inbound(name: str) -> dict[str, Any]:
    row = EVENT_TYPES[name]
    kinds = ["Bundle", *row.focus]
    payload = {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"enum": kinds}},
        "description": f"FHIR R4: {' or '.join(row.focus)}, by itself or in a Bundle with what belongs to it.",
    }
    return {
        "name": name,
        "title": _title(row.purpose),
        "contentType": MEDIA_TYPE,
        "headers": _headers(OFFERED, name),
        "payload": payload,
        "examples": [_example(name, OFFERED)],
    }


def _outbound(row: OutputType, schema: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": _title(row.purpose),
        "contentType": MEDIA_TYPE,
        "headers": _headers(PUBLISHED, row.name),
        "payload": {"$ref": f"#/components/schemas/{schema}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": _RECORD_KEY, "bindingVersion": _BINDING}},
        "examples": [_example(row.name, PUBLISHED)],
    }


def _headers(attributes: tuple[Attribute, ...], event_type: str) -> dict[str, Any]:
    forms = {item.name: item.schema() for item in attributes}
    forms["type"] = {"const": event_type}
    return {
        "type": "object",
        "required": [f"ce_{item.name}" for item in attributes if item.required],
        "properties": {"content-type": {"const": MEDIA_TYPE}, **{f"ce_{name}": form for name, form in forms.items()}},
    }


def _example(name: str, attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    """The first valid example of a type, as a record."""
    shown = first_valid_example(name)
    event = shown.event()
    stated = {item.name: event[item.name] for item in attributes if item.name in event}
    headers = {"content-type": MEDIA_TYPE, **{f"ce_{attribute}": value for attribute, value in stated.items()}}
    return {"name": shown.story, "headers": headers, "payload": event["data"]}


def _other_ways() -> dict[str, Any]:
    return {
        "structured-event": {
            "name": "structured-event",
            "title": "Any of these events in structured mode",
            "contentType": STRUCTURED,
            "headers": {
                "type": "object",
                "required": ["content-type"],
                "properties": {"content-type": {"const": STRUCTURED}},
            },
            "payload": {
                "type": "object",
                "required": [*(item.name for item in OFFERED if item.required), "data"],
                "properties": {
                    **{item.name: item.schema() for item in OFFERED},
                    "data": {"type": ["object", "string"]},
                },
            },
        },
        "fhir-message": {
            "name": "fhir-message",
            "title": "Any of these events as a FHIR message, without headers",
            "contentType": MEDIA_TYPE,
            "payload": {
                "type": "object",
                "required": ["resourceType", "id", "type", "timestamp", "entry"],
                "properties": {"resourceType": {"const": "Bundle"}, "type": {"const": "message"}},
            },
        },
    }


_INTERNAL: dict[str, Any] = {
    "name": "internal",
    "title": "Fitpath's own record",
    "description": f"Written and read by Fitpath ({SOURCE}) only: it may change with any release.",
}


def _title(purpose: str) -> str:
    return purpose[0].upper() + purpose[1:]
