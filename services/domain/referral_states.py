"""The closed loop of a referral: BSeR business statuses and the moves between them (FACTS 5).

The state is a fold over the updates in facts order. A move that is not legal
there is out of sequence: kept, shown, and legal again when the missing one
has come (EXACTNESS 7).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from schemas.facts import Event
from schemas.support_facts import (
    AppointmentChanged,
    AppointmentState,
    EmploymentProgress,
    ReferralMove,
    ReferralUpdate,
    SupportClosed,
    WaitingList,
    Worker,
)
from services.domain.decisions import EventKey
from services.domain.history import key
from services.domain.journey import Cancellation

CREATED, ACCEPTED, DECLINED = "2.0", "3.0", "4.0"
SCHEDULED, UNATTENDED, APPOINTMENT_CANCELLED, INTERIM = "5.1.1", "5.1.2", "5.1.3", "5.1.4"
CANCELLATION_REQUESTED, CANCELLED, COMPLETED = "5.2", "6.0", "7.0"
TERMINAL = frozenset({DECLINED, CANCELLED, COMPLETED})

_ENDS = frozenset({DECLINED, CANCELLATION_REQUESTED, COMPLETED})  # completed: from all of "in progress"
MOVES: dict[str, frozenset[str]] = {
    CREATED: frozenset({ACCEPTED, DECLINED, CANCELLATION_REQUESTED}),
    ACCEPTED: frozenset({ACCEPTED, SCHEDULED, INTERIM}) | _ENDS,  # our own addition: accepted by another worker
    SCHEDULED: frozenset({SCHEDULED, UNATTENDED, APPOINTMENT_CANCELLED, INTERIM}) | _ENDS,
    UNATTENDED: frozenset({SCHEDULED, APPOINTMENT_CANCELLED}) | _ENDS,
    APPOINTMENT_CANCELLED: frozenset({SCHEDULED}) | _ENDS,
    INTERIM: frozenset({SCHEDULED, APPOINTMENT_CANCELLED, INTERIM}) | _ENDS,
    CANCELLATION_REQUESTED: frozenset({CANCELLED, COMPLETED}),  # confirmed, or overtaken by completion
    DECLINED: frozenset(),
    CANCELLED: frozenset(),
    COMPLETED: frozenset(),
}
WORDS = {
    CREATED: "requested", ACCEPTED: "accepted", DECLINED: "declined", SCHEDULED: "appointment booked",
    UNATTENDED: "appointment missed", APPOINTMENT_CANCELLED: "appointment cancelled", INTERIM: "in progress",
    CANCELLATION_REQUESTED: "cancellation requested", CANCELLED: "cancelled", COMPLETED: "completed",
}  # fmt: skip


#: What became of an appointment, as a state of the referral. An appointment that was attended is help in progress.
_APPOINTMENTS: dict[AppointmentState, str] = {
    "booked": SCHEDULED, "attended": INTERIM, "missed": UNATTENDED, "cancelled": APPOINTMENT_CANCELLED,
}  # fmt: skip


def state_told(move: ReferralMove) -> str:
    """The state that a move leads to."""
    match move:
        case ReferralUpdate(status=status):
            return status
        case AppointmentChanged(state=state):
            return _APPOINTMENTS[state]
        case SupportClosed():
            return COMPLETED


class Move(msgspec.Struct, frozen=True):
    """One legal move, with the worker named by then and whether that is another one than before."""

    event: EventKey
    status: str
    reason: str | None
    worker: Worker | None
    changed: bool
    waiting: WaitingList | None = None


class Standing(msgspec.Struct, frozen=True):
    """Where a referral stands. ``handovers`` are the steps of support by which its named worker became another one."""

    status: str = CREATED
    reason: str | None = None
    worker: Worker | None = None
    workers: int = 0
    waiting: WaitingList | None = None
    moves: tuple[Move, ...] = ()
    out_of_sequence: tuple[EventKey, ...] = ()
    handovers: tuple[EventKey, ...] = ()


def standing(
    told: Iterable[tuple[Event, ReferralMove | EmploymentProgress]], asked: Cancellation | None = None
) -> Standing:
    """Fold what was told of one referral, given in facts order. A step of support names a worker and moves nothing.

    ``asked``: we asked for its cancellation, at a moment that has its place among what was told.
    """
    state = Standing()
    for event, update in told:
        if asked is not None and event.order > (asked.at, asked.by.source, asked.by.id):
            state, asked = _asked_to_cancel(state), None
        if isinstance(update, EmploymentProgress):
            state = _after_step(state, event, update)
            continue
        status = state_told(update)
        if status not in MOVES.get(state.status, frozenset()):
            state = msgspec.structs.replace(state, out_of_sequence=(*state.out_of_sequence, key(event)))
            continue
        named = update.worker is not None and (state.worker is None or update.worker.id != state.worker.id)
        worker = update.worker or state.worker
        reason = None if isinstance(update, AppointmentChanged) else update.reason
        waiting = update.waiting if isinstance(update, ReferralUpdate) else None
        move = Move(key(event), status, reason, worker, named and state.worker is not None, waiting)
        state = msgspec.structs.replace(
            state, status=status, reason=reason, worker=worker, workers=state.workers + named, waiting=waiting,
            moves=(*state.moves, move),
        )  # fmt: skip
    return state if asked is None else _asked_to_cancel(state)


def _asked_to_cancel(state: Standing) -> Standing:
    if CANCELLATION_REQUESTED not in MOVES[state.status]:
        return state  # it has ended, or the provider said the same before
    return msgspec.structs.replace(state, status=CANCELLATION_REQUESTED, reason=None, waiting=None)


def _after_step(state: Standing, event: Event, step: EmploymentProgress) -> Standing:
    if step.worker is None or (state.worker is not None and step.worker.id == state.worker.id):
        return msgspec.structs.replace(state, worker=step.worker or state.worker)
    handover = () if state.worker is None else (key(event),)
    return msgspec.structs.replace(
        state, worker=step.worker, workers=state.workers + 1, handovers=(*state.handovers, *handover)
    )
