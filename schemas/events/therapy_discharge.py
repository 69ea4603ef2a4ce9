"""``therapy-discharged-1``: a physiotherapy or rheumatology service ended its care.

Two shapes: an Encounter, an EpisodeOfCare. What was treated is taken where it is coded: in the Encounter's reasons,
and in the Conditions of the payload that its diagnoses point at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemas.codes import SNOMED
from schemas.events.event_type import EventType
from schemas.events.therapy_codes import THERAPIES
from schemas.facts import Coding, TherapyDischarge, TherapyKind
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.organisations import first_organisation, only_organisation, practice_of
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.work import work_situation


def _read(payload: Payload, focus: Entry) -> TherapyDischarge:
    care = focus.read(_Care)
    of_episode = focus.kind == "EpisodeOfCare"
    kind = _kind((*care.type, care.service_type))
    problems = []
    if care.status != "finished":
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", "finished is needed"))
    if kind is None:
        place = "type" if of_episode else "serviceType"
        problems.append(Problem("focus-not-usable", f"{focus.path}.{place}", "the code of one therapy is needed"))
    if problems or kind is None:
        raise Refused(problems)
    provider = care.managing_organization if of_episode else care.service_provider
    return TherapyDischarge(
        kind=kind,
        discharged=day(care.period.end),
        conditions=_conditions(payload, focus, care),
        service=first_organisation(payload, (provider,), focus) or only_organisation(payload),
        gp=practice_of(payload),
        work=work_situation(payload),
    )


THERAPY_DISCHARGED = EventType(
    "therapy-discharged-1",
    "a physiotherapy or rheumatology service discharged the person",
    ("EpisodeOfCare", "Encounter"),
    _read,
)


class _Diagnosis(view.View, frozen=True):
    condition: view.Reference | None = None


class _Care(view.Resource, frozen=True):
    """What we read of an Encounter or an EpisodeOfCare."""

    status: str | None = None
    type: tuple[view.Concept, ...] = ()
    service_type: view.Concept = view.Concept()
    reason_code: tuple[view.Concept, ...] = ()
    diagnosis: tuple[_Diagnosis, ...] = ()
    period: view.Period = view.Period()
    service_provider: view.Reference | None = None
    managing_organization: view.Reference | None = None


class _Condition(view.Resource, frozen=True):
    code: view.Concept = view.Concept()
    verification_status: view.Concept = view.Concept()

    def stands(self) -> bool:
        return not any(found.code in _NOT_SO for found in self.verification_status.coding)


_NOT_SO = frozenset({"refuted", "entered-in-error"})


def _kind(concepts: Iterable[view.Concept]) -> TherapyKind | None:
    """The one therapy that the codes name."""
    found = {
        THERAPIES[coding.code]
        for concept in concepts
        for coding in concept.coding
        if coding.system == SNOMED and coding.code in THERAPIES
    }
    return next(iter(found)) if len(found) == 1 else None


def _conditions(payload: Payload, focus: Entry, care: _Care) -> tuple[Coding, ...]:
    codings = (coding for concept in _treated(payload, focus, care) for coding in concept.coding)
    return tuple(dict.fromkeys(Coding(found.system, found.code) for found in codings if found.system and found.code))


def _treated(payload: Payload, focus: Entry, care: _Care) -> Iterator[view.Concept]:
    yield from care.reason_code
    for diagnosis in care.diagnosis:
        entry = payload.resolve(diagnosis.condition, focus)
        if entry is not None and entry.kind == "Condition" and (condition := entry.read(_Condition)).stands():
            yield condition.code
