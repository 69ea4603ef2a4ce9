"""Plausible random histories: what happens to a person, told by publishers who are late, wrong or say it twice.

A plan says what kind of event comes next and how; only when it is played does
it become an event, so that answers and updates name prompts and referrals
that the core has made by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import get_args

from domain_builders import (
    ANKLE_SPRAIN,
    ANSWERS,
    CHRONIC_PAIN,
    FIBROMYALGIA,
    OTHER_PRACTICE,
    OTHER_PROVIDER,
    OTHER_WORKER,
    PAIN_SERVICE,
    PRACTICE,
    PREGNANCY,
    PROVIDER,
    SUBJECT,
    WORKER,
    Walk,
    agreement,
    at,
    on,
    person,
)
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.facts import (
    AppointmentChanged,
    AppointmentState,
    EmploymentProgress,
    Event,
    Facts,
    FitNote,
    JobCentreFlag,
    Nomination,
    PainDischarge,
    Person,
    ProgressKind,
    PromptAnswer,
    ReferralUpdate,
    SupportClosed,
    WaitingList,
    Wish,
)
from services.domain.decisions import Decisions, Refusal
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.referral_states import MOVES

#: The facts of an event of that day, once it is known what came of the events before.
Told = Callable[[int, Walk], Facts]


@dataclass(frozen=True)
class Plan:
    """``gap`` days after the event before it is recorded, ``delay`` days after it happened."""

    gap: int
    delay: int
    told: Told = field(repr=False)
    person: Person = field(repr=False, default_factory=person)
    backfill: bool = False
    source: str = "urn:example:one"


@dataclass(frozen=True)
class Moment:
    """One event: the journey before it, what it caused, the journey after it."""

    before: Journey
    event: Event
    caused: tuple[Decisions, ...]
    refused: bool
    after: Journey


def play(plans: list[Plan], policy: Policy) -> list[Moment]:
    """Walk a history through the core."""
    walk, recorded, moments = Walk(policy), 0, []
    for number, plan in enumerate(plans):
        recorded += plan.gap
        day = recorded - plan.delay
        before = walk.journey
        event = Event(
            plan.source, f"event-{number}", "generated", at(day), at(recorded), SUBJECT,
            plan.told(day, walk), plan.person, plan.backfill,
        )  # fmt: skip
        walk.take(event)
        refused = isinstance(walk.last, Refusal)
        moments.append(
            Moment(before, event, () if isinstance(walk.last, Refusal) else walk.last, refused, walk.journey)
        )
    return moments


def histories(longest: int = 24) -> st.SearchStrategy[list[Plan]]:
    """Histories of some events."""
    return st.lists(_plans(), min_size=4, max_size=longest)


def _mostly(usual: object, *others: object, times: int = 2) -> st.SearchStrategy:
    """The usual on both sides of the others: Hypothesis likes to try what stands at an end."""
    return st.sampled_from([usual] * times + list(others) + [usual] * times)


def _notes() -> st.SearchStrategy[Told]:
    def told(codes, days, start, advice, issuer, work) -> Told:
        def make(day: int, _: Walk) -> FitNote:
            first = on(day + start)
            last = None if days is None else first + timedelta(days=days - 1)
            return FitNote(on(day), advice, codes, start=first, end=last, issuer=issuer, work=work)

        return make

    return st.builds(
        told,
        _mostly((CHRONIC_PAIN,), (FIBROMYALGIA,), (), (ANKLE_SPRAIN,), (PREGNANCY,), times=4),
        _mostly(28, 91, 7, 1, None),
        _mostly(0, -20, 3),
        _mostly("not-fit", "may-be-fit", None),
        _mostly(PRACTICE, OTHER_PRACTICE, None),
        _mostly(None, "out-of-work", "in-work"),
    )


def _discharges() -> st.SearchStrategy[Told]:
    def told(service, gp, work) -> Told:
        return lambda day, _: PainDischarge(on(day), service, gp, "1", work=work)

    return st.builds(told, _mostly(PAIN_SERVICE, None), _mostly(None, OTHER_PRACTICE), _mostly(None, "out-of-work"))


def _flags() -> st.SearchStrategy[Told]:
    def told(agreed: bool, programme: str | None) -> Told:
        return lambda day, _: JobCentreFlag(agreed, on(day), programme)

    return st.builds(told, _mostly(True, False), _mostly(None, "example-programme", times=5))


def _answers() -> st.SearchStrategy[Told]:
    def told(which: int, kind, wish: Wish | None, said: int, agreed, asked: int, known: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            prompts = walk.journey.prompts
            if known and not prompts:
                return else_(day, walk)
            prompt = prompts[which % len(prompts)].id if known else "no-such-prompt"
            words = replace(wish, on=on(day + said)) if wish is not None and said else wish
            return PromptAnswer(prompt, kind, None, words, agreement(day + asked, agreed) if agreed else None)

        return make

    return st.builds(
        told,
        _mostly(-1, 0, 1),
        _mostly("refer", *ANSWERS, "invite", times=4),
        _mostly(False, True).flatmap(lambda stated: _wishes() if stated else st.none()),
        _mostly(0, -9, 9),
        _mostly(PROVIDER, OTHER_PROVIDER, None, times=4),
        _mostly(0, -9, 9),
        _mostly(True, False, times=10),
        _notes(),
    )


def _wishes() -> st.SearchStrategy[Wish]:
    return st.builds(
        Wish,
        _mostly("does-not-want", "keen", "not-sure", "could-with-changes"),
        _mostly("person", "clinician"),
    )


def _nominations() -> st.SearchStrategy[Told]:
    def told(by, wish: Wish | None, agreed, asked: int, work) -> Told:
        return lambda day, _: Nomination(
            by, None, on(day), wish, agreement(day + asked, agreed) if agreed else None, work
        )

    return st.builds(
        told,
        _mostly(PRACTICE, PAIN_SERVICE, OTHER_PRACTICE),
        _mostly(False, True).flatmap(lambda stated: _wishes() if stated else st.none()),
        _mostly(PROVIDER, OTHER_PROVIDER, None),
        _mostly(0, -9, 9),
        _mostly(None, "out-of-work", "in-work"),
    )


def _progress() -> st.SearchStrategy[Told]:
    def told(kind: ProgressKind, said: int, which: int, named: bool, worker, known: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            referrals = walk.journey.referrals
            if known and not referrals:
                return else_(day, walk)
            referral = referrals[which % len(referrals)].id if known else "no-such-referral"
            return EmploymentProgress(kind, on(day + said), referral if named or not known else None, worker)

        return make

    return st.builds(
        told,
        st.sampled_from(get_args(ProgressKind)),
        _mostly(0, -3, -70, 2),
        _mostly(-1, 0),
        _mostly(False, True),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        _mostly(True, False, times=10),
        _nominations(),
    )


def _updates() -> st.SearchStrategy[Told]:
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
        _mostly(-1, 0),
        st.sampled_from([status for status in MOVES if status != "2.0"]),
        _mostly(0, 1, 2, 3, 4, 5, 6),
        _mostly(True, False),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        _mostly(True, False, times=10),
        _mostly(False, True),
        _answers(),
    )


def _appointments() -> st.SearchStrategy[Told]:
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
        _mostly(-1, 0),
        st.sampled_from(get_args(AppointmentState)),
        _mostly(3, 0, None),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        _mostly(True, False, times=10),
        _updates(),
    )


def _closings() -> st.SearchStrategy[Told]:
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
        _mostly(-1, 0),
        _mostly(0, -3, -70),
        _mostly(None, "goals-met"),
        st.sampled_from([None, WORKER, OTHER_WORKER]),
        _mostly(True, False, times=10),
        _answers(),
    )


def _plans() -> st.SearchStrategy[Plan]:
    people = _mostly(
        person(),
        person(None, "not-stated"),
        person(verification="not-verified"),
        person(date(1980, 6, 16)),
        times=40,
    )
    return st.builds(
        Plan,
        _mostly(1, 0, 3, 7, 28, 95, 130),
        _mostly(0, 1, 5, 20, 70),
        st.one_of(
            _notes(),
            _updates(),
            _answers(),
            _progress(),
            _updates(),
            _discharges(),
            _nominations(),
            _flags(),
            _answers(),
            _progress(),
            st.one_of(_appointments(), _closings(), _updates()),
        ),
        people,
        _mostly(False, True, times=8),
        st.sampled_from(["urn:example:one", "urn:example:two"]),
    )
