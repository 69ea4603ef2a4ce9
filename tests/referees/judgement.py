"""What counts against a resource: the validator's errors, but for a few that are known to be wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from fhir_validator import Issue, Validator

Json = dict[str, Any]
#: Place and message id, never a message id alone, and why it is no fault of the resource.
ALLOWED = {
    ("Patient.communication.language", "Terminology_PassThrough_TX_Message"): (
        "FHIR prefers its list of common languages and takes any BCP 47 tag; HAPI calls a tag beside the list an error"
    ),
}
_UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
#: The resources that stand in what comes in and goes out and for which UK Core has a profile.
PROFILED = frozenset(
    {
        "Appointment",
        "Bundle",
        "CarePlan",
        "Communication",
        "Composition",
        "Condition",
        "Consent",
        "DocumentReference",
        "Encounter",
        "EpisodeOfCare",
        "Flag",
        "HealthcareService",
        "MessageHeader",
        "Observation",
        "OperationOutcome",
        "Organization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "QuestionnaireResponse",
        "ServiceRequest",
        "Task",
    }
)


def errors_of(validator: Validator, resource: Json) -> list[Issue]:
    """What makes a resource invalid."""
    return [issue for issue in validator.issues(resource) if issue.is_error and (issue.place, issue.id) not in ALLOWED]


def as_uk_core(resource: Json) -> Json:
    """A copy in which each resource claims the UK Core profile of its kind, where there is one."""
    copied = copy.deepcopy(resource)
    for each in resources_in(copied):
        if each["resourceType"] in PROFILED:
            each["meta"] = {**each.get("meta", {}), "profile": [_UK_CORE + each["resourceType"]]}
    return copied


def resources_in(node: Any) -> Iterator[Json]:
    """A resource, and what it contains or holds as entries."""
    if isinstance(node, dict):
        if isinstance(node.get("resourceType"), str):
            yield node
        for inner in node.values():
            yield from resources_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from resources_in(inner)
