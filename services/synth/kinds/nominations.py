"""Clinicians who put somebody forward without having been asked, some with the person's agreement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from schemas.codes import IPS_REFERRAL, SNOMED
from schemas.events.wish import WISH_EXTENSION
from services.demo.messages import bundle, coded, consent, organisation
from services.synth.people import Person
from services.synth.telling import Kind, Message, World, on

_TYPE = "clinician-nominated-1"


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    if not person.chronic:
        return
    chance, drawn, provider = person.chance("nominations"), world.rates.nomination, world.policy.provider
    days = (world.end - world.start).days
    for place, day in enumerate(chance.times(drawn.a_year / 365, days)):
        own = person.chance(f"nomination {place}")
        happened = on(world.start.date() + timedelta(int(day)), own.number(90, 170) / 10)
        agreed = own.happens(drawn.agreed)
        wish = [("wish", "keen"), ("by", "person" if agreed else "clinician")]
        request = {
            "resourceType": "ServiceRequest",
            "extension": [
                {"url": WISH_EXTENSION, "extension": [{"url": name, "valueCode": code} for name, code in wish]}
            ],
            "status": "active",
            "intent": "proposal",
            "code": coded(SNOMED, IPS_REFERRAL),
            "subject": person.patient.reference(),
            "authoredOn": happened.date().isoformat(),
            "requester": organisation(person.practice.named),
        }
        consents = [consent(person.patient, (provider.ods, provider.name), happened)] if agreed else []
        data = bundle(request, person.resource, *consents)
        had = happened + own.days(drawn.late_days)
        yield Message(_TYPE, person.practice.source, str(place), happened, had, data)


CLINICIAN_NOMINATED = Kind(_TYPE, of_itself=_of_itself)
