"""The answer to a question as an event for the doors' ``accept``: with no more of the record than it needs."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from schemas.codes import DEATH_NOTIFICATION, LOOKUP_RESULT, NHS_NUMBER, ODS_SYSTEMS, SOURCE, TASK_ID
from schemas.envelope import MEDIA_TYPE, to_text
from schemas.events.lookup_answer import LOOKUP_ANSWERED, REPLACED_BY
from schemas.identifiers import ArrivalId, NhsNumber, made_id
from services.ingest.examine import Offer
from services.lookup.register import Answer, Record

LOOKUP_SOURCE = f"{SOURCE}:lookup"


def answer_offer(question: str, number: NhsNumber, answer: Answer, now: datetime) -> Offer:
    """An answer as an offer. The same answer again is our own repetition; another one is an event of its own."""
    body = msgspec.json.encode(_body(question, number, answer))
    name = made_id(question, hashlib.sha256(body).hexdigest())
    attributes = {
        "specversion": "1.0", "id": name, "source": LOOKUP_SOURCE, "type": LOOKUP_ANSWERED.name, "time": to_text(now),
    }  # fmt: skip
    return Offer(attributes, MEDIA_TYPE, body, ArrivalId(name))


def _body(question: str, number: NhsNumber, answer: Answer) -> Record:
    task: Record = {
        "resourceType": "Task",
        "identifier": [{"system": TASK_ID, "value": question}],
        "status": "completed",
        "businessStatus": _concept(answer.result),
        "intent": "order",
        "for": {"identifier": _identifier(number)},
    }
    if answer.other is not None:
        task["output"] = [{"type": _concept(REPLACED_BY), "valueIdentifier": _identifier(answer.other)}]
    if answer.record is None:
        return task
    entries = [
        {"fullUrl": f"urn:uuid:{made_id(question, place)}", "resource": resource}
        for place, resource in (("task", task), ("patient", _patient(number, answer.record)))
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _patient(number: NhsNumber, record: Record) -> Record:
    """Of the register's Patient only whether they live, and where they are registered."""
    kept: Record = {"resourceType": "Patient", "identifier": [_identifier(number)]}
    kept |= {name: record[name] for name in ("deceasedBoolean", "deceasedDateTime") if name in record}
    notices = [item for item in _items(record, "extension") if item.get("url") == DEATH_NOTIFICATION]
    practices = [
        {"type": "Organization", "identifier": {"system": found["system"], "value": found["value"]}}
        for item in _items(record, "generalPractitioner")
        if isinstance(found := item.get("identifier"), dict) and found.get("system") in ODS_SYSTEMS and "value" in found
    ]
    return (
        kept | ({"extension": notices} if notices else {}) | ({"generalPractitioner": practices} if practices else {})
    )


def _items(record: Record, name: str) -> list[dict[str, Any]]:
    found = record.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _identifier(number: NhsNumber) -> Record:
    return {"system": NHS_NUMBER, "value": number.reveal()}


def _concept(code: str) -> Record:
    return {"coding": [{"system": LOOKUP_RESULT, "code": code}]}
