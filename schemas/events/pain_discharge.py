"""``pain-clinic-discharged-1``: a pain service ended its care.

Three shapes: a discharge Composition, an EpisodeOfCare (how nurse- and
therapist-led clinics close), an Encounter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from schemas.codes import OWN, SNOMED
from schemas.events.event_type import EventType
from schemas.events.pain_service_codes import (
    CARE_SETTING,
    DISCHARGE_SUMMARY,
    OUTCOME_OF_ATTENDANCE,
    PAIN_ENCOUNTERS,
    PAIN_SERVICES,
)
from schemas.facts import Organisation, PainDischarge
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.organisations import first_organisation, only_organisation, practice_of
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.work import work_situation

#: Our own extension: what follows the discharge, as a code (for example ``patient-initiated``).
FOLLOW_UP = f"{OWN}/StructureDefinition/follow-up"


def _read(payload: Payload, focus: Entry) -> PainDischarge:
    match focus.kind:
        case "Composition":
            return _composition(payload, focus)
        case "EpisodeOfCare":
            return _episode(payload, focus)
        case _:
            return _encounter(payload, focus)


PAIN_CLINIC_DISCHARGED = EventType(
    "pain-clinic-discharged-1",
    "a pain service discharged the person",
    ("Composition", "EpisodeOfCare", "Encounter"),
    _read,
)


class _Encounter(view.Resource, frozen=True):
    status: str | None = None
    type: tuple[view.Concept, ...] = ()
    service_type: view.Concept = view.Concept()
    period: view.Period = view.Period()
    service_provider: view.Reference | None = None

    def of_pain_service(self) -> bool:
        return _says(self.type, PAIN_SERVICES | PAIN_ENCOUNTERS) or _says([self.service_type], PAIN_SERVICES)


class _Episode(view.Resource, frozen=True):
    status: str | None = None
    type: tuple[view.Concept, ...] = ()
    period: view.Period = view.Period()
    managing_organization: view.Reference | None = None


class _Event(view.View, frozen=True):
    code: tuple[view.Concept, ...] = ()
    period: view.Period = view.Period()


class _Composition(view.Resource, frozen=True):
    status: str | None = None
    type: view.Concept = view.Concept()
    category: tuple[view.Concept, ...] = ()
    encounter: view.Reference | None = None
    date: str | None = None
    author: tuple[view.Reference, ...] = ()
    custodian: view.Reference | None = None
    event: tuple[_Event, ...] = ()


def _encounter(payload: Payload, focus: Entry) -> PainDischarge:
    encounter = focus.read(_Encounter)
    _check(
        (encounter.status == "finished", f"{focus.path}.status", "finished is needed"),
        (encounter.of_pain_service(), f"{focus.path}.serviceType", _NO_PAIN_SERVICE),
    )
    service = first_organisation(payload, (encounter.service_provider,), focus)
    return _discharge(payload, focus, encounter.extension, encounter.period.end, service)


def _episode(payload: Payload, focus: Entry) -> PainDischarge:
    episode = focus.read(_Episode)
    _check(
        (episode.status == "finished", f"{focus.path}.status", "finished is needed"),
        (_says(episode.type, PAIN_SERVICES | PAIN_ENCOUNTERS), f"{focus.path}.type", _NO_PAIN_SERVICE),
    )
    service = first_organisation(payload, (episode.managing_organization,), focus)
    return _discharge(payload, focus, episode.extension, episode.period.end, service)


def _composition(payload: Payload, focus: Entry) -> PainDischarge:
    letter = focus.read(_Composition)
    entry = payload.resolve(letter.encounter, focus)
    encounter = entry.read(_Encounter) if entry is not None and entry.kind == "Encounter" else _Encounter()
    settings = [found.value_codeable_concept for found in letter.extension if found.url == CARE_SETTING]
    stated = [*(found for found in settings if found), *letter.category, *(c for e in letter.event for c in e.code)]
    of_pain = _says(stated, PAIN_SERVICES | PAIN_ENCOUNTERS) or encounter.of_pain_service()
    _check(
        (letter.status in ("final", "amended"), f"{focus.path}.status", "final or amended is needed"),
        (_says([letter.type], {DISCHARGE_SUMMARY}), f"{focus.path}.type", "a discharge summary is needed"),
        (of_pain, f"{focus.path}.encounter", _NO_PAIN_SERVICE),
    )
    ends = (encounter.period.end, *(event.period.end for event in letter.event), letter.date)
    service = first_organisation(payload, (letter.custodian, *letter.author, encounter.service_provider), focus)
    extensions = (*letter.extension, *encounter.extension)
    return _discharge(payload, focus, extensions, next((end for end in ends if end), None), service)


_NO_PAIN_SERVICE = "the code of a pain service is needed"


def _discharge(
    payload: Payload,
    focus: Entry,
    extensions: tuple[view.Extension, ...],
    end: str | None,
    service: Organisation | None,
) -> PainDischarge:
    return PainDischarge(
        discharged=day(end),
        service=service or only_organisation(payload),
        gp=practice_of(payload),
        outcome=view.code_of(extensions, OUTCOME_OF_ATTENDANCE),
        follow_up=view.code_of(extensions, FOLLOW_UP),
        work=work_situation(payload),
    )


def _says(concepts: Iterable[view.Concept], codes: Collection[str | None]) -> bool:
    return any(coding.system == SNOMED and coding.code in codes for concept in concepts for coding in concept.coding)


def _check(*rules: tuple[bool, str, str]) -> None:
    problems = [Problem("focus-not-usable", path, words) for kept, path, words in rules if not kept]
    if problems:
        raise Refused(problems)
