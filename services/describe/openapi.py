"""OpenAPI 3.1 of the HTTP door, made from the table of its operations and the closed list of failures."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from schemas.codes import EVENT_TYPE
from schemas.events import EVENT_TYPES
from schemas.identifiers import made_id
from schemas.outputs import OUTPUT_TYPES
from services.describe.attributes import OFFERED
from services.describe.door_schemas import door_schemas, reference
from services.describe.examples import first_valid_example, valid_examples
from services.describe.operations import FHIR_JSON, FHIR_XML, OPERATIONS, Answer, Operation
from services.ingest.batch import BATCH


def openapi() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fitpath: the HTTP door",
            "version": version("fitpath"),
            "summary": "Events come in here, as CloudEvents that hold FHIR: fit notes, discharges, flags, answers.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"source": []}],
        "paths": paths,
        "components": {
            "schemas": door_schemas(),
            "headers": _HEADERS,
            "securitySchemes": {
                "source": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of your source. On one machine alone the door may do without.",
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary}
    if operation.words:
        found["description"] = operation.words
    if not operation.guarded:
        found["security"] = [{}]
    parameters = [parameter for name in operation.parameters for parameter in _PARAMETERS[name]]
    if parameters:
        found["parameters"] = parameters
    if operation.takes:
        taken = {media_type: _body(operation, media_type) for media_type in operation.takes}
        found["requestBody"] = {"required": True, "content": taken}
    found["responses"] = {
        **{str(answer.status): _answered(answer) for answer in operation.answers},
        **{str(status): _refused(operation, status) for status in operation.refused()},
    }
    return found


def _body(operation: Operation, media_type: str) -> dict[str, Any]:
    if media_type == FHIR_XML:
        return {"schema": {"type": "string", "description": "A FHIR R4 resource as XML."}}
    if "message" in operation.parameters:
        return {"schema": reference("Message"), "examples": {"fit-note-issued-1": {"value": _message()}}}
    events = {name: first_valid_example(name).event() for name in EVENT_TYPES}
    if media_type == BATCH:
        return {"schema": reference("Batch"), "examples": {"two": {"value": [*events.values()][:2]}}}
    if media_type == FHIR_JSON:
        return {"schema": reference("Resource")}
    return {"schema": reference("Event"), "examples": {name: {"value": event} for name, event in events.items()}}


def _answered(answer: Answer) -> dict[str, Any]:
    forms = [reference(name) for name in answer.schemas] or [{"type": "string"}]
    content = {answer.media_type: {"schema": forms[0] if len(forms) == 1 else {"oneOf": forms}}}
    found: dict[str, Any] = {"description": answer.words, "content": content}
    if answer.headers:
        found["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    return found


def _refused(operation: Operation, status: int) -> dict[str, Any]:
    words = "\n".join(
        f"- `{failure.code}`: {failure.words}. {failure.advice}" for failure in operation.refused()[status]
    )
    found: dict[str, Any] = {"description": words, "content": {FHIR_JSON: {"schema": reference("OperationOutcome")}}}
    beside = _BESIDE.get(status)
    if beside:
        found["headers"] = {beside: {"$ref": f"#/components/headers/{beside}"}}
    return found


_BESIDE = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
_HEADERS: dict[str, Any] = {
    "Location": {
        "required": True, "description": "Where to ask what became of it.",
        "schema": {"type": "string", "pattern": "^/events/[^/]+$"},
    },
    "Retry-After": {"required": True, "description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"required": True, "description": "How to say who you are.", "schema": {"type": "string"}},
}  # fmt: skip


def _parameter(name: str, place: str, words: str, *, required: bool = True, **form: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": name, "in": place, "required": required, "description": words, "schema": {"type": "string", **form}}


_EXAMPLE_FILE = r"^[a-z0-9-]+\.(valid|invalid)\.json$"
_KNOWN = [*EVENT_TYPES, *OUTPUT_TYPES]
_PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "ce": [
        *(
            _parameter(
                f"ce-{item.name}", "header", f"{item.words} Binary mode only.", required=False,
                **({"enum": [*EVENT_TYPES]} if item.name == "type" else item.form),
            )
            for item in OFFERED
        ),
        _parameter("traceparent", "header", "W3C trace context.", required=False),
    ],
    "message": [
        _parameter("X-Correlation-ID", "header", "As BaRS: what this message belongs to.", required=False),
        _parameter("X-Request-ID", "header", "As BaRS: this request.", required=False),
        _parameter("traceparent", "header", "W3C trace context.", required=False),
    ],
    "source": [_parameter("source", "query", "The event's source.", minLength=1)],
    "id": [_parameter("id", "query", "The event's id.", minLength=1)],
    "arrival": [_parameter("arrival", "path", "The arrival, as `Location` named it.", minLength=1)],
    "type": [_parameter("type", "path", "An event type.", enum=_KNOWN)],
    "example": [_parameter("example", "path", "The file of an example.", pattern=_EXAMPLE_FILE)],
}  # fmt: skip


def _message() -> dict[str, Any]:
    """A fit note as a FHIR message."""
    events = (example.event() for example in valid_examples("fit-note-issued-1"))
    event = next(event for event in events if "entry" in event["data"])
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": EVENT_TYPE, "code": event["type"]},
        "source": {"endpoint": event["source"]},
    }
    own = made_id(event["id"], "message")
    told = {"resourceType": "Bundle", "id": own, "type": "message", "timestamp": event["time"]}
    return {**told, "entry": [{"resource": header}, *event["data"]["entry"]]}
