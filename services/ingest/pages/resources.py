"""The FHIR resources of an answer: the focus first, then who answered, then the person's agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.codes import (
    AGREEMENT_ITEM,
    ANSWERED_BY,
    BSER,
    EMPLOYMENT_PROGRESS,
    NHS_NUMBER,
    ODS,
    OWN,
    PAGES,
    PROMPT_ANSWER,
    REASON,
    TASK_ID,
)
from schemas.events.agreement import AGREED_BY, AGREED_HOW, ASKED_BY, RECIPIENT
from schemas.events.wish import WISH_EXTENSION
from schemas.identifiers import made_id
from services.domain.referral_states import ACCEPTED, CANCELLED, COMPLETED, DECLINED
from services.ingest.pages.replies import Agreement, PromptReply, ReferralReply, Reply, Who

if TYPE_CHECKING:
    from schemas.facts import Organisation
    from services.ingest.pages.questions import Question
    from services.ingest.pages.texts import Texts

_PROMPT_STATUS = {"not-now": "on-hold", "not-suitable": "rejected", "person-declined": "rejected"}
_REFERRAL_STATUS = {ACCEPTED: "accepted", DECLINED: "rejected", CANCELLED: "cancelled", COMPLETED: "completed"}
_HL7 = "http://terminology.hl7.org/CodeSystem"
_Resource = dict[str, Any]


def resources_of(question: Question, reply: Reply, texts: Texts, name: str) -> dict[str, _Resource]:
    """The resources by their URL in the Bundle, the focus first. ``name`` is the id of the event."""
    focus, who, agreement = (f"urn:uuid:{made_id(name, part)}" for part in ("focus", "who", "agreement"))
    by = {"url": ANSWERED_BY, "valueReference": {"reference": who}}
    if isinstance(reply, PromptReply):
        found = {focus: _answer(question, reply, by), who: _who(reply.who, question.asked)}
        if reply.agreement is not None:
            asker = {"reference": who, "display": reply.who.name}
            found[agreement] = _consent(question, reply.agreement, asker, texts, name)
        return found
    told = _update(question, reply, by) if reply.step is None else _step(question, reply, by)
    return {focus: told, who: _who(reply.who, question.asked)}


def _answer(question: Question, reply: PromptReply, by: _Resource) -> _Resource:
    wish = [{"url": WISH_EXTENSION, "extension": [_code("wish", reply.wish), _code("by", reply.wish_by)]}]
    return {
        "resourceType": "Task",
        "extension": [by, *(wish if reply.wish else [])],
        "identifier": [{"system": TASK_ID, "value": question.task}],
        "status": _PROMPT_STATUS.get(reply.answer, "completed"),
        **({"statusReason": _concept(REASON, reply.reason)} if reply.reason else {}),
        "businessStatus": _concept(PROMPT_ANSWER, reply.answer),
        "intent": "proposal",
        "for": _patient(question),
    }


def _update(question: Question, reply: ReferralReply, by: _Resource) -> _Resource:
    worker = {
        "type": "Practitioner",
        "identifier": {"system": f"{PAGES}/Id/worker", "value": reply.worker_id},
        "display": reply.worker_name,
    }
    return {
        "resourceType": "Task",
        "extension": [by],
        "identifier": [{"system": TASK_ID, "value": question.task}],
        "status": _REFERRAL_STATUS.get(reply.status or "", "in-progress"),
        **({"statusReason": _concept(REASON, reply.reason)} if reply.reason else {}),
        "businessStatus": _concept(BSER, reply.status),
        "intent": "order",
        "for": _patient(question),
        **({"owner": worker} if reply.worker_id else {}),
    }


def _step(question: Question, reply: ReferralReply, by: _Resource) -> _Resource:
    return {
        "resourceType": "Observation",
        "extension": [by],
        "basedOn": [{"identifier": {"system": TASK_ID, "value": question.task}}],
        "status": "final",
        "code": _concept(EMPLOYMENT_PROGRESS, reply.step),
        "subject": _patient(question),
        "effectiveDateTime": reply.on.isoformat() if reply.on else None,
    }


def _who(who: Who, asked: Organisation) -> _Resource:
    named = {"display": asked.name} if asked.name else {}
    return {
        "resourceType": "PractitionerRole",
        "practitioner": {"display": who.name},
        "organization": {"identifier": {"system": ODS, "value": asked.ods}, **named},
        "code": [{"text": who.role}],
    }


def _consent(question: Question, agreement: Agreement, asked_by: _Resource, texts: Texts, name: str) -> _Resource:
    provider = question.policy.provider
    recipient = {"identifier": {"system": ODS, "value": provider.ods}, "display": provider.name}
    return {
        "resourceType": "Consent",
        "extension": [
            {"url": AGREED_BY, "valueCode": agreement.by},
            {"url": AGREED_HOW, "valueCode": agreement.how},
            {"url": ASKED_BY, "valueReference": asked_by},
        ],
        "identifier": [{"system": f"{PAGES}/Id/agreement", "value": name}],
        "status": "active",
        "scope": _concept(f"{_HL7}/consentscope", "patient-privacy"),
        "category": [_concept(f"{_HL7}/v3-ActCode", "IDSCL")],
        "patient": _patient(question),
        "dateTime": agreement.on.isoformat(),
        "policyRule": _concept(f"{OWN}/CodeSystem/words", f"{texts.version}/agreement"),
        "provision": {
            "type": "permit",
            "actor": [{"role": _concept(f"{_HL7}/v3-ParticipationType", RECIPIENT), "reference": recipient}],
            "purpose": [{"system": AGREEMENT_ITEM, "code": item} for item in agreement.items],
        },
    }


def _patient(question: Question) -> _Resource:
    return {"identifier": {"system": NHS_NUMBER, "value": question.nhs_number}}


def _concept(system: str, code: str | None) -> _Resource:
    return {"coding": [{"system": system, "code": code}]}


def _code(url: str, code: str | None) -> _Resource:
    return {"url": url, "valueCode": code}
