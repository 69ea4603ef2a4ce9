"""What a support provider tells, in generated histories: steps, updates, appointments and the end of support.

Each takes what is told instead where nobody was referred yet.
"""

from __future__ import annotations

from typing import get_args

from domain_builders import OTHER_WORKER, WORKER, Walk, at, on
from generated_parts import Told, mostly
from hypothesis import strategies as st

from schemas.facts import Facts
from schemas.support_facts import (
    AppointmentChanged,
    AppointmentState,
    EmploymentProgress,
    ProgressKind,
    ReferralUpdate,
    SupportClosed,
    WaitingList,
)
from services.domain.referral_states import MOVES


def progress(otherwise: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    def told(kind: ProgressKind, said: int, which: int, named: bool, worker, outcome, known: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            referrals = walk.journey.referrals
            if known and not referrals:
                return else_(day, walk)
            referral = referrals[which % len(referrals)].id if known else "no-such-referral"
            named_one = referral if named or not known else None
            ended = outcome if kind == "placement-ended" else None
            return EmploymentProgress(
                kind, on(day + said), named_one, worker, ended, ("altered-hours",) if ended == "unsafe" else ()
            )

        return make

    return st.builds(
        told,
        st.sampled_from(get_args(ProgressKind)),
        mostly(0, -3, -70, 2),
        mostly(-1, 0),
        mostly(False, True),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        mostly(None, "unsafe", "unsupported"),
        mostly(True, False, times=10),
        otherwise,
    )


def updates(otherwise: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    def told(which: int, status: str, step: int, legal: bool, worker, known: bool, waits: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            referrals = walk.journey.referrals
            if known and not referrals:
                return else_(day, walk)
            referral = referrals[which % len(referrals)] if known else None
            legal_ones = sorted(MOVES[referral.status]) if referral and legal else []
            moved_to = legal_ones[step % len(legal_ones)] if legal_ones else status
            reason = "asked-to" if moved_to in ("4.0", "6.0") else None
            waiting = WaitingList(4, on(day + 30)) if waits and moved_to == "3.0" else None
            return ReferralUpdate(referral.id if referral else "no-such-referral", moved_to, reason, worker, waiting)

        return make

    return st.builds(
        told,
        mostly(-1, 0),
        st.sampled_from([status for status in MOVES if status != "2.0"]),
        mostly(0, 1, 2, 3, 4, 5, 6),
        mostly(True, False),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        mostly(True, False, times=10),
        mostly(False, True),
        otherwise,
    )


def appointments(otherwise: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    def told(which: int, state: AppointmentState, starts, worker, known: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            referrals = walk.journey.referrals
            if known and not referrals:
                return else_(day, walk)
            referral = referrals[which % len(referrals)].id if known else "no-such-referral"
            return AppointmentChanged(state, referral, None if starts is None else at(day + starts), worker)

        return make

    return st.builds(
        told,
        mostly(-1, 0),
        st.sampled_from(get_args(AppointmentState)),
        mostly(3, 0, None),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        mostly(True, False, times=10),
        otherwise,
    )


def closings(otherwise: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    def told(which: int, said: int, reason, worker, known: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            referrals = walk.journey.referrals
            if known and not referrals:
                return else_(day, walk)
            referral = referrals[which % len(referrals)].id if known else "no-such-referral"
            return SupportClosed(on(day + said), referral, reason, worker)

        return make

    return st.builds(
        told,
        mostly(-1, 0),
        mostly(0, -3, -70),
        mostly(None, "goals-met"),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        mostly(True, False, times=10),
        otherwise,
    )
