"""What the facts of a journey say, read in their order."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from msgspec.structs import replace

from schemas.facts import (
    ConsentRecorded,
    ConsentWithdrawn,
    Event,
    FitNote,
    FitNoteCorrection,
    Introduction,
    JobCentreFlag,
    JobCentreFlagCleared,
    LookupAnswered,
    NationalSignal,
    Nomination,
    Objection,
    PainDischarge,
    PersonAnswer,
    PromptAnswer,
    TherapyDischarge,
    WaitDue,
)
from schemas.fhir.dates import last_day
from schemas.support_facts import AppointmentChanged, EmploymentProgress, ReferralMove, ReferralUpdate, SupportClosed
from services.domain.corrections import as_stated, corrected
from services.domain.decisions import EventKey
from services.domain.journey import Journey, Referral


def is_objected_to(journey: Journey) -> bool:
    """Whether the person objects to their records being joined."""
    return any(stop.reason == "objection" for stop in journey.stops)


def discards(journey: Journey, event: Event) -> bool:
    """Whether an event is discarded: the person objects to it, and it does not change that.

    An objection that came while the journey is frozen counts from then on, though it is decided on later: only the
    answer that the freeze waits for is still taken.
    """
    if isinstance(event.facts, Objection):
        return False
    return is_objected_to(journey) or (_objection_waits(journey) and not isinstance(event.facts, LookupAnswered))


def _objection_waits(journey: Journey) -> bool:
    told = [item.facts for item in journey.put_off if isinstance(item.facts, Objection) and _is_sure(item)]
    return bool(told) and not told[-1].taken_back


def key(event: Event) -> EventKey:
    """An event as evidence."""
    return EventKey(event.source, event.id)


def notes(journey: Journey) -> list[tuple[Event, FitNote]]:
    """The fit notes that stand, of people who are known for sure, in facts order."""
    return [(event, note) for event in sure(journey) if (note := note_of(event)) is not None]


def note_of(event: Event) -> FitNote | None:
    """The fit note that an event states; a duration that names no day counts from the day on which it was told."""
    note = as_stated(event)
    if note is None or note.duration is None:
        return note
    start = clinical_date(event)
    return replace(note, start=start, end=last_day(start, *note.duration))


def lasts_from_being_told(event: Event) -> bool:
    """Whether the days of a fit note rest on the day on which it was told."""
    note = as_stated(event)
    return note is not None and note.duration is not None


def discharges(journey: Journey) -> list[tuple[Event, PainDischarge]]:
    """The pain service discharges, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, PainDischarge)]


def therapies(journey: Journey) -> list[tuple[Event, TherapyDischarge]]:
    """The discharges from therapy, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, TherapyDischarge)]


def introductions(journey: Journey) -> list[tuple[Event, Introduction]]:
    """The introductions, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, Introduction)]


def flags(journey: Journey) -> list[tuple[Event, JobCentreFlag]]:
    """The job centre flags, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, JobCentreFlag)]


def nominations(journey: Journey) -> list[tuple[Event, Nomination]]:
    """The nominations by clinicians, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, Nomination)]


def progress(journey: Journey) -> list[tuple[Event, EmploymentProgress]]:
    """The steps of employment support, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, EmploymentProgress)]


def appointments(journey: Journey) -> list[tuple[Event, AppointmentChanged]]:
    """What became of appointments of employment support, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, AppointmentChanged)]


def answers(journey: Journey) -> list[tuple[Event, PromptAnswer]]:
    """The answers to prompts, in facts order."""
    return [(event, event.facts) for event in journey.facts if isinstance(event.facts, PromptAnswer)]


def person_answers(journey: Journey) -> list[tuple[Event, PersonAnswer]]:
    """What the person answered for themselves, in facts order: on a Task that they were sent, or known for sure."""
    return [
        (event, event.facts)
        for event in journey.facts
        if isinstance(event.facts, PersonAnswer) and (event.facts.prompt is not None or _is_sure(event))
    ]


def consents(journey: Journey) -> list[tuple[Event, ConsentRecorded]]:
    """The recorded agreements, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, ConsentRecorded)]


def withdrawals(journey: Journey) -> list[tuple[Event, ConsentWithdrawn]]:
    """What was taken back, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, ConsentWithdrawn)]


def objections(journey: Journey) -> list[tuple[Event, Objection]]:
    """The objections to joining and their taking back, in facts order."""
    return [(event, event.facts) for event in sure(journey) if isinstance(event.facts, Objection)]


def updates(journey: Journey, referral: str) -> list[tuple[Event, ReferralMove]]:
    """What moves one referral, in facts order: its updates, appointments and the end of support."""
    return [
        (event, event.facts)
        for event in journey.facts
        if isinstance(event.facts, ReferralUpdate | AppointmentChanged | SupportClosed)
        and event.facts.referral == referral
    ]


def told_of(journey: Journey, referral: Referral) -> list[tuple[Event, ReferralMove | EmploymentProgress]]:
    """What the provider told of one referral, in facts order: its moves, and the steps that name it or were noted."""
    told: list[tuple[Event, ReferralMove | EmploymentProgress]] = [
        *steps_of(journey, referral), *updates(journey, referral.id),
    ]  # fmt: skip
    return sorted(told, key=lambda item: item[0].order)


def steps_of(journey: Journey, referral: Referral) -> list[tuple[Event, EmploymentProgress]]:
    """The steps of support that name a referral or were noted for it, in facts order."""
    return [
        (event, step)
        for event, step in progress(journey)
        if step.referral == referral.id or key(event) in referral.progress
    ]


def clinical_date(event: Event) -> date:
    """When what an event tells happened: its clinical date, else the day of its time."""
    match event.facts:
        case FitNote(assessed=date() as day) | FitNoteCorrection(note=FitNote(assessed=date() as day)):
            return day
        case PainDischarge(discharged=date() as day) | TherapyDischarge(discharged=date() as day):
            return day
        case Nomination(on=date() as day) | Introduction(on=date() as day) | EmploymentProgress(on=day):
            return day
        case PersonAnswer(on=day) | ConsentRecorded(on=day) | ConsentWithdrawn(on=day) | Objection(on=day):
            return day
        case SupportClosed(on=day):
            return day
        case JobCentreFlagCleared(since=date() as day):
            return day
        case (
            FitNote()
            | FitNoteCorrection()
            | PainDischarge()
            | TherapyDischarge()
            | Nomination()
            | Introduction()
            | JobCentreFlag()
            | JobCentreFlagCleared()
            | PromptAnswer()
            | ReferralUpdate()
            | AppointmentChanged()  # it may be booked for a later day
        ):
            return event.time.date()
        case NationalSignal() | LookupAnswered() | WaitDue():
            return event.time.date()
        case unknown:
            assert_never(unknown)


def birth_date(journey: Journey) -> date | None:
    """The birth date that the facts state last, if any does."""
    stated = [event.person.birth_date for event in sure(journey) if event.person and event.person.birth_date]
    return stated[-1] if stated else None


def now(journey: Journey) -> datetime:
    """The journey's clock: the only one that rules read (EXACTNESS 2)."""
    if journey.clock is None:
        raise ValueError("a journey without events has no clock")
    return journey.clock


def sure(journey: Journey) -> list[Event]:
    """Facts on which something may rest: the person was not stated as unverified, and no fit note was corrected.

    The others are kept.
    """
    gone = corrected(journey.facts)
    return [event for event in journey.facts if _is_sure(event) and not (gone and event.event_id in gone)]


def _is_sure(event: Event) -> bool:
    return event.person is None or event.person.verification != "not-verified"
