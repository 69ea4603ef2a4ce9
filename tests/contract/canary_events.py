"""Inbound events with a canary in every identifier, name, address, number, code and free text that they can hold."""

from __future__ import annotations

from canary_parts import (
    CANARIES,
    NEVER,
    NUMBER,
    Json,
    bundle,
    coded,
    coding,
    concept,
    event,
    identifier,
    narrative,
    people,
    person,
)

from schemas.codes import (
    AGREEMENT_ITEM,
    BSER,
    EMPLOYMENT_PROGRESS,
    JOB_CENTRE_FLAG,
    LOOKUP_RESULT,
    ODS,
    OWN,
    REASON,
    SNOMED,
    TASK_ID,
)
from schemas.codes import PROMPT_ANSWER as ANSWER
from schemas.codes import WORK_SITUATION as WORK
from schemas.events.pain_service_codes import OUTCOME_OF_ATTENDANCE
from schemas.events.referral_update import WAITING_LIST


def fit_note(day: str, *, number: int = 1) -> Json:
    """A fit note as a form, with advice, two conditions, adjustments, free text and everything about the person."""
    answers = [
        ("4436092714066", {"valueDate": day}),
        ("3841573519012", {"valueCoding": coding(SNOMED, CANARIES["pain"], NEVER["condition-display"])}),
        ("3841573519012", {"valueCoding": coding(SNOMED, CANARIES["other-condition"], NEVER["condition-display"])}),
        ("condition-in-words", {"valueString": NEVER["condition-text-answer"]}),
        ("advice", {"valueCoding": coding(SNOMED, "225891002")}),
        ("adjustment", {"valueCoding": coding(SNOMED, CANARIES["adjustment"])}),
        ("9613825261904", {"valueString": CANARIES["effects"]}),
        ("9610249726447", {"valueString": "8 weeks"}),
        ("work-situation", {"valueCoding": coding(WORK, "in-work")}),
    ]
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": NEVER["resource-id"],
        "text": narrative(),
        "identifier": identifier("form-identifier"),
        "questionnaire": "https://example.fhir.nhs.uk/Questionnaire/18381000000107",
        "status": "completed",
        "subject": {"reference": "urn:uuid:patient"},
        "author": {"reference": "urn:uuid:role", "display": NEVER["clinician"]},
        "item": [{"linkId": link, "text": NEVER["question"], "answer": [answer]} for link, answer in answers],
    }
    remark = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": NEVER["condition-words"]},
        "subject": {"reference": "urn:uuid:patient"},
        "note": [{"text": NEVER["observation-note"]}],
    }
    return event("fit-note-issued-1", f"note-{number}", f"{day}T09:30:00Z", bundle(form, *people(), remark))


def document(day: str) -> Json:
    """A fit note as a document whose diagnosis stands in words only."""
    content = {
        "attachment": {
            "contentType": "application/pdf",
            "url": f"https://documents.example/{NEVER['document-url']}",
            "title": NEVER["document-title"],
            "data": NEVER["document-bytes"],
        }
    }
    resource = {
        "resourceType": "DocumentReference",
        "identifier": [identifier("document-identifier")],
        "status": "current",
        "type": concept(SNOMED, "751481000000104"),
        "subject": person(),
        "author": [{"identifier": {"system": ODS, "value": "Y99901"}, "display": CANARIES["practice"]}],
        "description": NEVER["document-description"],
        "content": [content],
        "context": {"period": {"start": day}},
    }
    return event("fit-note-issued-1", "document", f"{day}T09:40:00Z", resource)


