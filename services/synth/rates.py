"""The rates: everything that a synthetic population is drawn by, as data with its source (`rates.toml`)."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Literal

import msgspec

Shape = Literal["form", "duration", "document", "entry"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section; what the file says beside its numbers is their source."""


class Population(_Part, frozen=True):
    """Who the people are."""

    notes_a_year: int
    working_age: int
    people_of_an_area: int
    oldest: int
    chronic: float
    out_of_work: float
    out_of_work_chronic: float
    unevenness: float
    leaning: float
    programme: float


class Codes(_Part, frozen=True):
    """Conditions on notes by kind of trouble (SNOMED CT)."""

    mental: tuple[str, ...]
    chronic: tuple[str, ...]
    musculoskeletal: tuple[str, ...]
    other: tuple[str, ...]
    safety: tuple[str, ...]
    safety_share: float


class Notes(_Part, frozen=True):
    """Fit notes."""

    not_fit: float
    no_code: float
    mental: float
    musculoskeletal: float
    chronic_code: float
    first_days: tuple[int, ...]
    next_days: tuple[int, ...]
    further: float
    gap_days: int
    back_dated: float
    adjustments: float
    effects: float
    open_ended: float
    duplicate_issued: float
    in_error: float
    replaced: float
    codes: Codes


class Identity(_Part, frozen=True):
    """How messages say who it is, and how they go wrong."""

    verified: float
    not_verified: float
    no_birth_date: float
    broken: float
    repeated: float
    backfill: float


class Practice(_Part, frozen=True):
    """One practice of an area, by the system that sends its notes."""

    shape: Shape
    late_days: float
    states_work: float
    batch: int = 0


class PainService(_Part, frozen=True):
    """Discharges of a pain service."""

    discharged_a_year: float
    states_work: float
    letter: float
    late_days: float


class Therapy(_Part, frozen=True):
    """Discharges from physiotherapy and rheumatology."""

    discharged_a_year: float
    rheumatology: float
    coded: float
    late_days: float


class Introducing(_Part, frozen=True):
    """People who come forward or are brought, by whom they are."""

    a_year: float
    late_days: float
    by: dict[str, float]


class JobCentre(_Part, frozen=True):
    """Flags of a job centre."""

    flagged_a_year: float
    agreed: float
    cleared: float
    cleared_days: float
    late_days: float


class Nominating(_Part, frozen=True):
    """Clinicians who put somebody forward unasked."""

    a_year: float
    agreed: float
    late_days: float


class Answering(_Part, frozen=True, rename={"not_now": "not-now", "not_suitable": "not-suitable",
                                            "person_declined": "person-declined"}):  # fmt: skip
    """Answers to prompts and invitations."""

    at_once: float
    reminded: float
    days: float
    invite: float
    refer: float
    not_now: float
    not_suitable: float
    person_declined: float
    person_answers: float
    person_days: float


class OwnWords(_Part, frozen=True):
    """What people say for themselves."""

    own_page: float
    in_writing: float
    call_me: float
    unasked: float
    not_now: float
    days: float
    takes_back: float
    changes_mind: float
    tells_job_centre: float
    capacity_doubted: float
    objects_a_year: float
    objection_taken_back: float


class Referring(_Part, frozen=True):
    """What the IPS provider does with a referral."""

    days: float
    silent: float
    declined: float
    contact_days: float
    unattended: float
    another_worker: float
    swapped: float
    cancelled: float
    profile: float
    placement: float
    job: float
    thirteen_weeks: float
    job_ended: float
    step_days: float
    early_end: float
    by_appointment: float
    unnamed: float


class Rates(_Part, frozen=True):
    """All of them."""

    population: Population
    notes: Notes
    identity: Identity
    practices: tuple[Practice, ...]
    pain_service: PainService
    therapy: Therapy
    job_centre: JobCentre
    introduction: Introducing
    nomination: Nominating
    wish: dict[str, float]
    answers: Answering
    own_words: OwnWords
    referrals: Referring

    @property
    def notes_each_year(self) -> float:
        """Notes for each person and year."""
        return self.population.notes_a_year / self.population.working_age

    @property
    def no_code_on_forms(self) -> float:
        """Documents carry no code at all; so many forms must be without one for the share of all notes to hold."""
        forms = sum(item.shape in ("form", "duration") for item in self.practices) / len(self.practices)
        return max(0.0, (self.notes.no_code - (1 - forms)) / forms)


def read_rates() -> Rates:
    """The rates that travel with the program."""
    text = resources.files("services.synth").joinpath("rates.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Rates)
