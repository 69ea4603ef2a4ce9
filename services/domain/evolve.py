"""`evolve(journey, change) -> journey`: events become facts, decisions become commitments. Pure."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable
from datetime import date
from typing import assert_never

from msgspec.structs import replace

from schemas.facts import Event, LookupAnswered, NationalSignal, WaitDue
from schemas.support_facts import AppointmentChanged, EmploymentProgress, ReferralUpdate, SupportClosed
from services.domain.decisions import (
    AnswerTaken,
    CallAsked,
    CancellationRequested,
    CarePackageUpdated,
    Chased,
    Decisions,
    Escalated,
    FeedbackGiven,
    Held,
    InformationDue,
    InformationWithdrawn,
    Invited,
    Lapsed,
    Lifted,
    LookupAsked,
    LookupTaken,
    Nominated,
    OutOfSequence,
    ProgressNoted,
    Prompted,
    PromptWithdrawn,
    PutOff,
    ReferralMoved,
    Referred,
    Reminded,
    ReviewNeeded,
    Stopped,
    WaitOvertaken,
)
from services.domain.history import discards, now, told_of
from services.domain.journey import Cancellation, Information, Journey, Lookup, Prompt, Referral, Shared, Stop
from services.domain.referral_states import TERMINAL, standing
from services.domain.rules.holds import HoldReason
from services.domain.stopping import frozen


def evolve(journey: Journey, change: Event | Decisions) -> Journey:
    """The journey after an event or a decision. The same event again changes nothing."""
    match change:
        case Event():
            return _with_fact(journey, change)
        case Prompted():
            made = Prompt(
                id=change.prompt, owner=change.owner, owner_kind=change.owner_kind, track=change.track,
                made=now(journey), lapses=change.lapses, evidence=change.evidence, unknown=change.unknown,
                work=change.work, sentence=change.sentence, copied=change.copied,
            )  # fmt: skip
            return replace(journey, prompts=(*journey.prompts, made), hold=None)
        case Held():
            return replace(journey, hold=change.reason)
        case AnswerTaken():
            return _with_prompt(
                _released(journey, "already-prompted", "already-invited"), change.prompt,
                answer=change.answer, answered=now(journey), ask_again=change.ask_again,
            )  # fmt: skip
        case Nominated():
            made = Prompt(
                id=change.prompt, owner=change.owner, owner_kind=change.owner_kind, track=change.track,
                made=now(journey), lapses=change.lapses, evidence=change.evidence, answer=change.answer,
                answered=now(journey), work=change.work, sentence=change.sentence, nomination=change.nomination,
            )  # fmt: skip
            return replace(journey, prompts=(*journey.prompts, made), hold=None)
        case Invited():
            return _with_prompt(journey, change.prompt, invitation=change.invitation, lapses=change.lapses)
        case Referred():
            requested = Referral(
                id=change.referral, prompt=change.prompt, track=change.track, requested=now(journey),
                provider=change.provider, agreement=change.agreement, referrer=change.referrer,
                referrer_kind=change.referrer_kind, nomination=change.nomination,
            )  # fmt: skip
            return _standing(replace(journey, referrals=(*journey.referrals, requested)), {change.referral})
        case InformationDue():
            due = Information(id=change.information, purpose=change.purpose, on=now(journey), about=change.about)
            return replace(journey, information=(*journey.information, due))
        case ReferralMoved():
            return _told(journey, change)
        case ProgressNoted():
            return _noted(journey, change)
        case CarePackageUpdated():
            return replace(journey, package=change.version)
        case Escalated():
            return _with_prompt(journey, change.prompt, lead=change.lead)
        case Lapsed():
            return _released(journey, "already-prompted", "already-invited")
        case Stopped():
            stop = Stop(change.reason, now(journey), change.by, journey.sequence)
            return replace(journey, stops=(*journey.stops, stop), hold=None)
        case Lifted():
            left = tuple(stop for stop in journey.stops if stop.reason != change.reason)
            if change.reason == "suspended":
                return replace(journey, stops=left, lookup=None, put_off=())
            over = tuple(stop for stop in journey.stops if stop.reason == change.reason)
            return replace(journey, stops=left, lifted=(*journey.lifted, *over))
        case LookupAsked():
            moved = change.signal == "practice" or (journey.lookup is not None and journey.lookup.practice)
            return replace(journey, lookup=Lookup(change.question, moved))
        case LookupTaken():
            return replace(journey, lookup=replace(journey.lookup, open=False) if journey.lookup else None)
        case PromptWithdrawn():
            return _with_prompt(
                _released(journey, "already-prompted", "already-invited"), change.prompt, withdrawn=change.reason
            )
        case InformationWithdrawn():
            return replace(journey, information=tuple(
                replace(page, withdrawn=change.reason) if page.id == change.information else page
                for page in journey.information
            ))  # fmt: skip
        case CancellationRequested():
            asked = Cancellation(now(journey), change.by, change.reason)
            return _standing(replace(journey, referrals=tuple(
                replace(item, cancellation=asked) if item.id == change.referral else item for item in journey.referrals
            )), {change.referral})  # fmt: skip
        case FeedbackGiven(thing=str() as thing, on=date() as on):
            told = Shared(thing, on, change.recipient.ods)
            return replace(journey, shared=(*journey.shared, told))
        case FeedbackGiven() | CallAsked() | OutOfSequence() | Reminded() | Chased() | WaitOvertaken():
            return journey
        case PutOff() | ReviewNeeded():
            return journey
        case unknown:
            assert_never(unknown)


def applied(journey: Journey, made: Iterable[Decisions]) -> Journey:
    """The journey after some decisions."""
    for decision in made:
        journey = evolve(journey, decision)
    return journey


def _with_fact(journey: Journey, event: Event) -> Journey:
    if any(fact.source == event.source and fact.id == event.id for fact in journey.facts):
        return journey
    clock = event.recorded if journey.clock is None else max(journey.clock, event.recorded)
    if discards(journey, event):  # they object to it
        return journey if clock == journey.clock else replace(journey, clock=clock)
    if frozen(journey) and not isinstance(event.facts, NationalSignal | LookupAnswered):
        journey = replace(journey, put_off=(*journey.put_off, event))
    if isinstance(event.facts, WaitDue):
        return replace(journey, clock=clock)  # it asks; it says nothing about the person
    facts = list(journey.facts)
    insort(facts, event, key=lambda fact: fact.order)
    after = replace(journey, facts=tuple(facts), clock=clock)
    match event.facts:
        case (
            ReferralUpdate(referral=referral) | AppointmentChanged(referral=referral) | SupportClosed(referral=referral)
        ):
            return _standing(after, {referral})
        case EmploymentProgress():  # it may belong to a referral that it does not name
            return _standing(after, {item.id for item in after.referrals})
        case _:
            return after


def _with_prompt(journey: Journey, prompt: str, **changes: object) -> Journey:
    return replace(
        journey, prompts=tuple(replace(item, **changes) if item.id == prompt else item for item in journey.prompts)
    )


def _standing(journey: Journey, referrals: Collection[str]) -> Journey:
    """A referral's state is derived from what was told of it, in facts order."""
    return replace(
        journey,
        referrals=tuple(_stood(item, journey) if item.id in referrals else item for item in journey.referrals),
    )


