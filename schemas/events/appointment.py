"""``appointment-changed-1``: an appointment of employment support was booked, attended, missed or cancelled.

A FHIR Appointment (R4) whose ``basedOn`` names the referral by the identifier of its Task or its ServiceRequest. It
has no subject: the person is a participant, by NHS number, and so may the named worker be, by a number of theirs.
"""

from __future__ import annotations

from schemas.events.event_type import EventType
from schemas.events.referral import referral_named
from schemas.events.worker import first_worker
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import moment
from schemas.fhir.payload import Entry, Payload
from schemas.support_facts import AppointmentChanged, AppointmentState

_STATES: dict[str, AppointmentState] = {
    "booked": "booked", "fulfilled": "attended", "noshow": "missed", "cancelled": "cancelled",
}  # fmt: skip


def _read(payload: Payload, focus: Entry) -> AppointmentChanged:
    seen = focus.read(_Appointment)
    state, starts, referral = _STATES.get(seen.status or ""), moment(seen.start), referral_named(seen.based_on)
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", f"one of {', '.join(_STATES)} is needed", state is not None),
            ("start", "when it is", starts is not None or (state == "cancelled" and seen.start is None)),
            ("basedOn", "the identifier of the Task that was sent", referral is not None),
        )
        if not fits
    ]
    if problems or state is None or referral is None:
        raise Refused(problems)
    worker = first_worker(payload, (found.actor for found in seen.participant), focus)
    return AppointmentChanged(state, referral, starts, worker)


APPOINTMENT_CHANGED = EventType(
    "appointment-changed-1", "an appointment of employment support was booked, attended, missed or cancelled",
    ("Appointment",), _read,
)  # fmt: skip


class _Participant(view.View, frozen=True):
    actor: view.Reference = view.Reference()


class _Appointment(view.Resource, frozen=True):
    status: str | None = None
    start: str | None = None
    based_on: tuple[view.Reference, ...] = ()
    participant: tuple[_Participant, ...] = ()
