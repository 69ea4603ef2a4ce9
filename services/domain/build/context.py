"""What the building of an event's outputs needs: the journey after it, the person as known, and who may learn what."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType

from schemas.codes import NHS_NUMBER
from schemas.disclosure import Item, may
from schemas.facts import Event, Person
from schemas.fhir.fast_resources import Communication, Patient
from schemas.fhir.fast_types import Coding, Concept, ContactPoint, HumanName, Identifier, Reference
from schemas.outputs.elements import patient
from schemas.topics import Audience
from services.domain.history import now, sure
from services.domain.journey import Journey
from services.domain.policy import Policy

#: The tags of languages that a person speaks (BCP 47).
LANGUAGES = "urn:ietf:bcp:47"


class Context(msgspec.Struct, frozen=True):
    """``journey`` has the event and all its decisions applied; ``person`` is what sure facts say, newest first."""

    journey: Journey
    event: Event
    policy: Policy
    person: Person

    @property
    def time(self) -> datetime:
        """The time of every output: the journey's clock (EXACTNESS 2)."""
        return now(self.journey)

    def may(self, audiences: tuple[Audience, ...], item: Item) -> bool:
        """Whether all of these audiences may be told an item: what several read holds what each may read."""
        for audience in audiences:  # no generator: it is hot
            if not may(self.policy.disclosure, audience, item):
                return False
        return bool(audiences)

    def progress(self, end: date | None) -> str:
        """The status of something that lasts to the end of a day, or for nobody knows how long (CarePlan.activity)."""
        return "completed" if end is not None and end < self.time.date() else "in-progress"

    def subject(self, *audiences: Audience) -> Reference:
        """The person for these readers: the NHS number, and the name where they may know it; by default not."""
        return patient(self.person.nhs_number, self._name() if self.may(audiences, "person") else None)

    def patient(self, *audiences: Audience, contact: bool) -> Patient:
        """The person as a resource: name and birth date, and how to reach them where ``contact`` was agreed."""
        person, told = self.person, self.may(audiences, "person")
        reach = contact and self.may(audiences, "contact")
        name = HumanName(
            family=person.family if person.family else UNSET, given=person.given if person.given else UNSET
        )
        return Patient(
            identifier=(Identifier(system=NHS_NUMBER, value=person.nhs_number),),
            name=(name,) if told and (person.family or person.given) else UNSET,
            telecom=tuple(ContactPoint(t.system, t.value) for t in person.telecom)
            if reach and person.telecom
            else UNSET,
            birth_date=person.birth_date.isoformat() if told and person.birth_date else UNSET,
            communication=self._language() if reach else UNSET,
        )

    def _name(self) -> str | None:
        return " ".join((*self.person.given, *([self.person.family] if self.person.family else []))) or None

    def _language(self) -> tuple[Communication, ...] | UnsetType:
        if not self.person.language:
            return UNSET
        return (Communication(Concept((Coding(LANGUAGES, code=self.person.language),))),)


def context_of(journey: Journey, event: Event, policy: Policy) -> Context:
    """The context of an event's outputs."""
    return Context(journey, event, policy, _person(journey, event))


def _person(journey: Journey, event: Event) -> Person:
    """The number of the event, or of an earlier one where it is our own.

    Each detail as the newest fact states it whose person is not stated as unverified.
    """
    named = event.person or next(fact.person for fact in reversed(journey.facts) if fact.person)
    stated = [fact.person for fact in reversed(sure(journey)) if fact.person]
    return Person(
        nhs_number=named.nhs_number,
        birth_date=next((person.birth_date for person in stated if person.birth_date), None),
        family=next((person.family for person in stated if person.family), None),
        given=next((person.given for person in stated if person.given), ()),
        telecom=next((person.telecom for person in stated if person.telecom), ()),
        language=next((person.language for person in stated if person.language), None),
    )
