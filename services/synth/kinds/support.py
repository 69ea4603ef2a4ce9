"""What the IPS provider does with a referral: one course for each, told by updates of the referral and by steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from schemas.codes import EMPLOYMENT_PROGRESS, IPS, SNOMED, TASK_ID
from services.demo.messages import coded, referral_update
from services.domain.decisions import Chased, Decisions, Referred
from services.synth.chance import Chance
from services.synth.people import Person
from services.synth.rates import Referring
from services.synth.telling import Kind, Message, Now, World, at_work

_UPDATED, _PROGRESSED = "referral-updated-1", "employment-progress-1"
_CHANGED, _CLOSED = "appointment-changed-1", "support-closed-1"
#: What some providers tell by events of their own: appointments, and that support ended.
_APPOINTMENTS = {"5.1.1": "booked", "5.1.2": "noshow"}
_OF_THEIR_OWN = (*_APPOINTMENTS, "7.0")
_SOURCE = "https://ips-provider.synth.example/{}"
_WORKERS = 40
_REASONS = ("no-capacity", "out-of-area", "other-support")
_SUPPORT_DAYS = 330


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the provider tells: a BSeR status (with its reason) or a step of support."""

    says: str
    when: datetime
    worker: int
    is_move: bool = True
    reason: str | None = None


def _begun(person: Person, world: World, now: Now, made: Decisions) -> tuple[str, list[Step]] | None:
    """The course of a referral, where it begins now: at the request, or when a silent provider is asked."""
    if not isinstance(made, Referred | Chased):
        return None
    chance = person.chance(f"referral {made.referral}")
    silent = chance.happens(world.rates.referrals.silent)
    if silent != isinstance(made, Chased) or (isinstance(made, Chased) and made.step != "accept"):
        return None
    return made.referral, list(_course(now.when, world.rates.referrals, chance))


def _course(begins: datetime, drawn: Referring, chance: Chance) -> Iterator[Step]:
    when = at_work(begins + chance.days(drawn.days))
    worker = chance.number(1, _WORKERS)
    if chance.happens(drawn.declined):
        yield Step("4.0", when, worker, reason=chance.one_of(_REASONS))
        return
    yield Step("3.0", when, worker)
    cancelled = chance.happens(drawn.cancelled)
    when = _next(when, 2, chance)
    yield Step("5.1.1", when, worker)
    if chance.happens(drawn.unattended):
        when = _next(when, drawn.contact_days, chance)
        yield Step("5.1.2", when, worker)
        when = _next(when, 2, chance)
        yield Step("5.1.1", when, worker)
    if cancelled:
        when = _next(when, drawn.contact_days, chance)
        yield Step("5.2", when, worker)
        yield Step("6.0", _next(when, 3, chance), worker, reason="person-asked")
        return
    when = _next(when, drawn.contact_days, chance)
    yield Step("first-contact", when, worker, is_move=False)
    yield from _steps(when, worker, drawn, chance)


def _steps(when: datetime, worker: int, drawn: Referring, chance: Chance) -> Iterator[Step]:
    first = when
    if chance.happens(drawn.another_worker):
        worker = worker % _WORKERS + 1
    steps = ["vocational-profile-started"] if chance.happens(drawn.profile) else []
    steps += ["placement-started", "placement-ended"] if chance.happens(drawn.placement) else []
    for says in steps:
        when = _next(when, drawn.step_days, chance)
        yield Step(says, when, worker, is_move=False)
    yield Step("5.1.4", _next(when, 2, chance), worker)
    if chance.happens(drawn.job):
        when = _next(when, drawn.step_days, chance)
        yield Step("job-started", when, worker, is_move=False)
        if chance.happens(drawn.thirteen_weeks):
            when = at_work(when + timedelta(weeks=13, minutes=5))
            yield Step("in-work-13-weeks", when, worker, is_move=False)
        elif chance.happens(drawn.job_ended):
            when = _next(when, drawn.step_days, chance)
            yield Step("job-ended", when, worker, is_move=False)
    lasts = 0 if chance.happens(drawn.early_end) else _SUPPORT_DAYS
    yield Step("7.0", at_work(max(when, first + timedelta(lasts)) + chance.days(5)), worker)


def _next(when: datetime, mean: float, chance: Chance) -> datetime:
    return at_work(when + chance.days(mean) + timedelta(minutes=10))


