"""People with chronic pain who come forward, or are brought by a group that they know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from schemas.codes import INTRODUCTION, IPS_REFERRAL, SNOMED
from services.demo.messages import bundle, coded, consent
from services.synth.people import Person
from services.synth.telling import Kind, Message, World, on

_TYPE = "introduction-made-1"
_SOURCE = "https://introductions.synth.example/page"
_BEFORE_DAYS = 30


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    if not person.chronic:
        return
    chance, drawn = person.chance("introductions"), world.rates.introduction
    first = world.start.date() - timedelta(_BEFORE_DAYS)
    days = (world.end.date() - first).days
    for place, day in enumerate(chance.times(drawn.a_year / 365, days)):
        own = person.chance(f"introduction {place}")
        happened = on(first + timedelta(int(day)), own.number(70, 220) / 10)
        request = {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "proposal",
            "category": [coded(INTRODUCTION, own.by_share(drawn.by))],
            "code": coded(SNOMED, IPS_REFERRAL),
            "subject": person.patient.reference(),
            "authoredOn": happened.date().isoformat(),
        }
        agreed = consent(person.patient, person.practice.named, happened)
        data = bundle(request, person.with_practice, agreed)
        yield Message(_TYPE, _SOURCE, str(place), happened, happened + own.days(drawn.late_days), data)


INTRODUCTION_MADE = Kind(_TYPE, of_itself=_of_itself)
