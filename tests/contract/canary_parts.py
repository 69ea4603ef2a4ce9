"""Canaries, and the parts of FHIR that hold them: a canary is a text that stands nowhere else.

Which of them may come out where is ``test_disclosure``'s table.
"""

from __future__ import annotations

from typing import Any

from schemas.codes import NHS_NUMBER, ODS

Json = dict[str, Any]
NUMBER = "9990000018"
#: All that may come out somewhere.
MAY_COME_OUT: dict[str, str] = {
    "nhs-number": NUMBER,
    "family": "Canaryfamily",
    "given": "Canarygiven",
    "birth-date": "1979-05-17",
    "phone": "07700 900123",
    "email": "canary.email@people.example",
    "language": "cy-x-canary",
    "practice": "Canary Practice",
    "service": "Canary Pain Service",
    "therapy": "Canary Therapy",
    "provider": "Canary IPS Provider",
    "pain": "278860009",
    "other-condition": "44465007",
    "adjustment": "775301000000104",
    "effects": "canary functional effects",
    "agreement-id": "canary-agreement-id",
    "asked-by": "Canaryasker",
    "agreement-words": "canary-words-shown",
    "reason": "canary-reason",
    "worker": "Canaryworker",
}
#: All that may never come out, wherever it stood.
NEVER: dict[str, str] = {
    name: f"never-{name}-out"
    for name in (
        "resource-id", "identifier", "hospital-number", "narrative", "prefix", "name-text", "old-family", "old-phone",
        "street", "city", "postcode", "marital-status", "next-of-kin", "next-of-kin-phone", "photo", "practice-display",
        "clinician", "clinician-id", "clinician-phone", "clinician-role", "organisation-phone", "organisation-address",
        "question", "condition-display", "condition-words", "condition-text-answer", "observation-note",
        "document-description", "document-title", "document-url", "document-identifier",
        "encounter-reason", "encounter-diagnosis", "encounter-location", "encounter-type", "follow-up", "outcome",
        "flag-author", "flag-words", "flag-identifier", "programme", "task-note", "task-description", "task-words",
        "task-input", "task-output", "consent-source", "consent-data", "consent-verified-with", "worker-id",
        "answered-how", "answered-words", "consent-id", "consent-recipient", "consent-category", "withdrawal-id",
        "objection-id",
        "progress-note", "progress-value", "request-note", "request-reason", "request-instruction",
        "appointment-words", "appointment-comment", "appointment-instruction", "appointment-place", "episode-diagnosis",
        "extension-of-the-envelope", "introducer", "form-identifier", "copy-identifier", "group", "subscription",
        "signal-number",
    )
} | {"national-insurance-number": "QQ123456C", "document-bytes": "bmV2ZXItZG9jdW1lbnQtYnl0ZXMt"}  # fmt: skip
CANARIES = MAY_COME_OUT | NEVER


def people() -> list[Json]:
    patient = {
        "resourceType": "Patient",
        "id": NEVER["resource-id"],
        "text": narrative(),
        "identifier": [
            {"system": NHS_NUMBER, "value": NUMBER},
            identifier("hospital-number"),
            {"system": "https://example.gov.uk/national-insurance", "value": NEVER["national-insurance-number"]},
        ],
        "name": [
            {"use": "old", "family": NEVER["old-family"]},
            {"use": "official", "family": CANARIES["family"], "given": [CANARIES["given"]],
             "prefix": [NEVER["prefix"]], "text": NEVER["name-text"]},
        ],
        "telecom": [
            {"system": "phone", "value": CANARIES["phone"], "use": "mobile"},
            {"system": "email", "value": CANARIES["email"]},
            {"system": "phone", "value": NEVER["old-phone"], "use": "old"},
        ],
        "gender": "female",
        "birthDate": CANARIES["birth-date"],
        "address": [{"line": [NEVER["street"]], "city": NEVER["city"], "postalCode": NEVER["postcode"]}],
        "maritalStatus": {"text": NEVER["marital-status"]},
        "photo": [{"title": NEVER["photo"]}],
        "contact": [{"name": {"text": NEVER["next-of-kin"]},
                     "telecom": [{"system": "phone", "value": NEVER["next-of-kin-phone"]}]}],
        "communication": [{"language": concept("urn:ietf:bcp:47", CANARIES["language"])}],
        "generalPractitioner": [
            {"identifier": {"system": ODS, "value": "Y99901"}, "display": CANARIES["practice"]}
        ],
    }  # fmt: skip
    clinician = {
        "resourceType": "Practitioner",
        "identifier": [identifier("clinician-id")],
        "name": [{"text": NEVER["clinician"]}],
        "telecom": [{"system": "phone", "value": NEVER["clinician-phone"]}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "urn:uuid:clinician", "display": NEVER["clinician"]},
        "organization": {"reference": "urn:uuid:practice", "display": NEVER["practice-display"]},
        "code": [{"text": NEVER["clinician-role"]}],
    }
    practice = {
        "resourceType": "Organization",
        "identifier": [{"system": ODS, "value": "Y99901"}],
        "name": CANARIES["practice"],
        "telecom": [{"system": "phone", "value": NEVER["organisation-phone"]}],
        "address": [{"text": NEVER["organisation-address"]}],
    }
    return [patient, clinician, role, practice]


_URLS = {
    "Patient": "urn:uuid:patient", "Practitioner": "urn:uuid:clinician", "PractitionerRole": "urn:uuid:role",
    "Organization": "urn:uuid:practice",
}  # fmt: skip


def event(kind: str, name: str, time: str, data: Json) -> Json:
    return {
        "specversion": "1.0",
        "id": name,
        "source": "https://publisher.example/events",
        "type": kind,
        "time": time,
        "subject": NUMBER,
        "patientname": NEVER["extension-of-the-envelope"],
        "datacontenttype": "application/fhir+json",
        "data": data,
    }


def bundle(*resources: Json) -> Json:
    entries = [
        {"resource": resource, **({"fullUrl": url} if (url := _URLS.get(resource["resourceType"])) else {})}
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def narrative() -> Json:
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{NEVER["narrative"]} {CANARIES["family"]}</div>',
    }


def person() -> Json:
    return {"identifier": {"system": NHS_NUMBER, "value": NUMBER}}


def identifier(canary: str) -> Json:
    return {"system": "https://publisher.example/ids", "value": NEVER[canary]}


def coding(system: str, code: str, display: str | None = None) -> Json:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept(system: str, code: str) -> Json:
    return {"coding": [coding(system, code)]}


def coded(url: str, code: str) -> Json:
    return {"url": url, "valueCodeableConcept": concept("https://publisher.example/codes", code)}
