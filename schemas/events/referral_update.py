"""``referral-updated-1``: the IPS provider moves a referral, by the BSeR business statuses."""

from __future__ import annotations

from schemas.codes import BSER, ODS_SYSTEMS
from schemas.events.event_type import EventType
from schemas.events.task import Task, unnamed
from schemas.facts import ReferralUpdate, Worker
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.payload import Entry, Payload

#: accepted, declined, scheduled, unattended, appointment cancelled, interim note, cancellation requested,
#: cancelled, completed. 2.0 (created) is ours to say.
STATUSES = frozenset({"3.0", "4.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.2", "6.0", "7.0"})
_NEED_REASON = frozenset({"4.0", "6.0"})
_TASKS_NEED_REASON = frozenset({"rejected", "cancelled", "on-hold", "failed"})


def _read(payload: Payload, focus: Entry) -> ReferralUpdate:
    task = focus.read(Task)
    status, reason = task.business_status.code(BSER), task.reason()
    problems = unnamed(task, focus)
    if task.status == "entered-in-error":
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", "a Task in error says nothing"))
    if status not in STATUSES:
        problems.append(Problem("focus-not-usable", f"{focus.path}.businessStatus", "a BSeR status of a provider"))
    if reason is None and (status in _NEED_REASON or task.status in _TASKS_NEED_REASON):
        problems.append(Problem("focus-not-usable", f"{focus.path}.statusReason", "a coded reason is needed"))
    if problems:
        raise Refused(problems)
    return ReferralUpdate(task.name() or "", status or "", reason, _worker(payload, task.owner, focus))


REFERRAL_UPDATED = EventType("referral-updated-1", "the IPS provider moved a referral", ("Task",), _read)


def _worker(payload: Payload, owner: view.Reference | None, focus: Entry) -> Worker | None:
    """The named worker: a person by an identifier. An organisation as owner names none."""
    if owner is None or owner.type == "Organization":
        return None
    identifier = owner.identifier
    if identifier is not None and identifier.value:
        return None if identifier.system in ODS_SYSTEMS else Worker(identifier.value, owner.display)
    entry = payload.resolve(owner, focus)
    if entry is None:
        return None
    if entry.kind == "PractitionerRole":
        role = entry.read(view.PractitionerRole)
        if role.practitioner is not None and (found := _worker(payload, role.practitioner, entry)):
            return Worker(found.id, owner.display or found.name)
        return _identified(role.identifier, owner.display or (role.practitioner or view.Reference()).display)
    if entry.kind != "Practitioner":
        return None
    practitioner = entry.read(view.Practitioner)
    return _identified(practitioner.identifier, owner.display or _name(practitioner.name))


def _identified(identifiers: tuple[view.Identifier, ...], name: str | None) -> Worker | None:
    return next((Worker(found.value, name) for found in identifiers if found.value), None)


def _name(names: tuple[view.HumanName, ...]) -> str | None:
    if not names:
        return None
    parts = [*names[0].given, *([names[0].family] if names[0].family else [])]
    return names[0].text or " ".join(parts) or None
