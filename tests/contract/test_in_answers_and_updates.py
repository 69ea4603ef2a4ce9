import copy
import json
from datetime import date

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.facts import Wish
from schemas.failures import Refused
from schemas.fhir.message import read_message

OWN = "https://fitpath.example/fhir"
INVITE = example("prompt-answered-1/invite-in-one-action.valid.json").event["data"]
REFER = example("prompt-answered-1/refer-with-consent.valid.json").event["data"]
ACCEPTED = example("referral-updated-1/accepted-by-a-named-worker.valid.json").event["data"]
DISCHARGE = example("pain-clinic-discharged-1/consultant-discharge.valid.json").event["data"]


def facts(event_type, data):
    message = read_message(event_type, "application/fhir+json", json.dumps(data).encode(), None)
    return facts_of(event_type, message.payload)[1]


def answer(data):
    return facts("prompt-answered-1", data)


def places(event_type, data):
    with pytest.raises(Refused) as refused:
        facts(event_type, data)
    assert {problem.code for problem in refused.value.problems} == {"focus-not-usable"}
    return [str(problem.expression) for problem in refused.value.problems]


def stated(code):
    return {"coding": [{"system": f"{OWN}/CodeSystem/prompt-answer", "code": code}]}


@pytest.mark.parametrize(
    ("status", "meant"), [("completed", "invite"), ("on-hold", "not-now"), ("rejected", "not-suitable")]
)
def test_an_answer_that_says_nothing_more_means_what_its_status_means(status, meant):
    assert answer({**INVITE, "status": status}).answer == meant


@pytest.mark.parametrize("code", ["invite", "refer", "not-now", "not-suitable", "person-declined"])
def test_a_stated_answer_is_taken(code):
    assert answer({**INVITE, "businessStatus": stated(code)}).answer == code


def test_an_answer_that_does_not_fit_its_status_is_not_usable():
    assert places("prompt-answered-1", {**INVITE, "status": "rejected", "businessStatus": stated("refer")}) == [
        "Task.businessStatus"
    ]
    assert places("prompt-answered-1", {**INVITE, "businessStatus": stated("perhaps")}) == ["Task.businessStatus"]


def test_the_prompt_may_be_named_in_the_system_of_rfc_4122():
    name = "0f4c8a54-6a57-5d0b-9c52-6a3f7a1d2b01"
    identifier = {"system": "https://tools.ietf.org/html/rfc4122", "value": f"urn:uuid:{name}"}
    assert answer({**INVITE, "identifier": [{"value": "other"}, identifier]}).prompt == name


def test_a_reason_in_free_text_is_not_taken():
    assert answer({**INVITE, "statusReason": {"text": "words of a clinician"}}).reason is None


def test_the_wish_is_kept_with_whose_words_it_is_and_when():
    assert answer(REFER).wish == Wish("keen", "person", date(2024, 3, 18))


def consent(**changes):
    data = copy.deepcopy(REFER)
    resource = data["entry"][1]["resource"]
    for name, value in changes.items():
        if value is None:
            del resource[name]
        else:
            resource[name] = value
    return data


@pytest.mark.parametrize("changes", [{"status": "inactive"}, {"status": "rejected"}, {"provision": {"type": "deny"}}])
def test_a_consent_that_does_not_stand_is_no_agreement(changes):
    assert answer(consent(**changes)).agreement is None


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"identifier": None}, "identifier"),
        ({"dateTime": None}, "dateTime"),
        ({"dateTime": "2024"}, "dateTime"),
        ({"policyRule": None}, "policyRule"),
        ({"policyRule": {"text": "Implied consent"}}, "policyRule"),
        (
            {
                "policyRule": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]
                }
            },
            "policyRule",
        ),
        ({"provision": None}, "provision.actor"),
        ({"extension": None}, "agreed-by"),
    ],
)
def test_a_consent_that_stands_must_say_all_that_an_agreement_says(changes, missing):
    assert any(missing in place for place in places("prompt-answered-1", consent(**changes)))


def test_two_consents_that_stand_are_not_usable():
    data = copy.deepcopy(REFER)
    data["entry"].append(data["entry"][1])
    assert places("prompt-answered-1", data) == ["Bundle.entry[2].resource"]


