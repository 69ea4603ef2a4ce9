"""Discharges from physiotherapy and rheumatology, of people whose trouble is musculoskeletal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from schemas.codes import SNOMED
from schemas.envelope import to_text
from services.demo.messages import bundle, coded, organisation
from services.synth.people import Person
from services.synth.telling import Kind, Message, World, on

_TYPE = "therapy-discharged-1"
_PHYSIOTHERAPY, _RHEUMATOLOGY = "722140001", "3621000175101"
_SERVICE = ("Y9T01", "Synthetic Therapies")
_SOURCE = "https://therapies.synth.example/discharges"
_BEFORE_DAYS = 30


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    if not person.chronic and person.trouble != "musculoskeletal":
        return
    chance, drawn = person.chance("therapy"), world.rates.therapy
    first = world.start.date() - timedelta(_BEFORE_DAYS)
    days = (world.end.date() - first).days
    codes = world.rates.notes.codes
    for place, day in enumerate(chance.times(drawn.discharged_a_year / 365, days)):
        own = person.chance(f"therapy {place}")
        happened = on(first + timedelta(int(day)), own.number(90, 170) / 10)
        service = _RHEUMATOLOGY if own.happens(drawn.rheumatology) else _PHYSIOTHERAPY
        treated = own.one_of(codes.chronic if person.chronic else codes.musculoskeletal)
        encounter: dict[str, Any] = {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "serviceType": coded(SNOMED, service),
            "subject": person.patient.reference(),
            "period": {"end": to_text(happened)},
            "serviceProvider": organisation(_SERVICE),
        }
        if own.happens(drawn.coded):
            encounter["reasonCode"] = [coded(SNOMED, treated)]
        data = bundle(encounter, person.with_practice)
        yield Message(_TYPE, _SOURCE, str(place), happened, happened + own.days(drawn.late_days), data)


THERAPY_DISCHARGED = Kind(_TYPE, of_itself=_of_itself)
