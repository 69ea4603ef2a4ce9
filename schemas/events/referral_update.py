"""``referral-updated-1``: the IPS provider moves a referral, by the BSeR business statuses."""

from __future__ import annotations

from schemas.codes import BSER, OWN
from schemas.events.event_type import EventType
from schemas.events.task import Task, unnamed
from schemas.events.worker import named_worker
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload
from schemas.support_facts import ReferralUpdate, WaitingList

#: accepted, declined, scheduled, unattended, appointment cancelled, interim note, cancellation requested,
#: cancelled, completed. 2.0 (created) is ours to say.
STATUSES = frozenset({"3.0", "4.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.2", "6.0", "7.0"})
#: Our own extension: the person is on the provider's waiting list. Parts ``place`` (integer) and ``expected`` (date:
#: from when support is expected); where neither is known, the extension itself is the boolean true.
WAITING_LIST = f"{OWN}/StructureDefinition/waiting-list"
_ACCEPTED = "3.0"
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
    waiting, fits = _waiting(task.extension)
    if not fits or (waiting is not None and status != _ACCEPTED):
        words = "with 3.0 (accepted): a place from 1 on, the day from which support is expected, or true"
        problems.append(Problem("focus-not-usable", f"{focus.path}.extension('{WAITING_LIST}')", words))
    if problems:
        raise Refused(problems)
    return ReferralUpdate(task.name() or "", status or "", reason, named_worker(payload, task.owner, focus), waiting)


REFERRAL_UPDATED = EventType("referral-updated-1", "the IPS provider moved a referral", ("Task",), _read)


def _waiting(extensions: tuple[view.Extension, ...]) -> tuple[WaitingList | None, bool]:
    """What is said of a waiting list, and whether it can be read."""
    stated = next((found for found in extensions if found.url == WAITING_LIST), None)
    if stated is None:
        return None, True
    place = next((part.value_integer for part in stated.extension if part.url == "place"), None)
    until = next((part.value_date for part in stated.extension if part.url == "expected"), None)
    expected = day(until)
    said = place is not None or expected is not None or stated.value_boolean is True
    fits = said and (place is None or place > 0) and (until is None or expected is not None)
    return WaitingList(place, expected), fits
