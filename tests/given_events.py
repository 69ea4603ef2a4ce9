"""Events of synthetic people as publishers send them, and the records that a door makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice

from nhs_number import is_valid

from schemas.codec import seal
from schemas.envelope import from_text, to_headers
from schemas.identifiers import ArrivalId, NhsNumber, SubjectKey, SubjectReference
from services.demo.messages import (
    Event,
    Patient,
    fit_note,
    job_centre_flag,
    pain_discharge,
    prompt_answer,
    referral_update,
)
from services.domain.policy import Policy
from services.ingest.examine import examine
from services.ingest.structured import read_structured
from services.simulate import Simulation
from services.streams.record import Record

BACK_PAIN, ANKLE_SPRAIN = "278860009", "44465007"
FIRST_DAY = date(2026, 3, 2)


def numbers() -> Iterator[str]:
    """NHS numbers from 999 000 0000 upward with right check digits."""
    return (text for text in map(str, count(9990000000)) if is_valid(text))


def people(how_many: int) -> list[Patient]:
    """So many people."""
    return [
        Patient(f"person-{n}", number, "Given", f"Test{n}", date(1980, 1, 1) + timedelta(days=100 * n))
        for n, number in enumerate(islice(numbers(), how_many))
    ]


def reference(patient: Patient, key: SubjectKey) -> SubjectReference:
    """The subject reference of a person."""
    return key.reference(NhsNumber.parse(patient.nhs_number))


def told(policy: Policy, key: SubjectKey, how_many: int = 3, *, since: date = FIRST_DAY) -> list[Event]:
    """What comes about so many people, in the order of time, each with ``recordedtime``.

    A fit note, a discharge that brings a prompt, its answer with an agreement, the updates of the referral; and a
    page for somebody with a sprained ankle. The answers name what the core makes of what came before.
    """
    simulation = Simulation(policy, key)
    events: list[Event] = []

    def tell(event: Event) -> None:
        event["recordedtime"] = event["time"]
        assert not [line for line in simulation.run([line_of(event)]) if b"event-rejected-1" in line]
        events.append(event)

    for n, person in enumerate(people(how_many)):
        day = since + timedelta(days=n)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        tell(fit_note(person, day, 14, BACK_PAIN, work="in-work"))
        tell(pain_discharge(person, day + timedelta(days=3), work="out-of-work"))
        prompt = simulation.journeys[reference(person, key)].prompts[-1].id
        provider = (policy.provider.ods, policy.provider.name)
        later = [noon + timedelta(days=4 + step) for step in range(4)]
        tell(prompt_answer(person, prompt, "refer", later[0], wish=("keen", "person"), agreed_with=provider))
        referral = simulation.journeys[reference(person, key)].referrals[-1].id
        for when, status in zip(later[1:], ("3.0", "5.1.1", "7.0"), strict=True):
            tell(referral_update(person, referral, status, when, worker=("esw-1", "Gorse Testworker")))
    *_, last = people(how_many + 1)
    tell(fit_note(last, since, 7, ANKLE_SPRAIN))
    tell(job_centre_flag(last, since + timedelta(days=1)))
    return sorted(events, key=lambda event: str(event["time"]))


def line_of(event: Event) -> bytes:
    """An event as one line of JSON."""
    return json.dumps(event).encode()


def record_of(event: Event, offset: int, key: SubjectKey, arrival: str | None = None) -> Record:
    """The record of ``fitpath.events`` that a door makes of an event; it is recorded when the event says so."""
    offer = read_structured(line_of(event), ArrivalId(arrival or f"arrival-{offset}"))
    recorded = from_text(str(event.get("recordedtime") or event["time"]))
    examined = examine(offer, recorded, key)
    subject = examined.accepted.subject
    return Record(offset, subject.encode(), to_headers(examined.accepted), seal(subject, examined.payload))


def records_of(events: Iterable[Event], key: SubjectKey, first: int = 0) -> list[Record]:
    """The records of events, one after the other from an offset."""
    return [record_of(event, offset, key) for offset, event in enumerate(events, first)]


def moved(records: Sequence[Record], first: int) -> list[Record]:
    """The same records at other places of the log."""
    return [record._replace(offset=offset) for offset, record in enumerate(records, first)]
