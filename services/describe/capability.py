"""The FHIR CapabilityStatement of the door: `$process-message`, its formats, and the event types it takes."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from schemas.codes import OWN
from schemas.events import EVENT_TYPES
from services.describe.operations import FHIR_JSON, FHIR_XML

#: When what it says changed last.
_CHANGED = "2026-11-25"
_PROCESS_MESSAGE = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"


def capability_statement() -> dict[str, Any]:
    """The statement, as FHIR R4."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED,
        "kind": "instance",
        "software": {"name": "Fitpath", "version": version("fitpath")},
        "implementation": {"description": "The HTTP door of Fitpath: events come in here."},
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON, FHIR_XML],
        "rest": [
            {
                "mode": "server",
                "documentation": "Nothing is read or searched here. The answer to a message is JSON.",
                "security": {"description": "A bearer token for each source; none on one machine alone."},
                "operation": [
                    {
                        "name": "process-message",
                        "definition": _PROCESS_MESSAGE,
                        "documentation": "Synchronous. The answers are those of BaRS: the same message again is 409.",
                    }
                ],
            }
        ],
        "messaging": [
            {
                "documentation": "Each message is one event. /docs has a page for each event type; /openapi.json and"
                " /asyncapi.json describe the door and the topics on which outputs are published.",
                "supportedMessage": [
                    {"mode": "receiver", "definition": f"{OWN}/MessageDefinition/{name}"} for name in EVENT_TYPES
                ],
            }
        ],
    }
