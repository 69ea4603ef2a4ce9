"""Plausible random histories: what happens to a person, told by publishers who are late, wrong or say it twice.

A plan says what kind of event comes next and how; only when it is played does
it become an event, so that answers and updates name prompts and referrals
that the core has made by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from domain_builders import (
    ANKLE_SPRAIN,
    ANSWERS,
    CHRONIC_PAIN,
    FIBROMYALGIA,
    FROM_JOB_CENTRE,
    JOB_CENTRE,
    OTHER_PRACTICE,
    OTHER_PROVIDER,
    PAIN_SERVICE,
    PRACTICE,
    PREGNANCY,
    PROVIDER,
    SUBJECT,
    Walk,
    agreement,
    at,
    on,
    person,
)
from generated_parts import Told, mostly
from generated_signals import lookups, signals
from generated_sources import clearings, corrections, introductions, therapies
from generated_support import appointments, closings, progress, updates
from generated_words import consents, objections, own_answers, withdrawals
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.facts import (
    Event,
    Facts,
    FitNote,
    JobCentreFlag,
    JobCentreFlagCleared,
    Nomination,
    PainDischarge,
    Person,
    PromptAnswer,
    Wish,
)
from services.domain.decisions import Decisions, Refusal
from services.domain.journey import Journey
from services.domain.policy import Policy


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
        told = plan.told(day, walk)
        event = Event(
            _source(plan, told, before), f"event-{number}", "generated", at(day), at(recorded), SUBJECT, told,
            plan.person, plan.backfill,
        )  # fmt: skip
        walk.take(event)
        refused = isinstance(walk.last, Refusal)
        moments.append(
            Moment(before, event, () if isinstance(walk.last, Refusal) else walk.last, refused, walk.journey)
        )
    return moments


def _source(plan: Plan, told: Facts, before: Journey) -> str:
    """Flags are a job centre's alone, and it is known for one by them before it says anything else."""
    if isinstance(told, JobCentreFlag | JobCentreFlagCleared):
        return FROM_JOB_CENTRE
    flagged = any(fact.source == FROM_JOB_CENTRE for fact in before.facts)
    return plan.source if flagged or plan.source != FROM_JOB_CENTRE else "urn:example:one"


def histories(longest: int = 24) -> st.SearchStrategy[list[Plan]]:
    """Histories of some events."""
    return st.lists(_plans(), min_size=4, max_size=longest)


def _notes() -> st.SearchStrategy[Told]:
    def told(codes, days, start, advice, issuer, work) -> Told:
        def make(day: int, _: Walk) -> FitNote:
            first = on(day + start)
            last = None if days is None else first + timedelta(days=days - 1)
            names = (f"urn:example:notes|{day}",)
            return FitNote(on(day), advice, codes, start=first, end=last, issuer=issuer, work=work, names=names)

        return make

    return st.builds(
        told,
        mostly((CHRONIC_PAIN,), (FIBROMYALGIA,), (), (ANKLE_SPRAIN,), (PREGNANCY,), times=4),
        mostly(28, 91, 7, 1, None),
        mostly(0, -20, 3),
        mostly("not-fit", "may-be-fit", None),
        mostly(PRACTICE, OTHER_PRACTICE, None),
        mostly(None, "out-of-work", "in-work"),
    )


def _discharges() -> st.SearchStrategy[Told]:
    def told(service, gp, work) -> Told:
        return lambda day, _: PainDischarge(on(day), service, gp, "1", work=work)

    return st.builds(told, mostly(PAIN_SERVICE, None), mostly(None, OTHER_PRACTICE), mostly(None, "out-of-work"))


def _flags() -> st.SearchStrategy[Told]:
    def told(agreed: bool, programme: str | None) -> Told:
        return lambda day, _: JobCentreFlag(agreed, on(day), programme)

    return st.builds(told, mostly(True, False), mostly(None, "example-programme", times=5))


def _answers() -> st.SearchStrategy[Told]:
    def told(
        which: int, kind, wish: Wish | None, said: int, agreed, asked: int, doubt, known: bool, else_: Told
    ) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            prompts = walk.journey.prompts
            if known and not prompts:
                return else_(day, walk)
            prompt = prompts[which % len(prompts)].id if known else "no-such-prompt"
            words = replace(wish, on=on(day + said)) if wish is not None and said else wish
            given = agreement(day + asked, agreed) if agreed else None
            return PromptAnswer(prompt, kind, None, words, given, doubt)

        return make

    return st.builds(
        told,
        mostly(-1, 0, 1),
        mostly("refer", *ANSWERS, "invite", times=4),
        mostly(False, True).flatmap(lambda stated: _wishes() if stated else st.none()),
        mostly(0, -9, 9),
        mostly(PROVIDER, OTHER_PROVIDER, JOB_CENTRE, None, times=4),
        mostly(0, -9, 9),
        mostly(None, True, False, times=6),
        mostly(True, False, times=10),
        _notes(),
    )


def _wishes() -> st.SearchStrategy[Wish]:
    return st.builds(
        Wish,
        mostly("does-not-want", "keen", "not-sure", "could-with-changes"),
        mostly("person", "clinician"),
    )


def _nominations() -> st.SearchStrategy[Told]:
    def told(by, wish: Wish | None, agreed, asked: int, work) -> Told:
        return lambda day, _: Nomination(
            by, None, on(day), wish, agreement(day + asked, agreed) if agreed else None, work
        )

    return st.builds(
        told,
        mostly(PRACTICE, PAIN_SERVICE, OTHER_PRACTICE),
        mostly(False, True).flatmap(lambda stated: _wishes() if stated else st.none()),
        mostly(PROVIDER, OTHER_PROVIDER, None),
        mostly(0, -9, 9),
        mostly(None, "out-of-work", "in-work"),
    )


def _plans() -> st.SearchStrategy[Plan]:
    people = mostly(
        person(),
        person(None, "not-stated"),
        person(verification="not-verified"),
        person(date(1980, 6, 16)),
        times=40,
    )
    return st.builds(
        Plan,
        mostly(1, 0, 3, 7, 28, 95, 130),
        mostly(0, 1, 5, 20, 70),
        st.one_of(
            _notes(),
            updates(_answers()),
            _answers(),
            progress(_nominations()),
            updates(_answers()),
            _discharges(),
            _nominations(),
            _flags(),
            therapies(),
            corrections(_notes()),
            introductions(_wishes()),
            clearings(),
            signals(),
            lookups(_notes()),
            lookups(_notes()),
            _answers(),
            progress(_nominations()),
            st.one_of(appointments(_answers()), closings(_answers()), updates(_answers())),
            own_answers(_notes()),
            mostly(True, False).flatmap(lambda kept: consents() if kept else withdrawals()),
            mostly(False, True, times=3).flatmap(lambda objected: objections() if objected else own_answers(_notes())),
        ),
        people,
        mostly(False, True, times=8),
        mostly("urn:example:one", "urn:example:two", FROM_JOB_CENTRE),
    )
