"""What an appointment and the end of support say: of which referral, when, by whom; and what a waiting list says."""

import json
from datetime import UTC, date, datetime

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.failures import Refused
from schemas.fhir.message import read_message
from schemas.support_facts import AppointmentChanged, SupportClosed, WaitingList, Worker

OWN = "https://fitpath.example/fhir"
REFERRAL = "7d0e5b6e-1d4a-5b41-8f0e-2f1f0f6f9a02"
BOOKED = example("appointment-changed-1/booked.valid.json").event["data"]
ATTENDED = example("appointment-changed-1/attended-with-the-person-in-the-bundle.valid.json").event["data"]
CLOSED = example("support-closed-1/goals-met.valid.json").event["data"]
WAITS = example("referral-updated-1/on-the-waiting-list.valid.json").event["data"]


def facts(kind, data):
    message = read_message(kind, "application/fhir+json", json.dumps(data).encode(), None)
    return facts_of(kind, message.payload)[1]


def places(kind, data):
    with pytest.raises(Refused) as refused:
        facts(kind, data)
    return [(problem.code, str(problem.expression)) for problem in refused.value.problems]


def appointment(**changes):
    told = {name: value for name, value in {**BOOKED, **changes}.items() if value is not None}
    return facts("appointment-changed-1", told)


@pytest.mark.parametrize(
    ("status", "state"),
    [("booked", "booked"), ("fulfilled", "attended"), ("noshow", "missed"), ("cancelled", "cancelled")],
)
def test_each_state_of_an_appointment_is_read(status, state):
    assert appointment(status=status) == AppointmentChanged(
        state, REFERRAL, datetime(2024, 3, 28, 10, tzinfo=UTC), Worker("esw-1", "Gorse Testworker")
    )


@pytest.mark.parametrize("status", ["proposed", "pending", "arrived", "checked-in", "waitlist", "entered-in-error"])
def test_other_states_are_refused(status):
    assert places("appointment-changed-1", {**BOOKED, "status": status}) == [("focus-not-usable", "Appointment.status")]


def test_the_person_of_an_appointment_is_the_participant_with_an_nhs_number_or_the_patient_it_points_at():
    found = facts("appointment-changed-1", ATTENDED)
    assert (found.state, found.starts) == ("attended", datetime(2024, 4, 4, 9, tzinfo=UTC))
    assert found.worker == Worker("esw-2", "Heather Testworker")


def test_two_people_who_take_part_are_refused():
    other = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}}
    both = [*BOOKED["participant"], {"actor": other, "status": "accepted"}]
    assert places("appointment-changed-1", {**BOOKED, "participant": both}) == [
        ("persons-disagree", "Appointment.participant[2].actor.identifier")
    ]


def test_only_a_cancelled_appointment_may_have_no_time():
    undated = {name: value for name, value in BOOKED.items() if name not in ("start", "end")}
    assert places("appointment-changed-1", undated) == [("focus-not-usable", "Appointment.start")]
    assert facts("appointment-changed-1", {**undated, "status": "cancelled"}).starts is None


def test_an_appointment_without_a_worker_names_none():
    assert appointment(participant=BOOKED["participant"][:1]).worker is None


def test_a_closing_says_its_day_its_referral_its_reason_and_the_worker():
    assert facts("support-closed-1", CLOSED) == SupportClosed(
        date(2025, 2, 14), REFERRAL, "goals-met", Worker("esw-1", "Gorse Testworker")
    )


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"status": "active"}, "status"),
        ({"status": "cancelled"}, "status"),
        ({"status": "entered-in-error"}, "status"),
        ({"type": [{"text": "Individual Placement and Support"}]}, "type"),
        ({"period": {"start": "2024-03-21"}}, "period.end"),
        ({"referralRequest": [{"display": "the referral"}]}, "referralRequest"),
    ],
)
def test_what_a_closing_needs_is_said_where_it_is_missing(changes, place):
    assert places("support-closed-1", {**CLOSED, **changes}) == [("focus-not-usable", f"EpisodeOfCare.{place}")]


def waiting(**said):
    stated = {"url": f"{OWN}/StructureDefinition/waiting-list", **said}
    return facts("referral-updated-1", {**WAITS, "extension": [stated]}).waiting


def part(name, **value):
    return {"url": name, **value}


def test_a_waiting_list_says_its_place_and_the_day_as_far_as_they_are_known():
    place, day = part("place", valueInteger=4), part("expected", valueDate="2024-05-07")
    assert waiting(extension=[place, day]) == WaitingList(4, date(2024, 5, 7))
    assert waiting(extension=[place]) == WaitingList(4)
    assert waiting(extension=[day]) == WaitingList(None, date(2024, 5, 7))
    assert waiting(valueBoolean=True) == WaitingList()


@pytest.mark.parametrize(
    "said",
    [
        {"valueBoolean": False},
        {"extension": [part("place", valueInteger=0)]},
        {"extension": [part("place", valueInteger=-1), part("expected", valueDate="2024-05-07")]},
        {"extension": [part("expected", valueDate="2024-05")]},
    ],
)
def test_a_waiting_list_that_says_nothing_or_what_cannot_be_is_refused(said):
    with pytest.raises(Refused, match="focus-not-usable"):
        waiting(**said)


def test_only_somebody_whose_referral_was_accepted_is_on_a_waiting_list():
    declined = {"coding": [{"system": WAITS["businessStatus"]["coding"][0]["system"], "code": "4.0"}]}
    assert places("referral-updated-1", {**WAITS, "businessStatus": declined}) == [
        ("focus-not-usable", f"Task.extension('{OWN}/StructureDefinition/waiting-list')")
    ]
