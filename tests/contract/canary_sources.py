"""Canary events of the sources beside notes, pain services and job centres; see ``canary_events``."""

from __future__ import annotations

from canary_events import consent
from canary_parts import CANARIES, NEVER, Json, bundle, coding, concept, event, identifier, people, person

from schemas.codes import JOB_CENTRE_FLAG, ODS, OWN, SNOMED


def therapy(day: str) -> Json:
    """A physiotherapy service ends its care of a condition that is coded and told in words."""
    encounter = {
        "resourceType": "Encounter",
        "id": NEVER["resource-id"],
        "identifier": [identifier("identifier")],
        "status": "finished",
        "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB"),
        "serviceType": {**concept(SNOMED, "722140001"), "text": NEVER["encounter-type"]},
        "subject": person(),
        "participant": [{"individual": {"display": NEVER["clinician"]}}],
        "period": {"end": f"{day}T15:40:00Z"},
        "reasonCode": [{**concept(SNOMED, CANARIES["pain"]), "text": NEVER["encounter-reason"]}],
        "diagnosis": [{"condition": {"reference": "urn:uuid:condition", "display": NEVER["encounter-diagnosis"]}}],
        "serviceProvider": {"identifier": {"system": ODS, "value": "Y99904"}, "display": CANARIES["therapy"]},
    }
    condition = {
        "resourceType": "Condition",
        "code": {**concept(SNOMED, CANARIES["other-condition"]), "text": NEVER["condition-words"]},
        "subject": person(),
        "note": [{"text": NEVER["observation-note"]}],
    }
    return event("therapy-discharged-1", "therapy", f"{day}T16:00:00Z", bundle(encounter, *people(), condition))


def introduction(day: str) -> Json:
    """The person comes forward by a group that they know, in its words and theirs."""
    request = {
        "resourceType": "ServiceRequest",
        "identifier": [identifier("identifier")],
        "extension": [{
            "url": f"{OWN}/StructureDefinition/wish",
            "extension": [{"url": "wish", "valueCode": "keen"}, {"url": "by", "valueCode": "person"}],
        }],
        "status": "active",
        "intent": "proposal",
        "category": [{**concept(f"{OWN}/CodeSystem/introduction", "support-group"), "text": NEVER["group"]}],
        "code": concept(SNOMED, "1082611000000105"),
        "subject": {"reference": "urn:uuid:patient"},
        "authoredOn": day,
        "requester": {"display": NEVER["introducer"]},
        "reasonCode": [{"text": NEVER["request-reason"]}],
        "note": [{"text": NEVER["request-note"]}],
    }  # fmt: skip
    payload = bundle(request, *people(), consent(day, ("introduction",)))
    return event("introduction-made-1", "introduction", f"{day}T13:00:00Z", payload)


def correction(day: str) -> Json:
    """A document is replaced by another one, with words about it."""
    resource = {
        "resourceType": "DocumentReference",
        "extension": [{
            "url": f"{OWN}/StructureDefinition/fit-note-correction",
            "extension": [{"url": "note", "valueIdentifier": identifier("document-identifier")}],
        }],
        "identifier": [identifier("copy-identifier")],
        "status": "current",
        "type": concept(SNOMED, "751481000000104"),
        "subject": person(),
        "relatesTo": [{"code": "replaces", "target": {"display": NEVER["document-title"]}}],
        "description": NEVER["document-description"],
        "content": [{"attachment": {"title": NEVER["document-title"]}}],
        "context": {"period": {"start": day}},
    }  # fmt: skip
    return event("fit-note-corrected-1", "correction", f"{day}T09:45:00Z", resource)


def flag_cleared(day: str) -> Json:
    """The job centre takes its word back."""
    resource = {
        "resourceType": "Flag",
        "identifier": [identifier("flag-identifier")],
        "status": "inactive",
        "code": {**concept(JOB_CENTRE_FLAG, "out-of-work"), "text": NEVER["flag-words"]},
        "subject": {**person(), "display": NEVER["name-text"]},
        "period": {"end": day},
        "author": {"type": "Organization", "display": NEVER["flag-author"]},
    }
    return event("job-centre-flag-cleared-1", "flag-cleared", f"{day}T09:00:00Z", resource)
