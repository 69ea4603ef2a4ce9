"""Discharges of a pain service: by an encounter, an episode of care or a letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from schemas.codes import SNOMED
from schemas.envelope import to_text
from schemas.events.pain_service_codes import CARE_SETTING, DISCHARGE_SUMMARY
from services.demo.messages import bundle, coded, organisation
from services.synth.chance import Chance
from services.synth.kinds.work import stated
from services.synth.people import Person
from services.synth.telling import Kind, Message, World, on

_TYPE = "pain-clinic-discharged-1"
_PAIN_SERVICE = "310071006"
_BEFORE_DAYS = 30


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    if not person.chronic:
        return
    chance, drawn = person.chance("pain service"), world.rates.pain_service
    first = world.start.date() - timedelta(_BEFORE_DAYS)
    days = (world.end.date() - first).days
    for place, day in enumerate(chance.times(drawn.discharged_a_year / 365, days)):
        own = person.chance(f"discharge {place}")
        happened = on(first + timedelta(int(day)), own.number(90, 170) / 10)
        focus = _focus(person, happened, own, drawn.letter)
        works = [stated(person)] if own.happens(drawn.states_work) else []
        data = bundle(focus, person.with_practice, *works)
        had = happened + own.days(drawn.late_days)
        yield Message(_TYPE, person.pain_service.source, str(place), happened, had, data)


def _focus(person: Person, ended: datetime, chance: Chance, letters: float) -> dict[str, Any]:
    about, service = person.patient.reference(), organisation(person.pain_service.named)
    of_pain = coded(SNOMED, _PAIN_SERVICE)
    episode = chance.happens(0.5)
    if chance.happens(letters):
        return {
            "resourceType": "Composition",
            "extension": [{"url": CARE_SETTING, "valueCodeableConcept": of_pain}],
            "status": "final",
            "type": coded(SNOMED, DISCHARGE_SUMMARY),
            "subject": about,
            "date": to_text(ended),
            "author": [service],
            "title": "Discharge summary",
            "custodian": service,
        }
    if episode:
        return {
            "resourceType": "EpisodeOfCare",
            "status": "finished",
            "type": [of_pain],
            "patient": about,
            "managingOrganization": service,
            "period": {"end": to_text(ended)},
        }
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "serviceType": of_pain,
        "subject": about,
        "period": {"end": to_text(ended)},
        "serviceProvider": service,
    }


PAIN_CLINIC_DISCHARGED = Kind(_TYPE, of_itself=_of_itself)
