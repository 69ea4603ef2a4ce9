"""What is made is near the published rates, holds every kind of event, and is as untidy as real sources are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from synth_parts import made, read, simulated

from schemas.codes import SNOMED
from schemas.envelope import from_text
from schemas.events import EVENT_TYPES
from schemas.events.lookup_answer import LOOKUP_ANSWERED
from schemas.events.national_signal import SIGNAL_TYPES
from schemas.facts import Event, Facts, FitNoteCorrection, JobCentreFlag, JobCentreFlagCleared
from services.domain.corrections import corrected
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.simulate import Simulation
from services.synth.kinds import KINDS
from services.synth.rates import read_rates
from services.synth.stream import Count

PEOPLE, DAYS = 8_000, 365
RATES = read_rates()
#: Statements of a note's advice that are no duplicate.
MAY_BE_FIT = {"225891002", "751601000000107", "751751000000104"}
NOT_FIT = {"160910001", "751481000000104", "751731000000106"}
DUPLICATES = {"751621000000103", "751641000000105"}

Year = tuple[list[dict[str, Any]], Count, list[bytes]]


@pytest.fixture(scope="module")
def year(policy: Policy) -> Year:
    lines, count = made(policy, PEOPLE, DAYS)
    return read(lines), count, lines


@pytest.fixture(scope="module")
def notes(year: Year) -> list[dict[str, Any]]:
    """The resource of every note that was sent once and is no duplicate."""
    once = {event["id"]: event for event in year[0] if event["type"] == "fit-note-issued-1"}
    found = [event["data"]["entry"][0]["resource"] for event in once.values()]
    return [note for note in found if not codes(note) & DUPLICATES]


def codes(note: dict[str, Any]) -> set[str]:
    codings = [
        answer["valueCoding"] for item in note.get("item", ()) for answer in item["answer"] if "valueCoding" in answer
    ]
    return {coding["code"] for coding in (*codings, *note.get("type", {}).get("coding", ()))}


def conditions(note: dict[str, Any]) -> list[str]:
    return [
        answer["valueCoding"]["code"]
        for item in note.get("item", ())
        if item["linkId"] == "3841573519012"
        for answer in item["answer"]
        if answer["valueCoding"]["system"] == SNOMED
    ]


def test_there_are_as_many_notes_as_in_england(notes):
    assert len(notes) == pytest.approx(11_000_000 / RATES.population.working_age * PEOPLE, rel=0.1)


def test_most_notes_say_not_fit(notes):
    fit, not_fit = (sum(bool(codes(note) & said) for note in notes) for said in (MAY_BE_FIT, NOT_FIT))
    assert fit + not_fit == len(notes)
    assert not_fit / len(notes) == pytest.approx(0.93, abs=0.02)


def test_about_half_carry_no_coded_diagnosis(notes):
    assert sum(not conditions(note) for note in notes) / len(notes) == pytest.approx(0.5, abs=0.03)


def test_known_diagnoses_are_as_published(notes):
    known = RATES.notes.codes
    found = Counter(code for note in notes for code in conditions(note))
    mental = sum(found[code] for code in known.mental)
    musculoskeletal = sum(found[code] for code in {*known.musculoskeletal, *known.chronic})

    assert mental / found.total() == pytest.approx(0.33, abs=0.05)
    assert musculoskeletal / found.total() == pytest.approx(0.175, abs=0.05)


def test_there_are_people_off_for_other_reasons_and_sprained_ankles(notes):
    found = Counter(code for note in notes for code in conditions(note))
    assert {"44465007", *RATES.notes.codes.other, *RATES.notes.codes.safety} <= set(found)


#: No published rate says how often they come; a look-up's answer is made by the look-up.
_NOT_TAUGHT = {*SIGNAL_TYPES, LOOKUP_ANSWERED.name}


def test_every_event_type_is_taught_and_made(year: Year):
    events, count, _ = year
    taught = set(EVENT_TYPES) - _NOT_TAUGHT
    assert {kind.name for kind in KINDS} == taught == {event["type"] for event in events}
    assert set(count.types) == taught


def test_every_shape_of_a_note_is_made(notes, year: Year):
    links = [{item["linkId"] for item in note["item"]} for note in notes if note["resourceType"] != "DocumentReference"]
    begins, ends, lasts = "9152699348287", "4958668541331", "9610249726447"
    assert any(begins in found and ends in found for found in links)
    assert any(begins in found and ends not in found and lasts not in found for found in links)  # open ended
    assert any(lasts in found and begins not in found for found in links)
    entries = [note for note in notes if note["resourceType"] == "DocumentReference"]
    assert {"context" in note for note in entries} == {True, False}
    every = [event["data"]["entry"][0]["resource"] for event in year[0] if event["type"] == "fit-note-issued-1"]
    assert any(codes(note) & DUPLICATES for note in every)


def test_messages_are_late_overtake_each_other_and_come_twice(year: Year):
    events, count, _ = year
    told = [event for event in events if "time" in event]
    late = [when(event, "recordedtime") - when(event, "time") for event in told]
    assert sum(delay.days >= 7 for delay in late) / len(late) > 0.05
    last: dict[str, datetime] = {}
    overtaken = 0
    for event in told:
        source, time = event["source"], when(event, "time")
        overtaken += source in last and time < last[source]
        last[source] = time
    assert overtaken > len(told) * 0.05
    assert count.repeated == len(events) - len({event["id"] for event in events}) > 0


def when(event: dict[str, Any], name: str) -> datetime:
    return from_text(event[name])


@pytest.mark.parametrize(("people", "days", "seed"), [(300, 120, 1), (1_500, 400, 2)])
def test_simulate_takes_all_but_what_is_meant_to_be_refused(policy: Policy, people: int, days: int, seed: int):
    lines, count = made(policy, people, days, seed)
    simulation, outputs = simulated(policy, people, days, lines)

    told = simulation.summary
    assert (told.read, told.rejected, told.duplicate) == (len(lines), count.wrong, count.repeated)
    assert told.accepted == len(lines) - count.wrong - count.repeated > 0
    assert len(outputs) == sum(told.outputs.values()) + told.rejected


def test_answers_come_before_and_after_reminders_and_not_at_all(policy: Policy, year: Year):
    _, count, lines = year
    simulation, outputs = simulated(policy, PEOPLE, DAYS, lines)

    assert count.wrong == simulation.summary.rejected > 0
    kinds = Counter(output["type"] for output in outputs)
    assert {"ips-referral-prompted-1", "ips-referral-prompt-changed-1", "ips-referral-requested-1"} <= set(kinds)
    prompts = [prompt for journey in simulation.journeys.values() for prompt in journey.prompts]
    assert {prompt.answer for prompt in prompts} >= {None, "refer", "not-now", "not-suitable", "person-declined"}
    moved = {referral.status for journey in simulation.journeys.values() for referral in journey.referrals}
    assert {"4.0", "5.1.4", "6.0"} <= moved


def test_corrections_find_their_notes_and_cleared_flags_what_they_clear(policy: Policy, year: Year):
    simulation, outputs = simulated(policy, PEOPLE, DAYS, year[2])
    marked = sum("is not known yet" in str(output) for output in outputs if output["type"] == "decision-recorded-1")
    corrections = facts_of_all(simulation, FitNoteCorrection)
    kinds = Counter(event.facts.kind for _, event in corrections if isinstance(event.facts, FitNoteCorrection))

    assert kinds["replaced"] > kinds["entered-in-error"] > marked  # a few come before their note
    assert sum(bool(corrected(journey.facts)) for journey, _ in corrections) > 0.8 * len(corrections)
    assert 0 < len(facts_of_all(simulation, JobCentreFlagCleared)) < len(facts_of_all(simulation, JobCentreFlag))


def facts_of_all(simulation: Simulation, kind: type[Facts]) -> list[tuple[Journey, Event]]:
    """Every event with facts of a kind, beside its journey."""
    return [
        (journey, event)
        for journey in simulation.journeys.values()
        for event in journey.facts
        if isinstance(event.facts, kind)
    ]
