"""What every fact is, and what facts are made of: codes, organisations, people as events name them, workers."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Verification = Literal["verified", "not-verified", "not-stated"]
Adjustment = Literal["phased-return", "altered-hours", "amended-duties", "workplace-adaptations"]


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="fact"):
    """Base of all facts; the tag names the event type's subject."""


class Coding(msgspec.Struct, frozen=True):
    """A code in its system. No display: matching is on the code."""

    system: str
    code: str


class Organisation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An organisation by its ODS code."""

    ods: str
    name: str | None = None


class Telecom(msgspec.Struct, frozen=True):
    """One way to reach the person (FHIR ContactPoint)."""

    system: str
    value: str


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom the event is about, as this event says it."""

    nhs_number: str
    verification: Verification = "not-stated"
    birth_date: date | None = None
    family: str | None = None
    given: tuple[str, ...] = ()
    telecom: tuple[Telecom, ...] = ()
    language: str | None = None

    def __repr__(self) -> str:
        return "Person(...)"


class Worker(msgspec.Struct, frozen=True, omit_defaults=True):
    """The named employment support worker. ``id`` is stable; the name is for people."""

    id: str
    name: str | None = None
