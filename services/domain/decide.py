"""`decide(journey, event, policy) -> decisions`: total and pure.

Its only clock is the journey's. It names every rule that spoke; what it
decides is applied by ``evolve``, published by ``build``.
"""

from __future__ import annotations

from typing import assert_never

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
from schemas.support_facts import AppointmentChanged, EmploymentProgress, ReferralUpdate, SupportClosed
from services.domain.agreed_things import things_to_tell
from services.domain.answering import take_answer
from services.domain.clearing import take_clearing
from services.domain.correcting import take_correction, take_note
from services.domain.decisions import (
    CarePackageUpdated,
    Decisions,
    Escalated,
    Lapsed,
    OutOfSequence,
    Prompted,
    Refusal,
    Stopped,
)
from services.domain.evolve import applied, evolve
from services.domain.flare_ups import flare_up
from services.domain.forbidding import against_it, take_objection, take_withdrawal
from services.domain.hearing import take_consent, take_person_answer
from services.domain.history import discards, key
from services.domain.journey import Journey
from services.domain.known import known
from services.domain.moving import take_move
from services.domain.nominating import take_nomination
from services.domain.policy import Policy
from services.domain.progressing import take_progress
from services.domain.prompting import consider
from services.domain.rules.news import is_old_news
from services.domain.signals import put_off, rerouted, take_lookup, take_signal
from services.domain.stopping import only_what_a_stop_allows, stopped
from services.domain.waiting import take_due


def decide(journey: Journey, event: Event, policy: Policy) -> tuple[Decisions, ...] | Refusal:
    """What an event leads to. ``journey`` is the one before it; a Refusal says that it belongs to no journey."""
    event = known(event, policy)
    if discards(journey, event):
        return ()
    after = evolve(journey, event)
    made = _about(after, event, policy)
    if isinstance(made, Refusal):
        return made
    waits = put_off(after, event)
    if waits is not None:
        return waits
    made = (*made, *against_it(after, made, event, policy))
    if isinstance(event.facts, LookupAnswered):
        own = only_what_a_stop_allows(event, made) if _is_stopped(after, made) else made
        return (*own, *_settled(after, own, event, policy))  # each of these is held to a stop by its own turn
    if _is_stopped(after, made):
        return only_what_a_stop_allows(event, made)
    made = (*made, *things_to_tell(after, event, policy))
    if _in_care_package(event, made) and policy.on("care-package.kept"):
        made = (*made, _care_package(after, event))
    return made


def _about(journey: Journey, event: Event, policy: Policy) -> tuple[Decisions, ...] | Refusal:
    match event.facts:
        case JobCentreFlag(known_and_agreed=False):
            return ()  # not even a prompt that another event would bring may rest on it
        case PainDischarge() | TherapyDischarge() | JobCentreFlag() | Introduction():
            if is_old_news(journey, event, policy):
                return ()
            prompted = consider(journey, event, policy)
            made: tuple[Decisions, ...] = (prompted,) if prompted is not None else ()
            return (*made, *flare_up(journey, event, policy)) if isinstance(event.facts, PainDischarge) else made
        case FitNote():
            return (*take_note(journey, event, policy), *flare_up(journey, event, policy))
        case FitNoteCorrection() as correction:
            return take_correction(journey, event, correction, policy)
        case JobCentreFlagCleared():
            return take_clearing(journey, event)
        case PromptAnswer() as answer:
            return take_answer(journey, event, answer, policy)
        case PersonAnswer() as said:
            return take_person_answer(journey, event, said, policy)
        case ConsentRecorded() as consent:
            return take_consent(journey, event, consent, policy)
        case ConsentWithdrawn() as taken:
            return take_withdrawal(journey, event, taken, policy)
        case Objection() as objection:
            return take_objection(journey, event, objection, policy)
        case ReferralUpdate() | AppointmentChanged() | SupportClosed() as move:
            return take_move(journey, event, move, policy)
        case Nomination() as nomination:
            return take_nomination(journey, event, nomination, policy)
        case EmploymentProgress() as step:
            return take_progress(journey, event, step, policy)
        case NationalSignal() as signal:
            return take_signal(journey, event, policy, signal)
        case LookupAnswered() as answered:
            return take_lookup(journey, event, answered, policy)
        case WaitDue() as due:
            return take_due(journey, event, due, policy)
        case unknown:
            assert_never(unknown)


def _settled(journey: Journey, made: tuple[Decisions, ...], event: Event, policy: Policy) -> tuple[Decisions, ...]:
    """What the events that were put off lead to, each in its turn, once an answer has lifted the freeze.

    ``journey`` has the event applied, and not yet what it ``made``.
    """
    current = applied(journey, made)
    if not journey.lookup or current.lookup:
        return ()
    settled: list[Decisions] = []
    shown = False
    for item in journey.put_off:
        caused = decide(current, item, policy)
        if isinstance(caused, Refusal):
            continue  # it named what there was when it came, and nothing takes that back
        shown = shown or any(isinstance(one, CarePackageUpdated) for one in caused)
        caused = tuple(one for one in caused if not isinstance(one, CarePackageUpdated))  # one for all of them
        current = applied(evolve(current, item), caused)
        settled += caused
    moved = rerouted(current, event, policy, moved=journey.lookup.practice)
    shown = (shown or (bool(moved) and policy.on("care-package.kept"))) and stopped(current) is None
    return (*settled, *moved, *((_care_package(current, event),) if shown else ()))


def _is_stopped(journey: Journey, made: tuple[Decisions, ...]) -> bool:
    """Whether the whole journey is stopped by the end of this event."""
    if not journey.stops and not any(isinstance(item, Stopped) for item in made):
        return False
    return stopped(applied(journey, made)) is not None


def _in_care_package(event: Event, made: tuple[Decisions, ...]) -> bool:
    """A flag that the person did not agree to is no part of it, nor its clearing, nor what caused but a mark."""
    if isinstance(event.facts, JobCentreFlag) and not event.facts.known_and_agreed:
        return False
    if isinstance(event.facts, JobCentreFlagCleared):
        return False
    if isinstance(event.facts, WaitDue):
        return any(isinstance(item, Prompted | Escalated | Lapsed) for item in made)
    if isinstance(event.facts, NationalSignal):
        return False  # it says nothing of the person's care
    return not (made and all(isinstance(item, OutOfSequence) for item in made))


def _care_package(journey: Journey, event: Event) -> CarePackageUpdated:
    return CarePackageUpdated(
        rules=("care-package.kept",),
        evidence=(key(event),),
        sentence="The care package is kept true.",
        version=journey.package + 1,
    )
