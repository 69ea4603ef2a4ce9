"""What the person themselves said last, told anew from the facts: a fault of the core is not repeated here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from msgspec.structs import replace

from schemas.facts import (
    Agreement,
    ConsentRecorded,
    ConsentWithdrawn,
    Event,
    Facts,
    Introduction,
    JobCentreFlag,
    Nomination,
    PersonAnswer,
    PromptAnswer,
)
from services.domain.journey import Journey
from services.domain.policy import Policy


def last_own_word(journey: Journey, policy: Policy) -> str | None:
    """Their latest word on their wish; an agreement to be referred is a yes, and so is coming forward."""
    latest: tuple[date, datetime, str, str] | None = None
    word = None
    flagging = {fact.source for fact in journey.facts if isinstance(fact.facts, JobCentreFlag) and _is_sure(fact)}
    for fact in journey.facts:
        for day, new in _said(fact, policy, apart=fact.source in flagging):
            if latest is None or (day, *fact.order) >= latest:
                latest, word = (day, *fact.order), new
    return word


def doubted(journey: Journey) -> bool:
    """Whether the latest answer that says anything of it doubts the person's capacity to agree."""
    latest = False
    for fact in journey.facts:
        told = fact.facts
        counts = isinstance(told, PromptAnswer) or (
            isinstance(told, PersonAnswer) and (told.prompt is not None or _is_sure(fact))
        )
        if counts and told.capacity_doubted is not None:
            latest = told.capacity_doubted
    return latest


def taken_back(journey: Journey, agreement: Agreement) -> set[str]:
    """The items of an agreement that were taken back on its day or later."""
    gone: set[str] = set()
    for fact in journey.facts:
        match fact.facts:
            case ConsentWithdrawn(purpose="referral") as taken if _is_sure(fact) and taken.on >= agreement.on:
                towards = taken.to == "ips-provider" if taken.recipient is None else taken.recipient.ods
                if towards in (True, agreement.recipient.ods):
                    gone |= set(taken.items or agreement.items)
    return gone


def agreed_in(told: Facts, agreement: Agreement) -> bool:
    """Whether an agreement is the one that an event states, whatever of it was taken back since."""
    match told:
        case ConsentRecorded():
            return (told.id, told.by, told.on) == (agreement.id, agreement.by, agreement.on)
        case PromptAnswer(agreement=Agreement() as given) | Nomination(agreement=Agreement() as given):
            return replace(given, items=()) == replace(agreement, items=())
        case PersonAnswer(agreement=Agreement() as given):
            return replace(given, items=()) == replace(agreement, items=())
        case _:
            return False


def _said(fact: Event, policy: Policy, *, apart: bool) -> Iterator[tuple[date, str]]:
    told, day = fact.facts, fact.time.date()
    match told:
        case PromptAnswer():
            if told.answer == "refer" and _is_ours(told.agreement, policy):
                yield min(told.agreement.on, day), "yes"
            if told.wish and told.wish.by == "person":
                yield min(told.wish.on or day, day), told.wish.wish
        case Nomination() if _is_sure(fact):
            if _is_ours(told.agreement, policy):
                yield min(told.agreement.on, day), "yes"
            if told.wish and told.wish.by == "person":
                yield min(told.wish.on or day, day), told.wish.wish
        case Introduction() if _is_sure(fact):
            if told.by == "self":
                yield min(told.on or day, day), "yes"
            if told.wish and told.wish.by == "person":
                yield min(told.wish.on or day, day), told.wish.wish
        case PersonAnswer() if told.prompt is not None or _is_sure(fact):
            if told.answer == "agrees" and not apart and _is_ours(told.agreement, policy):
                yield min(told.agreement.on, day), "yes"
            if told.answer == "does-not-want":
                yield min(told.on, day), "does-not-want"
        case ConsentRecorded(purpose="referral") if _is_sure(fact) and not apart:
            if told.recipient is not None and told.recipient.ods == policy.provider.ods:
                yield min(told.on, day), "yes"


def _is_ours(agreement: Agreement | None, policy: Policy) -> bool:
    return agreement is not None and agreement.recipient.ods == policy.provider.ods


def _is_sure(fact: Event) -> bool:
    return fact.person is None or fact.person.verification != "not-verified"
