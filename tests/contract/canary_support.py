"""Canary events of employment support, and of the agreement that a job centre be told of it."""

from __future__ import annotations

from canary_events import consent, task_said, worker
from canary_parts import CANARIES, NEVER, Json, bundle, concept, event, identifier, person

from schemas.codes import PROMPT_ANSWER as ANSWER
from schemas.codes import SNOMED, TASK_ID
from schemas.events.support_closed import CLOSED_BECAUSE


def tell_job_centre(task: str, day: str) -> Json:
    """The person agreed that a job centre be told three things: a Consent of its own, in a second answer."""
    answer = task_said(task, "completed", concept(ANSWER, "refer"))
    items = ("support-started", "job-started", "in-work-13-weeks")
    payload = bundle(answer, consent(day, items, to="Z9Z97"))
    return event("prompt-answered-1", "agreement-of-its-own", f"{day}T14:00:00Z", payload)


def appointment(task: str, day: str) -> Json:
    """An appointment is booked, with words about it and where it is."""
    resource = {
        "resourceType": "Appointment",
        "identifier": [identifier("identifier")],
        "status": "booked",
        "description": NEVER["appointment-words"],
        "start": f"{day}T10:00:00Z",
        "end": f"{day}T10:45:00Z",
        "comment": NEVER["appointment-comment"],
        "patientInstruction": NEVER["appointment-instruction"],
        "basedOn": [{"identifier": {"system": TASK_ID, "value": task}}],
        "participant": [
            {"actor": {**person(), "display": NEVER["name-text"]}, "status": "accepted"},
            {"actor": {"type": "Location", "display": NEVER["appointment-place"]}, "status": "accepted"},
            {"actor": worker(), "status": "accepted"},
        ],
    }
    return event("appointment-changed-1", "appointment", f"{day}T08:00:00Z", resource)


def closing(task: str, day: str) -> Json:
    """The provider ends its support, with a coded reason and a diagnosis that it should not have."""
    resource = {
        "resourceType": "EpisodeOfCare",
        "identifier": [identifier("identifier")],
        "extension": [{"url": CLOSED_BECAUSE, "valueCode": CANARIES["reason"]}],
        "status": "finished",
        "type": [concept(SNOMED, "1082621000000104")],
        "diagnosis": [{"condition": {"display": NEVER["episode-diagnosis"]}}],
        "patient": {**person(), "display": NEVER["name-text"]},
        "period": {"end": day},
        "referralRequest": [{"identifier": {"system": TASK_ID, "value": task}}],
        "careManager": worker(),
    }
    return event("support-closed-1", "closing", f"{day}T16:00:00Z", resource)
