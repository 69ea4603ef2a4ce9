"""Inbound event types, and the reading of their payloads into facts."""

from __future__ import annotations

from schemas.events.appointment import APPOINTMENT_CHANGED
from schemas.events.consents import CONSENT_RECORDED, CONSENT_WITHDRAWN, OBJECTION_RECORDED
from schemas.events.employment_progress import EMPLOYMENT_PROGRESSED
from schemas.events.event_type import EventType
from schemas.events.fit_note import FIT_NOTE_ISSUED
from schemas.events.fit_note_correction import FIT_NOTE_CORRECTED
from schemas.events.internal import INTERNAL_TYPES, read_internal
from schemas.events.introduction import INTRODUCTION_MADE
from schemas.events.job_centre_flag import JOB_CENTRE_FLAGGED
from schemas.events.job_centre_flag_cleared import JOB_CENTRE_FLAG_CLEARED
from schemas.events.lookup_answer import LOOKUP_ANSWERED
from schemas.events.national_signal import SIGNALS
from schemas.events.nomination import CLINICIAN_NOMINATED
from schemas.events.pain_discharge import PAIN_CLINIC_DISCHARGED
from schemas.events.person_answer import PERSON_ANSWERED
from schemas.events.prompt_answer import PROMPT_ANSWERED
from schemas.events.referral_update import REFERRAL_UPDATED
from schemas.events.support_closed import SUPPORT_CLOSED
from schemas.events.therapy_discharge import THERAPY_DISCHARGED
from schemas.facts import Facts, Person
from schemas.failures import Problem, Refused
from schemas.fhir.payload import Entry, Payload, open_payload
from schemas.fhir.person import person_of

__all__ = ["EVENT_TYPES", "EventType", "facts_of", "read_payload"]

EVENT_TYPES: dict[str, EventType] = {
    row.name: row
    for row in (
        FIT_NOTE_ISSUED,
        FIT_NOTE_CORRECTED,
        PAIN_CLINIC_DISCHARGED,
        THERAPY_DISCHARGED,
        JOB_CENTRE_FLAGGED,
        JOB_CENTRE_FLAG_CLEARED,
        INTRODUCTION_MADE,
        PROMPT_ANSWERED,
        REFERRAL_UPDATED,
        CLINICIAN_NOMINATED,
        EMPLOYMENT_PROGRESSED,
        APPOINTMENT_CHANGED,
        SUPPORT_CLOSED,
        *SIGNALS,
        LOOKUP_ANSWERED,
        PERSON_ANSWERED,
        CONSENT_RECORDED,
        CONSENT_WITHDRAWN,
        OBJECTION_RECORDED,
    )
}


def facts_of(event_type: str, payload: bytes) -> tuple[Person | None, Facts]:
    """What a payload of ``fitpath.events`` says, and about whom; an event of our own names nobody.

    Total on what ``schemas.fhir.message.read_message`` accepted; raises Refused with every problem otherwise.
    """
    if event_type in INTERNAL_TYPES:
        return None, read_internal(event_type, payload)
    return read_payload(event_type, open_payload(payload))


def read_payload(event_type: str, payload: Payload) -> tuple[Person, Facts]:
    """The same, on a payload that is open. Raises Refused with every problem."""
    row = EVENT_TYPES.get(event_type)
    if row is None:
        raise Refused([Problem("type-not-known")])
    problems: list[Problem] = []
    focus: Entry | None = None
    facts: Facts | None = None
    person: Person | None = None
    try:
        focus = payload.focus(row.focus)
        facts = row.read(payload, focus)
    except Refused as refused:
        problems.extend(refused.problems)
    try:
        person = person_of(payload, focus)
    except Refused as refused:
        problems.extend(refused.problems)
    if problems or facts is None or person is None:
        raise Refused(problems)
    return person, facts
