"""What therapy, introductions and a cleared flag say, and what makes a message none of them."""

import copy
import json
from datetime import date
from typing import get_args

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.events.therapy_codes import THERAPIES
from schemas.facts import Coding, IntroducedBy, JobCentreFlagCleared, Organisation, Wish
from schemas.failures import Refused
from schemas.fhir.message import read_message

OWN = "https://fitpath.example/fhir"
SNOMED = "http://snomed.info/sct"
EPISODE = example("therapy-discharged-1/physiotherapy-episode.valid.json").event["data"]
CLINIC = example("therapy-discharged-1/rheumatology-clinic-with-reason.valid.json").event["data"]
TREATED = example("therapy-discharged-1/physiotherapy-with-its-condition.valid.json").event["data"]
SELF = example("introduction-made-1/self-and-keen.valid.json").event["data"]
GROUP = example("introduction-made-1/support-group.valid.json").event["data"]
LIBRARY = example("introduction-made-1/library-names-a-practice.valid.json").event["data"]
CLEARED = example("job-centre-flag-cleared-1/no-longer-out-of-work.valid.json").event["data"]


def facts(kind, data):
    message = read_message(kind, "application/fhir+json", json.dumps(data).encode(), None)
    return facts_of(kind, message.payload)[1]


def places(kind, data):
    with pytest.raises(Refused) as refused:
        facts(kind, data)
    assert {problem.code for problem in refused.value.problems} == {"focus-not-usable"}
    return [str(problem.expression) for problem in refused.value.problems]


def changed(data, kind, **elements):
    """The same payload with other elements in its resource of a kind; none: without the element."""
    made = copy.deepcopy(data)
    resources = [entry["resource"] for entry in made["entry"]] if made["resourceType"] == "Bundle" else [made]
    for resource in resources:
        if resource["resourceType"] == kind:
            resource.update(elements)
            for name in [name for name, value in elements.items() if value is None]:
                del resource[name]
    return made


def therapy(data):
    return facts("therapy-discharged-1", data)


def introduction(data):
    return facts("introduction-made-1", data)


@pytest.mark.parametrize(("code", "kind"), THERAPIES.items())
def test_each_code_of_a_therapy_makes_its_discharge(code, kind):
    service = {"coding": [{"system": SNOMED, "code": code}]}
    assert therapy({**CLINIC, "serviceType": service}).kind == kind
    assert therapy(changed(EPISODE, "EpisodeOfCare", type=[service])).kind == kind


def test_an_episode_says_who_treated_until_when_and_who_the_practice_is():
    found = therapy(EPISODE)
    assert (found.kind, found.discharged, found.conditions) == ("physiotherapy", date(2024, 4, 22), ())
    assert found.service == Organisation("Y99301", "Synthetic Physiotherapy")
    assert found.gp == Organisation("Y99001")


def test_what_was_treated_is_read_from_reasons_and_from_the_conditions_that_a_diagnosis_points_at():
    assert therapy(CLINIC).conditions == (Coding(SNOMED, "203082005"),)
    assert therapy(TREATED).conditions == (Coding(SNOMED, "278860009"),)


def test_a_condition_that_nobody_points_at_or_that_is_refuted_was_not_treated():
    assert therapy(changed(TREATED, "Encounter", diagnosis=None)).conditions == ()
    refuted = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}
    assert therapy(changed(TREATED, "Condition", verificationStatus=refuted)).conditions == ()


def test_what_is_no_finished_therapy_is_refused_with_every_reason():
    pain = {"coding": [{"system": SNOMED, "code": "310071006"}]}
    assert places("therapy-discharged-1", {**CLINIC, "status": "planned", "serviceType": pain}) == [
        "Encounter.status",
        "Encounter.serviceType",
    ]


@pytest.mark.parametrize("by", get_args(IntroducedBy))
def test_each_of_the_list_can_introduce(by):
    category = [{"coding": [{"system": f"{OWN}/CodeSystem/introduction", "code": by}]}]
    assert introduction(changed(GROUP, "ServiceRequest", category=category)).by == by


def test_an_introduction_says_by_whom_when_in_whose_words_and_on_which_agreement():
    found = introduction(SELF)
    assert (found.by, found.on) == ("self", date(2024, 5, 13))
    assert found.wish == Wish("keen", "person", date(2024, 5, 13))
    assert (found.agreement.by, found.agreement.items) == ("person", ("introduction",))


def test_whom_to_ask_is_the_performer_else_the_practice_of_the_person():
    assert introduction(LIBRARY).organisation == Organisation("Y99002", "Synthetic Lane Surgery")
    assert introduction(SELF).organisation == Organisation("Y99001")
    assert introduction(GROUP).organisation is None


def test_without_the_persons_agreement_nobody_is_introduced():
    withdrawn = changed(SELF, "Consent", status="inactive")
    assert places("introduction-made-1", withdrawn) == ["Bundle.entry[0].resource"]
    assert places("introduction-made-1", changed(SELF, "Consent", dateTime=None)) == [
        "Bundle.entry[2].resource.dateTime"
    ]


def test_an_introduction_by_two_or_by_nobody_and_one_that_orders_is_refused_with_every_reason():
    two = [{"coding": [{"system": f"{OWN}/CodeSystem/introduction", "code": by}]} for by in ("self", "library")]
    request = {"intent": "order", "status": "draft", "category": two, "code": {"text": "IPS"}}
    where = "Bundle.entry[0].resource"
    assert places("introduction-made-1", changed(SELF, "ServiceRequest", **request)) == [
        f"{where}.{name}" for name in ("status", "intent", "code", "category")
    ]
    assert places("introduction-made-1", changed(SELF, "ServiceRequest", category=None)) == [f"{where}.category"]


def test_a_flag_is_cleared_by_its_end_or_as_an_error():
    assert facts("job-centre-flag-cleared-1", CLEARED) == JobCentreFlagCleared(date(2024, 5, 6))
    assert facts("job-centre-flag-cleared-1", {**CLEARED, "status": "entered-in-error"}).since == date(2024, 5, 6)
    assert facts("job-centre-flag-cleared-1", changed(CLEARED, "Flag", period=None)).since is None


def test_a_flag_that_is_not_cleared_is_refused_with_every_reason():
    stands = changed(CLEARED, "Flag", status="active", code={"text": "out of work"}, author=None)
    assert places("job-centre-flag-cleared-1", stands) == ["Flag.status", "Flag.code", "Flag.author"]
