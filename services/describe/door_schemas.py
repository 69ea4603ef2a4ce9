"""The JSON Schemas of what the HTTP door takes and answers, for OpenAPI."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from schemas.events import EVENT_TYPES
from schemas.failures import FAILURES, IssueType
from services.describe.attributes import OFFERED
from services.describe.operations import FHIR_JSON, FHIR_XML
from services.ingest.batch import MOST_ITEMS, ItemAnswer
from services.ingest.inbox import Fate

_TEXT: dict[str, Any] = {"type": "string"}
_NAMED: dict[str, Any] = {"type": "string", "minLength": 1}
_ARRIVAL = {**_TEXT, "description": "To ask about: `GET /events/{arrival}`."}
_CODES = {"type": "array", "items": {"enum": sorted(FAILURES)}}


def reference(name: str) -> dict[str, Any]:
    """A reference to one of them."""
    return {"$ref": f"#/components/schemas/{name}"}


def door_schemas() -> dict[str, Any]:
    """All of them, by name."""
    return {**_taken(), **_answered(), "OperationOutcome": _operation_outcome()}


def _taken() -> dict[str, Any]:
    attributes = {item.name: item.schema() for item in OFFERED} | {"type": {"enum": [*EVENT_TYPES]}}
    return {
        "Event": _object(
            [item.name for item in OFFERED if item.required],
            {
                **attributes,
                "datacontenttype": {"enum": [FHIR_JSON, FHIR_XML], "default": FHIR_JSON},
                "data": {"anyOf": [reference("Resource"), {**_TEXT, "description": "XML"}]},
                "data_base64": {**_TEXT, "contentEncoding": "base64"},
            },
            "A CloudEvent 1.0 in structured mode: `data` or `data_base64` holds the FHIR resource.",
        ),
        "Batch": {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": reference("Event")},
        "Resource": _object(
            ["resourceType"],
            {"resourceType": _TEXT},
            "A FHIR R4 resource: a Bundle with the focus of the event, or the focus by itself.",
        ),
        "Message": _object(
            ["resourceType", "id", "type", "timestamp", "entry"],
            {
                "resourceType": {"const": "Bundle"},
                "id": _NAMED,
                "type": {"const": "message"},
                "timestamp": {"type": "string", "format": "date-time"},
                "entry": {"type": "array", "minItems": 1, "items": {"type": "object"}},
            },
            "A FHIR message: its first entry is the MessageHeader.",
        ),
    }


def _answered() -> dict[str, Any]:
    outcomes = get_args(get_type_hints(ItemAnswer)["outcome"])
    return {
        "Taken": _object(["arrival", "status"], {"arrival": _ARRIVAL, "status": {"enum": ["accepted", "duplicate"]}}),
        "BatchAnswers": {"type": "array", "minItems": 1, "items": reference("ItemAnswer")},
        "ItemAnswer": _object(
            ["status", "outcome"],
            {
                "status": {"type": "integer"},
                "outcome": {"enum": [*outcomes]},
                "arrival": _ARRIVAL,
                "codes": _CODES,
                "refusal": reference("OperationOutcome"),
            },
            "What one event of a batch is answered: the status that it would have had by itself. `not-taken` counts"
            " nowhere: send it again.",
            additionalProperties=False,
        ),
        "Fate": _object(
            ["arrival", "status"],
            {"arrival": _ARRIVAL, "status": {"enum": [*get_args(Fate)]}, "codes": _CODES},
            additionalProperties=False,
        ),
        "ResponseBundle": _object(
            ["resourceType", "id", "type", "entry"],
            {
                "resourceType": {"const": "Bundle"},
                "id": _NAMED,
                "type": {"const": "message"},
                "entry": {"type": "array", "minItems": 1, "items": {"type": "object"}},
            },
        ),
        "CapabilityStatement": _object(["resourceType"], {"resourceType": {"const": "CapabilityStatement"}}),
        "Description": {"type": "object"},
        "Alive": _object(["status"], {"status": {"const": "alive"}}),
        "Readiness": _object(
            ["ready", "broker", "database", "halted", "failing"],
            {
                "ready": {"type": "boolean"},
                "broker": _TEXT,
                "database": _TEXT,
                "halted": {"type": "array", "items": _TEXT},
                "failing": {"type": "array", "items": _TEXT},
            },
        ),
    }


def _operation_outcome() -> dict[str, Any]:
    coding = _object(["system", "code"], {"system": {"type": "string", "format": "uri"}, "code": _NAMED})
    details = _object(["coding", "text"], {"coding": {"type": "array", "minItems": 1, "items": coding}, "text": _NAMED})
    issue = _object(
        ["severity", "code", "details", "diagnostics"],
        {
            "severity": {"const": "error"},
            "code": {"enum": [*get_args(IssueType)]},
            "details": details,
            "diagnostics": {**_NAMED, "description": "What to do."},
            "expression": {"type": "array", "items": _NAMED, "description": "Where: FHIRPath, or an attribute."},
        },
    )
    return _object(
        ["resourceType", "issue"],
        {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array", "minItems": 1, "items": issue}},
        "Every problem of a message at once, with no identifier in it.",
    )


def _object(
    required: list[str], properties: dict[str, Any], words: str | None = None, **more: object
) -> dict[str, Any]:
    told = {"description": words} if words else {}
    return {"type": "object", **told, "required": required, "properties": properties, **more}