def discharge(day: str, *, work: str = "in-work") -> Json:
    """A pain service ends its care; the practice is named in the Patient."""
    encounter = {
        "resourceType": "Encounter",
        "id": NEVER["resource-id"],
        "extension": [
            coded(OUTCOME_OF_ATTENDANCE, NEVER["outcome"]),
            coded(f"{OWN}/StructureDefinition/follow-up", NEVER["follow-up"]),
        ],
        "status": "finished",
        "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB"),
        "type": [{"text": NEVER["encounter-type"]}],
        "serviceType": concept(SNOMED, "310071006"),
        "subject": person(),
        "participant": [{"individual": {"display": NEVER["clinician"]}}],
        "period": {"end": f"{day}T10:40:00Z"},
        "reasonCode": [{"text": NEVER["encounter-reason"]}],
        "diagnosis": [{"condition": {"display": NEVER["encounter-diagnosis"]}}],
        "location": [{"location": {"display": NEVER["encounter-location"]}}],
        "serviceProvider": {"identifier": {"system": ODS, "value": "Y99903"}, "display": CANARIES["service"]},
    }  # fmt: skip
    situation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": NEVER["condition-words"]},
        "subject": person(),
        "valueCodeableConcept": concept(WORK, work),
    }
    payload = bundle(encounter, *people(), situation)
    return event("pain-clinic-discharged-1", "discharge", f"{day}T11:00:00Z", payload)


def flag(day: str) -> Json:
    """The job centre says that the person is out of work, and names a programme."""
    resource = {
        "resourceType": "Flag",
        "identifier": [identifier("flag-identifier")],
        "extension": [
            {"url": f"{OWN}/StructureDefinition/known-and-agreed", "valueBoolean": True},
            {"url": f"{OWN}/StructureDefinition/programme", "valueCode": NEVER["programme"]},
        ],
        "status": "active",
        "code": {**concept(JOB_CENTRE_FLAG, "out-of-work"), "text": NEVER["flag-words"]},
        "subject": {**person(), "display": NEVER["name-text"]},
        "author": {"type": "Organization", "display": NEVER["flag-author"]},
    }
    return event("job-centre-flagged-1", "flag", f"{day}T09:00:00Z", resource)


def refer(task: str, day: str, items: tuple[str, ...]) -> Json:
    """The person agreed: a Task in answer to the prompt, and their Consent to these items."""
    answer = {
        **task_said(task, "completed", concept(ANSWER, "refer")),
        "extension": [{
            "url": f"{OWN}/StructureDefinition/wish",
            "extension": [{"url": "wish", "valueCode": "keen"}, {"url": "by", "valueCode": "person"}],
        }],
    }  # fmt: skip
    return event("prompt-answered-1", "answer", f"{day}T12:00:00Z", bundle(answer, consent(day, items)))


def consent(day: str, items: tuple[str, ...], *, to: str = "Z9Z99") -> Json:
    """The person agreed to these items."""
    return {
        "resourceType": "Consent",
        "id": NEVER["resource-id"],
        "extension": [
            {"url": f"{OWN}/StructureDefinition/agreed-by", "valueCode": "person"},
            {"url": f"{OWN}/StructureDefinition/agreed-how", "valueCode": "spoken"},
            {"url": f"{OWN}/StructureDefinition/asked-by", "valueReference": {"display": CANARIES["asked-by"]}},
        ],
        "identifier": [{"system": "https://practice.example/consents", "value": CANARIES["agreement-id"]}],
        "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IDSCL")],
        "patient": person(),
        "dateTime": day,
        "sourceAttachment": {"title": NEVER["consent-source"]},
        "policyRule": concept(f"{OWN}/CodeSystem/words", CANARIES["agreement-words"]),
        "verification": [{"verified": True, "verifiedWith": {"display": NEVER["consent-verified-with"]}}],
        "provision": {
            "type": "permit",
            "actor": [{
                "role": concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
                "reference": {"identifier": {"system": ODS, "value": to}, "display": CANARIES["provider"]},
            }],
            "purpose": [coding(AGREEMENT_ITEM, item) for item in items],
            "data": [{"meaning": "instance", "reference": {"display": NEVER["consent-data"]}}],
        },
    }  # fmt: skip