def _stood(referral: Referral, journey: Journey) -> Referral:
    state = standing(told_of(journey, referral), referral.cancellation)
    return replace(
        referral, status=state.status, reason=state.reason, worker=state.worker, workers=state.workers,
        waiting=state.waiting,
        ended=referral.ended if state.status in TERMINAL else None,
    )  # fmt: skip


def _noted(journey: Journey, noted: ProgressNoted) -> Journey:
    after = tuple(
        replace(item, progress=tuple(sorted({*item.progress, noted.noted}))) if item.id == noted.referral else item
        for item in journey.referrals
    )
    return _standing(replace(journey, referrals=after), {noted.referral})


def _released(journey: Journey, *reasons: HoldReason) -> Journey:
    """What a hold rested on is over: the present state has no such reason any more."""
    return replace(journey, hold=None) if journey.hold in reasons else journey


def _told(journey: Journey, moved: ReferralMoved) -> Journey:
    return replace(
        _released(journey, "already-referred") if moved.status in TERMINAL else journey,
        referrals=tuple(
            replace(
                item,
                told=tuple(sorted({*item.told, moved.move})),
                ended=now(journey) if moved.status in TERMINAL else item.ended,
            )
            if item.id == moved.referral
            else item
            for item in journey.referrals
        ),
    )
