"""The event of an answer: the same that a system would publish, from a source of our own.

Its id is made from the question and the answer, so that a form that is sent
twice makes one event. The Bundle says who answered, in which role and for
which organisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

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
from schemas.envelope import MEDIA_TYPE, to_text
from schemas.events.agreement import AGREED_BY, AGREED_HOW, ASKED_BY, RECIPIENT
from schemas.events.wish import WISH_EXTENSION
from schemas.identifiers import ArrivalId, made_id
from services.domain.referral_states import ACCEPTED, CANCELLED, COMPLETED, DECLINED
from services.ingest.examine import Offer
from services.ingest.pages.replies import Agreement, PromptReply, ReferralReply, Who

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.facts import Organisation
    from services.ingest.pages.questions import Question
    from services.ingest.pages.texts import Texts

_PROMPT_STATUS = {"not-now": "on-hold", "not-suitable": "rejected", "person-declined": "rejected"}
_REFERRAL_STATUS = {ACCEPTED: "accepted", DECLINED: "rejected", CANCELLED: "cancelled", COMPLETED: "completed"}
_HL7 = "http://terminology.hl7.org/CodeSystem"
_Resource = dict[str, Any]


def offer_of(
    question: Question, reply: PromptReply | ReferralReply, texts: Texts, seen: str, now: datetime, arrival: ArrivalId
) -> Offer:
    """The offer for ``accept``. The same answer makes the same event, whenever it is sent.

    ``seen`` is how far the question had come when its form was made: the same words later are another answer.
    """
    kind = _kind(reply)
    said = msgspec.json.encode((reply, question.asked, question.policy.provider.ods, texts.version)).decode()
    name = made_id(PAGES, kind, question.task, seen, said)
    urls = {part: f"urn:uuid:{made_id(name, part)}" for part in ("focus", "who", "agreement")}
    resources = _resources(question, reply, texts, name, urls)
    body = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": urls[part], "resource": resource} for part, resource in resources.items()],
    }
    attributes = {
        "specversion": "1.0", "id": name, "source": PAGES, "type": kind, "time": to_text(now),
        "datacontenttype": MEDIA_TYPE,
    }  # fmt: skip
    return Offer(attributes, MEDIA_TYPE, msgspec.json.encode(body), arrival)


def seen(question: Question) -> str:
    """How far a question has come: it changes with everything that was told of it and counted."""
    referral = question.referral
    return f"{len(referral.told)}-{len(referral.progress)}" if referral else "0"


def _kind(reply: PromptReply | ReferralReply) -> str:
    if isinstance(reply, PromptReply):
        return "prompt-answered-1"
    return "referral-updated-1" if reply.step is None else "employment-progress-1"


def _resources(
    question: Question, reply: PromptReply | ReferralReply, texts: Texts, name: str, urls: dict[str, str]
) -> dict[str, _Resource]:
    found = {"focus": _focus(question, reply, urls), "who": _who(reply.who, question.asked)}
    if isinstance(reply, PromptReply) and reply.agreement is not None:
        found["agreement"] = _consent(question, reply.agreement, reply.who, texts, name, urls)
    return found


def _focus(question: Question, reply: PromptReply | ReferralReply, urls: dict[str, str]) -> _Resource:
    by = {"url": ANSWERED_BY, "valueReference": {"reference": urls["who"]}}
    if isinstance(reply, PromptReply):
        return _answer(question, reply, by)
    return _update(question, reply, by) if reply.step is None else _step(question, reply, by)


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


def _consent(
    question: Question, agreement: Agreement, who: Who, texts: Texts, name: str, urls: dict[str, str]
) -> _Resource:
    provider = question.policy.provider
    recipient = {"identifier": {"system": ODS, "value": provider.ods}, "display": provider.name}
    return {
        "resourceType": "Consent",
        "extension": [
            {"url": AGREED_BY, "valueCode": agreement.by},
            {"url": AGREED_HOW, "valueCode": agreement.how},
            {"url": ASKED_BY, "valueReference": {"reference": urls["who"], "display": who.name}},
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
