"""Messages as the demo's publishers send them: structured CloudEvents with FHIR R4 in them. Everything is synthetic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.codes import (
    AGREEMENT_ITEM,
    BSER,
    JOB_CENTRE_FLAG,
    KNOWN_AND_AGREED,
    NHS_NUMBER,
    ODS,
    OWN,
    PROMPT_ANSWER,
    REASON,
    SNOMED,
    TASK_ID,
    WORK_SITUATION,
)
from schemas.envelope import to_text
from schemas.events.job_centre_flag import OUT_OF_WORK
from schemas.events.wish import WISH_EXTENSION
from schemas.fhir.consent import AGREED_BY, AGREED_HOW, ASKED_BY, RECIPIENT
from schemas.identifiers import made_id

PRACTICE, PAIN_SERVICE = ("Y99001", "Synthetic Street Surgery"), ("Y99101", "Synthetic Pain Service")
GP_SOURCE, PAIN_SOURCE = "https://gp-practice.example/fit-notes", "https://pain-service.example/discharges"
JOB_CENTRE_SOURCE, PROVIDER_SOURCE = "https://job-centre.example/flags", "https://ips-provider.example/referrals"
_THE_FORM = "https://fhir.hl7.org.uk/Questionnaire/18381000000107"
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Patient:
    """A person of the demo; ``key`` makes the ids of their events."""

    key: str
    nhs_number: str
    given: str
    family: str
    born: date

    def resource(self) -> dict[str, Any]:
        """FHIR Patient."""
        return {
            "resourceType": "Patient",
            "identifier": [{"system": NHS_NUMBER, "value": self.nhs_number}],
            "name": [{"family": self.family, "given": [self.given]}],
            "telecom": [{"system": "phone", "value": "07700900001"}],
            "birthDate": self.born.isoformat(),
        }

    def reference(self) -> dict[str, Any]:
        """A reference to them by NHS number."""
        return {"identifier": {"system": NHS_NUMBER, "value": self.nhs_number}}


def fit_note(
    patient: Patient,
    assessed: date,
    days: int,
    code: str,
    *,
    when: datetime | None = None,
    advice: str = "160910001",
    work: str | None = None,
    adjustments: tuple[str, ...] = (),
) -> Event:
    """A fit note of so many days, as the sickness certificate form; ``code`` is the condition (SNOMED CT)."""
    answers: list[tuple[str, dict[str, Any]]] = [
        ("4436092714066", {"valueDate": assessed.isoformat()}),
        ("3841573519012", {"valueCoding": {"system": SNOMED, "code": code}}),
        ("advice", {"valueCoding": {"system": SNOMED, "code": advice}}),
        *(("adjustment", {"valueCoding": {"system": SNOMED, "code": item}}) for item in adjustments),
        ("9152699348287", {"valueDate": assessed.isoformat()}),
        ("4958668541331", {"valueDate": (assessed + timedelta(days=days - 1)).isoformat()}),
        *([("work-situation", {"valueCoding": {"system": WORK_SITUATION, "code": work}})] if work else []),
    ]
    form = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": _THE_FORM,
        "status": "completed",
        "subject": patient.reference(),
        "authored": _at(assessed),
        "author": organisation(PRACTICE),
        "item": [{"linkId": link, "answer": [answer]} for link, answer in answers],
    }
    time = when or _at(assessed)
    return _event(patient, "fit-note-issued-1", GP_SOURCE, f"note-{time}", time, bundle(form, patient.resource()))


def pain_discharge(patient: Patient, on: date, *, work: str | None = None) -> Event:
    """A pain service ends its care."""
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "serviceType": {"coding": [{"system": SNOMED, "code": "310071006"}]},
        "subject": patient.reference(),
        "period": {"end": _at(on)},
        "serviceProvider": organisation(PAIN_SERVICE),
    }
    situation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "work situation"},
        "subject": patient.reference(),
        "valueCodeableConcept": {"coding": [{"system": WORK_SITUATION, "code": work}]},
    }
    practice = {**patient.resource(), "generalPractitioner": [organisation(PRACTICE)]}
    payload = bundle(encounter, practice, *([situation] if work else []))
    return _event(patient, "pain-clinic-discharged-1", PAIN_SOURCE, f"discharge-{on}", _at(on), payload)


def job_centre_flag(patient: Patient, since: date) -> Event:
    """The job centre flags somebody out of work, who knows of it and agreed."""
    flag = {
        "resourceType": "Flag",
        "extension": [{"url": KNOWN_AND_AGREED, "valueBoolean": True}],
        "status": "active",
        "code": {"coding": [{"system": JOB_CENTRE_FLAG, "code": OUT_OF_WORK}]},
        "subject": patient.reference(),
        "period": {"start": since.isoformat()},
        "author": {"type": "Organization", "display": "Synthetic Town Job Centre"},
    }
    return _event(patient, "job-centre-flagged-1", JOB_CENTRE_SOURCE, f"flag-{since}", _at(since), flag)


def prompt_answer(
    patient: Patient, task: str, answer: str, when: datetime, *, wish: tuple[str, str] | None = None,
    reason: str | None = None, agreed_with: tuple[str, str] | None = None,
) -> Event:  # fmt: skip
    """A clinician answers a prompt; ``agreed_with`` is the provider that the person agreed to be referred to."""
    status = {"not-now": "on-hold", "not-suitable": "rejected", "person-declined": "rejected"}.get(answer, "completed")
    parts = [("wish", "valueCode", wish[0]), ("by", "valueCode", wish[1])] if wish else []
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "identifier": [{"system": TASK_ID, "value": task}],
        "status": status,
        "businessStatus": {"coding": [{"system": PROMPT_ANSWER, "code": answer}]},
        "intent": "proposal",
        "for": patient.reference(),
    }
    if parts:
        resource["extension"] = [
            {"url": WISH_EXTENSION, "extension": [{"url": name, kind: value} for name, kind, value in parts]}
        ]
    if reason:
        resource["statusReason"] = {"coding": [{"system": REASON, "code": reason}]}
    payload = bundle(resource, consent(patient, agreed_with, when)) if agreed_with else resource
    return _event(patient, "prompt-answered-1", GP_SOURCE, f"{task}-{answer}", when, payload)


def referral_update(
    patient: Patient, task: str, status: str, when: datetime, *, worker: tuple[str, str] | None = None,
    reason: str | None = None,
) -> Event:  # fmt: skip
    """The IPS provider moves a referral (BSeR business status)."""
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "identifier": [{"system": TASK_ID, "value": task}],
        "status": {"4.0": "rejected", "7.0": "completed"}.get(status, "in-progress"),
        "businessStatus": {"coding": [{"system": BSER, "code": status}]},
        "intent": "order",
        "for": patient.reference(),
    }
    if worker:
        resource["owner"] = {
            "type": "Practitioner",
            "identifier": {"system": "https://ips-provider.example/Id/worker", "value": worker[0]},
            "display": worker[1],
        }
    if reason:
        resource["statusReason"] = {"coding": [{"system": REASON, "code": reason}]}
    return _event(patient, "referral-updated-1", PROVIDER_SOURCE, f"{task}-{status}-{worker}", when, resource)


def consent(patient: Patient, recipient: tuple[str, str], when: datetime) -> dict[str, Any]:
    """The person's agreement to be referred to a provider."""
    items = ("contact", "work-plan")
    return {
        "resourceType": "Consent",
        "extension": [
            {"url": AGREED_BY, "valueCode": "person"},
            {"url": AGREED_HOW, "valueCode": "spoken"},
            {"url": ASKED_BY, "valueReference": {"display": "Dr Example Onetest"}},
        ],
        "identifier": [{"system": "https://gp-practice.example/consents", "value": f"consent-{patient.key}"}],
        "status": "active",
        "scope": coded("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [coded("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IDSCL")],
        "patient": patient.reference(),
        "dateTime": when.date().isoformat(),
        "policyRule": coded(f"{OWN}/CodeSystem/words", "ips-agreement-words-1"),
        "provision": {
            "type": "permit",
            "actor": [{
                "role": coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", RECIPIENT),
                "reference": organisation(recipient),
            }],
            "purpose": [{"system": AGREEMENT_ITEM, "code": item} for item in items],
        },
    }  # fmt: skip


def _event(patient: Patient, kind: str, source: str, name: str, time: datetime | str, data: dict[str, Any]) -> Event:
    return {
        "specversion": "1.0",
        "id": made_id("demo", patient.key, kind, name),
        "source": source,
        "type": kind,
        "time": time if isinstance(time, str) else to_text(time),
        "datacontenttype": "application/fhir+json",
        "data": data,
    }


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    """A collection, the focus first."""
    entries = [
        {"fullUrl": f"urn:uuid:{made_id('demo', str(number), json.dumps(item))}", "resource": item}
        for number, item in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def organisation(found: tuple[str, str]) -> dict[str, Any]:
    """A reference to an organisation by its ODS code, with its name."""
    return {"type": "Organization", "identifier": {"system": ODS, "value": found[0]}, "display": found[1]}


def coded(system: str, code: str) -> dict[str, Any]:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def _at(day: date) -> str:
    return to_text(datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC))
