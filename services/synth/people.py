"""Who the synthetic people are, and the places that know of them. All of it depends on (seed, number) alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, Literal

from nhs_number import calculate_checksum

from schemas.codes import VERIFICATION_EXTENSIONS
from schemas.facts import Verification, Work
from services.demo.messages import Patient, organisation
from services.synth.chance import Chance
from services.synth.rates import Practice, Rates

Trouble = Literal["mental", "musculoskeletal", "other"]
_FIRST_PREFIX, _LAST_PREFIX = 999_000_000, 999_999_999
_GIVEN = ("Aster", "Bryony", "Clover", "Daisy", "Fern", "Hazel", "Iris", "Juniper", "Linden", "Maple", "Rowan", "Sage")
_UK_CORE = min(VERIFICATION_EXTENSIONS)
_STATUS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
#: So many numbers with a right check digit are set aside for tests.
MOST_PEOPLE = 909_090


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that sends messages: its ODS code, its name and the source of its events."""

    ods: str
    name: str
    source: str

    @property
    def named(self) -> tuple[str, str]:
        """Code and name."""
        return self.ods, self.name


@dataclass(frozen=True)
class Person:
    """Somebody synthetic. ``trouble`` is what their spells of sickness are mostly of."""

    seed: int
    number: int
    patient: Patient
    trouble: Trouble
    chronic: bool
    work: Work
    on_programme: bool
    often: float
    system: Practice
    practice: Place
    pain_service: Place
    job_centre: Place
    verification: Verification
    birth_date_known: bool

    def chance(self, what: str) -> Chance:
        """Their chance in one respect."""
        return Chance(self.seed, self.number, what)

    @cached_property
    def resource(self) -> dict[str, Any]:
        """FHIR Patient, as far as their records know them."""
        made = self.patient.resource()
        if not self.birth_date_known:
            del made["birthDate"]
        if self.verification != "not-stated":
            code = "01" if self.verification == "verified" else "02"
            coded = {"coding": [{"system": _STATUS, "code": code}]}
            made["identifier"][0]["extension"] = [{"url": _UK_CORE, "valueCodeableConcept": coded}]
        return made

    @cached_property
    def with_practice(self) -> dict[str, Any]:
        """The same, with their general practice."""
        return {**self.resource, "generalPractitioner": [organisation(self.practice.named)]}


def people(seed: int, first: int, beyond: int, start: date, rates: Rates) -> Iterator[Person]:
    """The people of a range of numbers."""
    for number, digits in enumerate(islice(_numbers(), first, beyond), first):
        yield _person(seed, number, digits, start, rates)


def _numbers() -> Iterator[str]:
    """The NHS numbers that are set aside for tests: 999 000 0000 upward, those with a right check digit."""
    for prefix in range(_FIRST_PREFIX, _LAST_PREFIX + 1):
        check = calculate_checksum(str(prefix))
        if check != 10:
            yield f"{prefix}{check}"


def _person(seed: int, number: int, digits: str, start: date, rates: Rates) -> Person:
    chance = Chance(seed, number, "person")
    known = rates.population
    age_days = int(365.25 * (18 + (known.oldest - 18) * chance.number(0, 999) / 1000))
    trouble = chance.by_share(troubles(rates))
    chronic = chance.happens(known.chronic) and trouble == "musculoskeletal"
    out_of_work = chance.happens(known.out_of_work_chronic if chronic else known.out_of_work)
    area, practice = number // known.people_of_an_area, chance.number(0, len(rates.practices) - 1)
    sure = rates.identity
    stated: dict[Verification, float] = {
        "verified": sure.verified,
        "not-verified": sure.not_verified,
        "not-stated": 1 - sure.verified - sure.not_verified,
    }
    verification = chance.by_share(stated)
    return Person(
        seed=seed,
        number=number,
        patient=Patient(
            f"synth-{seed}-{number}", digits, chance.one_of(_GIVEN), f"Synthetic{number}", start - timedelta(age_days)
        ),
        trouble=trouble,
        chronic=chronic,
        work="out-of-work" if out_of_work else "in-work",
        on_programme=chance.happens(known.programme) and out_of_work,
        often=chance.unevenness(known.unevenness),
        system=rates.practices[practice],
        practice=Place(
            f"Y9P{area:02}{practice}", f"Synthetic Surgery {area}-{practice}",
            f"https://practice-{area}-{practice}.synth.example/fit-notes",
        ),
        pain_service=Place(
            f"Y9S{area:02}", f"Synthetic Pain Service {area}", f"https://pain-{area}.synth.example/discharges"
        ),
        job_centre=Place(
            f"Y9J{area:02}", f"Synthetic Job Centre {area}", f"https://job-centre-{area}.synth.example/flags"
        ),
        verification=verification,
        birth_date_known=not chance.happens(rates.identity.no_birth_date),
    )  # fmt: skip


def troubles(rates: Rates) -> dict[Trouble, float]:
    """What notes with a known diagnosis are of, by share."""
    mental, musculoskeletal = rates.notes.mental, rates.notes.musculoskeletal
    return {"mental": mental, "musculoskeletal": musculoskeletal, "other": 1 - mental - musculoskeletal}
