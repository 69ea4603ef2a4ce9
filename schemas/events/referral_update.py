"""``referral-updated-1``: the IPS provider moves a referral, by the BSeR business statuses."""

from __future__ import annotations

from schemas.codes import BSER
from schemas.events.event_type import EventType
from schemas.events.task import Task, unnamed
from schemas.events.worker import named_worker
from schemas.facts import ReferralUpdate
from schemas.failures import Problem, Refused
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
    return ReferralUpdate(task.name() or "", status or "", reason, named_worker(payload, task.owner, focus))


REFERRAL_UPDATED = EventType("referral-updated-1", "the IPS provider moved a referral", ("Task",), _read)
