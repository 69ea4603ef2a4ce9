"""The referee itself: it refuses what is planted, accepts what is clean, and where it errs is known."""

import copy
import json

import pytest
from inbound_examples import FOLDER
from judgement import ALLOWED, PROFILED, as_uk_core, errors_of, resources_in
from public_samples import sample

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator

PROMPT = "ips-referral-prompted-1/practice-is-asked"
REFERRAL = "ips-referral-requested-1/condition-agreed-too"
PACKAGE = "care-package-updated-1/first-note"
VERIFIED = "fit-note-issued-1/chronic-back-pain"


def clean(path):
    return json.loads((FOLDER / f"{path}.valid.json").read_text())["data"]


#: Where, what (None: it is taken away), and where the validator must see it. A kind stands for the entry that has it.
PLANTED = {
    "a required element is missing": (PROMPT, ["intent"], None, "Task"),
    "a code of another value set": (PROMPT, ["status"], "perhaps", "Task.status"),
    "an element that FHIR does not have": (PROMPT, ["mood"], "good", "Task"),
    "a day that no calendar has": (PROMPT, ["authoredOn"], "2024-02-30T09:00:00Z", "Task.authoredOn"),
    "a list where one thing stands": (PROMPT, ["owner"], [{"display": "x"}], "Task.owner"),
    "a contained resource that is not there": (PROMPT, ["focus", "reference"], "#nobody", "Task.focus"),
    "a period that ends before it begins": (
        PACKAGE,
        ["activity", 0, "detail", "scheduledPeriod"],
        {"start": "2024-03-04", "end": "2024-03-01"},
        "CarePlan.activity.detail.scheduled.ofType(Period)",
    ),
    "a text without a character": (PACKAGE, ["title"], "", "CarePlan.title"),
    "a relative system": (PACKAGE, ["identifier", 0, "system"], "somewhere", "CarePlan.identifier"),
    "a fault deep in a message": (
        REFERRAL,
        ["entry", "Consent", "provision", "type"],
        "perhaps",
        "Consent.provision.type",
    ),
    "a code that UK Core does not have": (
        VERIFIED,
        ["entry", "Patient", "identifier", 0, "extension", 0, "valueCodeableConcept", "coding", 0, "code"],
        "99",
        "Patient.identifier.extension.value.ofType(CodeableConcept)",
    ),
}


def put(resource, steps, value):
    *way, last = steps
    for step in way:
        is_kind = isinstance(resource, list) and isinstance(step, str)
        resource = entry(resource, step)["resource"] if is_kind else resource[step]
    if value is None:
        del resource[last]
    else:
        resource[last] = value


def entry(entries, kind):
    return next(entry for entry in entries if entry["resource"]["resourceType"] == kind)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen_where_it_is_and_without_it_the_resource_is_accepted(name, validator):
    path, steps, value, place = PLANTED[name]
    faulty = clean(path)
    put(faulty, steps, value)
    assert place in {issue.place for issue in errors_of(validator, faulty)}
    assert errors_of(validator, clean(path)) == []


def test_a_message_is_refused_when_its_entries_are_turned_round_stand_twice_or_lead_to_the_wrong_kind(validator):
    message, astray = clean(REFERRAL), clean(REFERRAL)
    turned = {**message, "entry": message["entry"][::-1]}
    twice = {**message, "entry": [*message["entry"], message["entry"][-1]]}
    patient = entry(astray["entry"], "Patient")["fullUrl"]
    put(astray, ["entry", "ServiceRequest", "basedOn", 0, "reference"], patient)
    for faulty, rule in ((turned, "bdl-12"), (twice, "bdl-7"), (astray, "Reference_REF_BadTargetType")):
        assert any(issue.id.endswith(rule) for issue in errors_of(validator, faulty)), rule
    assert errors_of(validator, message) == []


def test_what_is_no_resource_is_refused_and_the_next_one_is_judged(validator):
    for nothing in ({}, {"resourceType": "Mood"}, {"resourceType": 5}):
        assert errors_of(validator, nothing), nothing
    assert errors_of(validator, clean(PROMPT)) == []


def test_uk_core_is_loaded_and_asks_for_more_than_fhir_does(validator):
    assert validator.loaded > 300
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}
    patient = {"resourceType": "Patient", "identifier": [number, number]}
    assert errors_of(validator, patient) == []
    assert [issue.id for issue in errors_of(validator, as_uk_core(patient))] == ["Validation_VAL_Profile_Maximum"]
    assert errors_of(validator, as_uk_core({**patient, "identifier": [number]})) == []


def test_a_profile_that_nobody_knows_is_an_error_so_that_none_is_claimed_unchecked(validator):
    claims = {"resourceType": "Basic", "code": {"text": "x"}, "meta": {"profile": ["https://nowhere.example/profile"]}}
    assert "Validation_VAL_Profile_Unknown" in [issue.id for issue in errors_of(validator, claims)]
    for kind in PROFILED:
        claimed = validator.issues(as_uk_core({"resourceType": kind}))
        assert not [issue for issue in claimed if issue.id == "Validation_VAL_Profile_Unknown"], kind


def test_each_allowed_error_is_still_one_and_another_at_its_place_still_counts(validator):
    tagged = {"system": "urn:ietf:bcp:47", "code": "cy"}
    patient = {"resourceType": "Patient", "communication": [{"language": {"coding": [tagged]}}]}
    raised = {(issue.place, issue.id) for issue in validator.issues(patient) if issue.is_error}
    assert raised == ALLOWED.keys()
    assert errors_of(validator, patient) == []
    broken = copy.deepcopy(patient)
    broken["communication"][0]["language"]["coding"][0]["code"] = 5
    assert errors_of(validator, broken)


def test_public_samples_are_judged_as_it_is_known_of_them(validator):
    assert judged("discharge/Encounter-ADT_A03-final.json", validator) == set()
    assert judged("discharge/Encounter-ADT_A03-invalid.json", validator) == set()  # its fault is none of FHIR
    retired = {("Patient.identifier.extension.value.ofType(CodeableConcept)", "Terminology_TX_NoValid_1_CC")}
    assert judged("bars/process_message-POST-body.json", validator) == retired  # a code system that UK Core retired
    broken = judged("bars/process_message-POST-success.invalid.json", validator)
    assert retired < broken
    assert len(broken) > 10


def judged(name, validator):
    """Place and id of each error of a sample, whose profiles are not here."""
    resource = json.loads(sample(name))
    for each in resources_in(resource):
        each.pop("meta", None)
    return {(issue.place, issue.id) for issue in errors_of(validator, resource)}