def owner(**reference):
    return facts("referral-updated-1", {**ACCEPTED, "owner": reference}).worker


def test_a_named_worker_is_a_person_with_an_identifier_and_no_organisation():
    worker = owner(identifier={"system": "https://ips.example/Id/worker", "value": "esw-2"})
    assert worker is not None
    assert (worker.id, worker.name) == ("esw-2", None)
    assert owner(identifier={"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y99201"}) is None
    assert owner(reference="Practitioner/1", display="Gorse Testworker") is None
    assert owner(type="Organization", identifier={"value": "x"}) is None


def test_a_worker_in_the_bundle_is_found_through_their_role():
    person = {
        "resourceType": "Practitioner",
        "identifier": [{"value": "esw-3"}],
        "name": [{"given": ["Heath"], "family": "Testworker"}],
    }
    role = {"resourceType": "PractitionerRole", "practitioner": {"reference": "urn:uuid:p"}}
    task = {**ACCEPTED, "owner": {"reference": "urn:uuid:r"}}
    entries = [("urn:uuid:t", task), ("urn:uuid:r", role), ("urn:uuid:p", person)]
    data = {"resourceType": "Bundle", "type": "collection"}
    data["entry"] = [{"fullUrl": url, "resource": resource} for url, resource in entries]
    worker = facts("referral-updated-1", data).worker
    assert (worker.id, worker.name) == ("esw-3", "Heath Testworker")


@pytest.mark.parametrize("status", ["rejected", "cancelled", "on-hold", "failed"])
def test_what_ends_or_rests_carries_a_coded_reason(status):
    assert places("referral-updated-1", {**ACCEPTED, "status": status}) == ["Task.statusReason"]
    assert places("referral-updated-1", {**ACCEPTED, "status": status, "statusReason": {"text": "x"}}) == [
        "Task.statusReason"
    ]
    coded = {"coding": [{"system": f"{OWN}/CodeSystem/reason", "code": "moved-away"}]}
    assert facts("referral-updated-1", {**ACCEPTED, "status": status, "statusReason": coded}).reason == "moved-away"


@pytest.mark.parametrize("status", ["3.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.2", "7.0"])
def test_each_status_of_a_provider_is_read(status):
    code = {"coding": [{**ACCEPTED["businessStatus"]["coding"][0], "code": status}]}
    assert facts("referral-updated-1", {**ACCEPTED, "businessStatus": code}).status == status


def test_a_discharge_says_service_practice_date_outcome_and_work():
    found = facts("pain-clinic-discharged-1", DISCHARGE)
    assert (found.service.ods, found.gp.ods, str(found.discharged)) == ("Y99101", "Y99001", "2024-03-11")
    assert (found.outcome, found.work) == ("1", "out-of-work")


def test_a_letter_counts_before_the_encounter_it_tells_of_and_takes_its_end_and_outcome():
    letter = example("pain-clinic-discharged-1/letter-with-encounter.valid.json").event["data"]
    found = facts("pain-clinic-discharged-1", letter)
    assert (str(found.discharged), found.outcome, found.service.ods) == ("2024-03-11", "1", "Y99101")
    alone = {
        **letter,
        "entry": [entry for entry in letter["entry"] if entry["resource"]["resourceType"] != "Encounter"],
    }
    assert places("pain-clinic-discharged-1", alone) == ["Bundle.entry[0].resource.encounter"]


def test_a_message_header_says_which_of_several_encounters_is_the_focus():
    data = copy.deepcopy(DISCHARGE)
    other = copy.deepcopy(data["entry"][0]["resource"])
    other["status"] = "planned"
    data["entry"][0]["fullUrl"] = "urn:uuid:focus"
    header = {
        "resourceType": "MessageHeader",
        "eventUri": "https://fitpath.example/fhir/pain-clinic-discharged-1",
        "source": {"endpoint": "https://pain-service.example"},
        "focus": [{"reference": "urn:uuid:focus"}],
    }
    data["type"] = "message"
    data["entry"] = [{"resource": header}, *data["entry"], {"fullUrl": "urn:uuid:other", "resource": other}]
    assert facts("pain-clinic-discharged-1", data).outcome == "1"