def _moves(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    begun = _begun(person, world, now, made)
    if begun is None:
        return
    referral, steps = begun
    messages = []
    own = _OF_THEIR_OWN if _by_appointment(person, world, referral) else ()
    for place, step in enumerate(item for item in steps if item.is_move and item.says not in own):
        event = referral_update(
            person.patient, referral, step.says, step.when, worker=_worker(step), reason=step.reason
        )
        had = step.when + timedelta(minutes=1)
        source = _SOURCE.format("referrals")
        messages.append(Message(_UPDATED, source, f"{referral} {place}", step.when, had, event["data"]))
    chance = person.chance(f"swapped {referral}")
    for place in range(1, len(messages)):
        if chance.happens(world.rates.referrals.swapped):
            overtaken = messages[place - 1]
            messages[place - 1] = replace(overtaken, recorded=messages[place].recorded + timedelta(minutes=1))
    yield from messages


def _by_appointment(person: Person, world: World, referral: str) -> bool:
    return person.chance(f"by appointment {referral}").happens(world.rates.referrals.by_appointment)


def _appointments(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    begun = _begun(person, world, now, made)
    if begun is None or not _by_appointment(person, world, begun[0]):
        return
    referral, steps = begun
    for place, step in enumerate(item for item in steps if item.says in _APPOINTMENTS):
        starts = step.when if step.says == "5.1.2" else step.when + timedelta(days=3)
        seen: dict[str, Any] = {
            "resourceType": "Appointment",
            "status": _APPOINTMENTS[step.says],
            "start": _instant(starts),
            "end": _instant(starts + timedelta(minutes=45)),
            "basedOn": [_named(referral)],
            "participant": [
                {"actor": person.patient.reference(), "status": "accepted"},
                {"actor": _practitioner(step), "status": "accepted"},
            ],
        }
        had = step.when + timedelta(minutes=1)
        yield Message(_CHANGED, _SOURCE.format("appointments"), f"{referral} {place}", step.when, had, seen)


def _closings(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    begun = _begun(person, world, now, made)
    if begun is None or not _by_appointment(person, world, begun[0]):
        return
    referral, steps = begun
    for step in (item for item in steps if item.says == "7.0"):
        seen: dict[str, Any] = {
            "resourceType": "EpisodeOfCare",
            "status": "finished",
            "type": [coded(SNOMED, IPS)],
            "patient": person.patient.reference(),
            "period": {"end": step.when.date().isoformat()},
            "referralRequest": [_named(referral)],
            "careManager": _practitioner(step),
        }
        had = step.when + timedelta(minutes=1)
        yield Message(_CLOSED, _SOURCE.format("episodes"), referral, step.when, had, seen)


def _instant(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")


def _named(referral: str) -> dict[str, Any]:
    return {"identifier": {"system": TASK_ID, "value": referral}}


def _practitioner(step: Step) -> dict[str, Any]:
    worker, name = _worker(step)
    system = "https://ips-provider.synth.example/Id/worker"
    return {"type": "Practitioner", "identifier": {"system": system, "value": worker}, "display": name}


def _progress(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    begun = _begun(person, world, now, made)
    if begun is None:
        return
    referral, steps = begun
    chance = person.chance(f"progress {referral}")
    for place, step in enumerate(item for item in steps if not item.is_move):
        seen: dict[str, Any] = {
            "resourceType": "Observation",
            "basedOn": [_named(referral)],
            "status": "final",
            "code": coded(EMPLOYMENT_PROGRESS, step.says),
            "subject": person.patient.reference(),
            "effectiveDateTime": step.when.date().isoformat(),
            "performer": [_practitioner(step)],
        }
        if chance.happens(world.rates.referrals.unnamed):
            del seen["basedOn"]
        had = step.when + chance.days(1)
        yield Message(_PROGRESSED, _SOURCE.format("progress"), f"{referral} {place}", step.when, had, seen)


def _worker(step: Step) -> tuple[str, str]:
    return f"esw-{step.worker}", f"Worker Synthetic{step.worker}"


REFERRAL_UPDATED = Kind(_UPDATED, after=_moves)
EMPLOYMENT_PROGRESSED = Kind(_PROGRESSED, after=_progress)
APPOINTMENT_CHANGED = Kind(_CHANGED, after=_appointments)
SUPPORT_CLOSED = Kind(_CLOSED, after=_closings)
