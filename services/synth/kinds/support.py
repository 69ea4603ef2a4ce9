"""What the IPS provider does with a referral: one course for each, told by updates of the referral and by steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from schemas.codes import EMPLOYMENT_PROGRESS, TASK_ID
from services.demo.messages import coded, referral_update
from services.domain.decisions import Chased, Decisions, Referred
from services.synth.chance import Chance
from services.synth.people import Person
from services.synth.rates import Referring
from services.synth.telling import Kind, Message, Now, World, at_work

_UPDATED, _PROGRESSED = "referral-updated-1", "employment-progress-1"
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
    yield Step("7.0", at_work(max(when, first + timedelta(_SUPPORT_DAYS)) + chance.days(5)), worker)


def _next(when: datetime, mean: float, chance: Chance) -> datetime:
    return at_work(when + chance.days(mean) + timedelta(minutes=10))


def _moves(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    begun = _begun(person, world, now, made)
    if begun is None:
        return
    referral, steps = begun
    messages = []
    for place, step in enumerate(item for item in steps if item.is_move):
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


def _progress(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    begun = _begun(person, world, now, made)
    if begun is None:
        return
    referral, steps = begun
    chance = person.chance(f"progress {referral}")
    for place, step in enumerate(item for item in steps if not item.is_move):
        worker, name = _worker(step)
        seen: dict[str, Any] = {
            "resourceType": "Observation",
            "basedOn": [{"identifier": {"system": TASK_ID, "value": referral}}],
            "status": "final",
            "code": coded(EMPLOYMENT_PROGRESS, step.says),
            "subject": person.patient.reference(),
            "effectiveDateTime": step.when.date().isoformat(),
            "performer": [
                {
                    "type": "Practitioner",
                    "identifier": {"system": "https://ips-provider.synth.example/Id/worker", "value": worker},
                    "display": name,
                }
            ],
        }
        if chance.happens(world.rates.referrals.unnamed):
            del seen["basedOn"]
        had = step.when + chance.days(1)
        yield Message(_PROGRESSED, _SOURCE.format("progress"), f"{referral} {place}", step.when, had, seen)


def _worker(step: Step) -> tuple[str, str]:
    return f"esw-{step.worker}", f"Worker Synthetic{step.worker}"


REFERRAL_UPDATED = Kind(_UPDATED, after=_moves)
EMPLOYMENT_PROGRESSED = Kind(_PROGRESSED, after=_progress)
