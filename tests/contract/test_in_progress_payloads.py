"""What a step of employment support says: which, on what day, of which referral, by whom."""

import json
from datetime import date
from typing import get_args

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.failures import Refused
from schemas.fhir.message import read_message
from schemas.support_facts import ProgressKind, Worker

OWN = "https://fitpath.example/fhir"
KIND = "employment-progress-1"
CONTACT = example(f"{KIND}/first-contact.valid.json").event["data"]
JOB = example(f"{KIND}/job-started-and-no-referral-named.valid.json").event["data"]
WEEKS = example(f"{KIND}/in-work-at-13-weeks-with-another-worker.valid.json").event["data"]
REFERRAL = "7d0e5b6e-1d4a-5b41-8f0e-2f1f0f6f9a02"


def facts(data):
    message = read_message(KIND, "application/fhir+json", json.dumps(data).encode(), None)
    return facts_of(KIND, message.payload)[1]


def places(data):
    with pytest.raises(Refused) as refused:
        facts(data)
    assert {problem.code for problem in refused.value.problems} == {"focus-not-usable"}
    return [str(problem.expression) for problem in refused.value.problems]


def coded(*codes, system=f"{OWN}/CodeSystem/employment-progress"):
    return {"coding": [{"system": system, "code": code} for code in codes]}


@pytest.mark.parametrize("kind", get_args(ProgressKind))
def test_each_step_of_the_list_is_read(kind):
    assert facts({**CONTACT, "code": coded(kind)}).kind == kind


def test_a_step_says_its_day_its_referral_and_the_named_worker():
    found = facts(CONTACT)
    assert (found.kind, found.on, found.referral) == ("first-contact", date(2024, 3, 25), REFERRAL)
    assert found.worker == Worker("esw-1", "Gorse Testworker")


def test_a_step_that_names_no_referral_leaves_it_open_which_one_is_meant():
    assert facts(JOB).referral is None
    assert facts({**CONTACT, "basedOn": [{"display": "the referral"}]}).referral is None
    assert facts({**CONTACT, "basedOn": [{"identifier": {"system": "urn:x", "value": "1"}}]}).referral is None


@pytest.mark.parametrize("system", [f"{OWN}/Id/task", f"{OWN}/Id/referral", "https://tools.ietf.org/html/rfc4122"])
def test_a_referral_is_named_by_the_identifier_of_its_task_or_its_request(system):
    value = f"urn:uuid:{REFERRAL}" if "rfc4122" in system else REFERRAL
    named = [{"identifier": {"system": "urn:x", "value": "1"}}, {"identifier": {"system": system, "value": value}}]
    assert facts({**CONTACT, "basedOn": named}).referral == REFERRAL


def test_a_worker_in_the_bundle_is_found_through_their_role():
    assert facts(WEEKS).worker == Worker("esw-2", "Heather Testworker")


def test_an_organisation_as_performer_names_no_worker_and_does_not_hide_one():
    provider = {
        "type": "Organization",
        "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y99201"},
    }
    assert facts({**CONTACT, "performer": [provider]}).worker is None
    assert facts({**CONTACT, "performer": [provider, *CONTACT["performer"]]}).worker == Worker(
        "esw-1", "Gorse Testworker"
    )


def test_roles_that_point_at_themselves_name_no_worker():
    role = {"resourceType": "PractitionerRole", "practitioner": {"reference": "urn:uuid:r"}}
    entries = [("urn:uuid:s", {**CONTACT, "performer": [{"reference": "urn:uuid:r"}]}), ("urn:uuid:r", role)]
    data = {"resourceType": "Bundle", "type": "collection"}
    data["entry"] = [{"fullUrl": url, "resource": resource} for url, resource in entries]
    assert facts(data).worker is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"status": "preliminary"}, "status"),
        ({"status": "registered"}, "status"),
        ({"status": "cancelled"}, "status"),
        ({"status": "entered-in-error"}, "status"),
        ({"code": coded("went-well")}, "code"),
        ({"code": coded("job-started", system="urn:x")}, "code"),
        ({"code": coded("job-started", "job-ended")}, "code"),
        ({"code": {"text": "job started"}}, "code"),
        ({"effectiveDateTime": "2024-03"}, "effectiveDateTime"),
    ],
)
def test_what_a_step_needs_is_said_where_it_is_missing(changes, place):
    assert places({**CONTACT, **changes}) == [f"Observation.{place}"]


def test_without_a_day_a_step_is_refused_and_corrections_stand():
    without = {name: value for name, value in CONTACT.items() if name != "effectiveDateTime"}
    assert places(without) == ["Observation.effectiveDateTime"]
    for status in ("final", "amended", "corrected"):
        assert facts({**CONTACT, "status": status}).on == date(2024, 3, 25)


UNSAFE = example(f"{KIND}/placement-ended-as-unsafe.valid.json").event["data"]


def test_a_placement_that_ended_says_how_and_what_was_asked_for():
    found = facts(UNSAFE)
    assert (found.outcome, found.adjustments) == ("unsafe", ("altered-hours", "workplace-adaptations"))
    plain = facts({**CONTACT, "code": coded("placement-ended")})
    assert (plain.outcome, plain.adjustments) == (None, ())


def test_of_other_steps_neither_is_taken():
    found = facts({**UNSAFE, "code": coded("placement-started")})
    assert (found.outcome, found.adjustments) == (None, ())


@pytest.mark.parametrize(
    "coding",
    [{"system": "http://snomed.info/sct", "code": "160910001"}, {"system": "urn:x", "code": "775301000000104"}, None],
)
def test_an_adjustment_that_is_not_known_is_refused(coding):
    url = f"{OWN}/StructureDefinition/adjustment"
    stated = {"url": url, "valueCoding": coding} if coding else {"url": url, "valueCode": "775301000000104"}
    assert places({**UNSAFE, "extension": [stated]}) == [f"Observation.extension('{url}')"]
