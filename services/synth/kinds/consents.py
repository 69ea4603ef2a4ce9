"""Agreements that are recorded, agreements that are taken back, and objections to joining."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from schemas.codes import AGREEMENT_ITEM, AUDIENCE, CONSENT_PURPOSE
from schemas.events.consents import JOINING
from schemas.facts import ConsentPurpose, Recorder
from schemas.fhir.consent import RECIPIENT, RECORDED_BY
from services.demo.messages import coded, consent
from services.domain.decisions import Decisions, Invited, Referred
from services.synth.kinds.wishes import answers_at, way
from services.synth.people import Person
from services.synth.telling import Kind, Message, Now, World, at_work, on

_RECORDED, _WITHDRAWN, _OBJECTED = "consent-recorded-1", "consent-withdrawn-1", "objection-recorded-1"
_PROVIDER = "https://ips-provider.synth.example/consents"
_HAD = timedelta(minutes=2)


def _recorded(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    match made:
        case Invited(prompt=prompt):
            when = answers_at(person, world, now, prompt)
            if when is not None and way(person, world, prompt) == "in-writing":
                data = _stands(_consent(person, world, when, "referral"), "gp-practice")
                yield Message(_RECORDED, person.practice.source, prompt, when, when + _HAD, data)
        case Referred(referral=referral) if person.work == "out-of-work":
            chance = person.chance(f"tells the job centre {referral}")
            if chance.happens(world.rates.own_words.tells_job_centre):
                when = at_work(now.when + chance.days(world.rates.own_words.days))
                told = _stands(_consent(person, world, when, "progress"), "ips-provider")
                told["provision"] = _to_the_job_centre(person)
                yield Message(_RECORDED, _PROVIDER, referral, when, when + _HAD, told)
        case _:
            return


def _taken_back(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    if not isinstance(made, Referred):
        return
    chance, drawn = person.chance(f"takes back {made.referral}"), world.rates.own_words
    if chance.happens(drawn.takes_back):
        when = at_work(now.when + chance.days(drawn.days))
        data = {**_consent(person, world, when, "referral"), "status": "inactive"}
        del data["provision"]["purpose"]  # all of it
        yield Message(_WITHDRAWN, person.practice.source, made.referral, when, when + _HAD, data)


def _objections(person: Person, world: World) -> Iterator[Message]:
    chance, drawn = person.chance("objections"), world.rates.own_words
    days = (world.end - world.start).days
    for place, day in enumerate(chance.times(drawn.objects_a_year / 365, days)):
        own = person.chance(f"objection {place}")
        when = on(world.start.date() + timedelta(int(day)), own.number(90, 170) / 10)
        yield _objection(person, world, f"{place}", when, "active")
        if own.happens(drawn.objection_taken_back):
            later = at_work(when + timedelta(1) + own.days(drawn.days))
            yield _objection(person, world, f"{place} taken back", later, "inactive")


def _objection(person: Person, world: World, name: str, when: datetime, status: str) -> Message:
    data = {
        **_consent(person, world, when, "referral"),
        "status": status,
        "category": [coded(CONSENT_PURPOSE, JOINING)],
        "provision": {"type": "deny"},
    }
    return Message(_OBJECTED, person.practice.source, name, when, when + _HAD, data)


def _consent(person: Person, world: World, when: datetime, purpose: ConsentPurpose) -> dict[str, Any]:
    provider = (world.policy.provider.ods, world.policy.provider.name)
    return {**consent(person.patient, provider, when), "category": [coded(CONSENT_PURPOSE, purpose)]}


def _stands(data: dict[str, Any], recorder: Recorder) -> dict[str, Any]:
    return {**data, "extension": [*data["extension"], {"url": RECORDED_BY, "valueCode": recorder}]}


def _to_the_job_centre(person: Person) -> dict[str, Any]:
    role = coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", RECIPIENT)
    role["coding"].append({"system": AUDIENCE, "code": "job-centre"})
    return {
        "type": "permit",
        "actor": [{"role": role, "reference": {"display": person.job_centre.name}}],
        "purpose": [{"system": AGREEMENT_ITEM, "code": "progress"}],
    }


CONSENT_RECORDED = Kind(_RECORDED, after=_recorded)
CONSENT_WITHDRAWN = Kind(_WITHDRAWN, after=_taken_back)
OBJECTION_RECORDED = Kind(_OBJECTED, of_itself=_objections)