def update(task: str, time: str, status: str) -> Json:
    """The provider moves the referral, with a named worker, a coded reason and words about it."""
    waits = {"url": "place", "valueInteger": 77}
    resource = {
        **task_said(task, "in-progress", concept(BSER, status)),
        **({"extension": [{"url": WAITING_LIST, "extension": [waits]}]} if status == "3.0" else {}),
        "statusReason": {**concept(REASON, CANARIES["reason"]), "text": NEVER["task-words"]},
        "owner": worker(),
    }
    return event("referral-updated-1", f"update-{status}", time, resource)


def progress(task: str, day: str, kind: str = "job-started") -> Json:
    """The provider tells a step of support, with words about it."""
    step = {
        "resourceType": "Observation",
        "identifier": [identifier("identifier")],
        "status": "final",
        "code": concept(EMPLOYMENT_PROGRESS, kind),
        "subject": person(),
        "basedOn": [{"identifier": {"system": TASK_ID, "value": task}}],
        "effectiveDateTime": day,
        "valueString": NEVER["progress-value"],
        "performer": [worker()],
        "note": [{"text": NEVER["progress-note"]}],
    }  # fmt: skip
    return event("employment-progress-1", f"progress-{kind}", f"{day}T15:00:00Z", step)


def worker() -> Json:
    """The named worker."""
    return {
        "type": "Practitioner",
        "identifier": {"system": "https://provider.example/staff", "value": NEVER["worker-id"]},
        "display": CANARIES["worker"],
    }


def nomination(day: str, items: tuple[str, ...]) -> Json:
    """A clinician puts the person forward, who agreed to these items."""
    request = {
        "resourceType": "ServiceRequest",
        "identifier": [identifier("identifier")],
        "status": "active",
        "intent": "proposal",
        "code": concept(SNOMED, "1082611000000105"),
        "subject": {"reference": "urn:uuid:patient"},
        "authoredOn": day,
        "requester": {"reference": "urn:uuid:role", "display": NEVER["clinician"]},
        "reasonCode": [{"text": NEVER["request-reason"]}],
        "note": [{"text": NEVER["request-note"]}],
        "patientInstruction": NEVER["request-instruction"],
    }
    payload = bundle(request, *people(), consent(day, items))
    return event("clinician-nominated-1", "nomination", f"{day}T10:00:00Z", payload)


def signal(kind: str, time: str) -> Json:
    """A national signal, with words in all that it can hold beside its type and whom it is about."""
    happened = [
        {"name": "event-number", "valueString": NEVER["signal-number"]},
        {"name": "focus", "valueReference": {
            "reference": f"https://register.example/Patient/{NUMBER}", "display": NEVER["name-text"],
        }},
    ]  # fmt: skip
    context = [
        {"name": "event-type", "valueString": kind},
        {"name": "subject", "valueReference": {"identifier": {"value": NUMBER}, "display": NEVER["name-text"]}},
    ]
    parameters = {
        "resourceType": "Parameters",
        "id": NEVER["resource-id"],
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": f"Subscription/{NEVER['subscription']}"}},
            {"name": "type", "valueCode": "event-notification"},
            {"name": "notification-event", "part": happened},
            {"name": "additional-context", "part": context},
        ],
    }
    return event(kind, f"signal-{kind}", time, parameters)


def looked_up(question: str, time: str) -> Json:
    """A look-up found the person, with all that a register knows of them."""
    answer = task_said(question, "completed", concept(LOOKUP_RESULT, "found"))
    return event("lookup-answered-1", "looked-up", time, bundle(answer, *people()))


def task_said(task: str, status: str, business_status: Json) -> Json:
    """A Task that somebody sends back, with words wherever it can hold them."""
    words = {"type": {"text": NEVER["task-input"]}, "valueString": NEVER["task-output"]}
    return {
        "resourceType": "Task",
        "identifier": [{"system": TASK_ID, "value": task}, identifier("identifier")],
        "status": status,
        "businessStatus": {**business_status, "text": NEVER["task-words"]},
        "intent": "order",
        "description": NEVER["task-description"],
        "for": {**person(), "display": NEVER["name-text"]},
        "note": [{"text": NEVER["task-note"], "authorString": NEVER["clinician"]}],
        "input": [words],
        "output": [words],
    }
