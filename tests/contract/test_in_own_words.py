"""How the person's own answer, an agreement, its withdrawal and an objection are read."""

import copy
import json
from datetime import date

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.facts import ConsentRecorded, ConsentWithdrawn, Objection, Organisation, PersonAnswer
from schemas.failures import Refused
from schemas.fhir.message import read_message

OWN = "https://fitpath.example/fhir"
PROVIDER = Organisation("Y99201", "Synthetic IPS Provider")


def data(name):
    return copy.deepcopy(example(name).event["data"])


def facts(event_type, body):
    message = read_message(event_type, "application/fhir+json", json.dumps(body).encode(), None)
    return facts_of(event_type, message.payload)[1]


def of(name):
    return facts(name.partition("/")[0], data(name))


def places(event_type, body):
    with pytest.raises(Refused) as refused:
        facts(event_type, body)
    assert {problem.code for problem in refused.value.problems} == {"focus-not-usable"}
    return [str(problem.expression) for problem in refused.value.problems]


def test_an_agreement_on_the_page_is_taken_item_by_item():
    found = of("person-answered-1/agrees-item-by-item.valid.json")
    assert isinstance(found, PersonAnswer)
    assert (found.answer, found.by, found.how, found.on) == ("agrees", "person", "own-page", date(2024, 3, 20))
    assert (found.prompt, found.words) == ("0f4c8a54-6a57-5d0b-9c52-6a3f7a1d2b01", "invitation-words-1")
    assert found.agreement is not None
    assert (found.agreement.items, found.agreement.recipient) == (("contact", "work-plan"), PROVIDER)


def test_who_speaks_of_their_own_accord_names_no_prompt():
    assert of("person-answered-1/does-not-want-unasked.valid.json").prompt is None


@pytest.mark.parametrize("doubted", [True, False, None])
def test_doubt_about_capacity_is_taken_from_a_professionals_answer_too(doubted):
    body = data("prompt-answered-1/not-suitable.valid.json")
    url = f"{OWN}/StructureDefinition/capacity-doubted"
    if doubted is not None:
        body["extension"] = [{"url": url, "valueBoolean": doubted}]
    assert facts("prompt-answered-1", body).capacity_doubted is doubted
    assert of("person-answered-1/not-now-and-doubt-about-capacity.valid.json").capacity_doubted is True


def test_a_consent_that_does_not_stand_is_no_agreement_of_an_answer():
    body = data("person-answered-1/agrees-item-by-item.valid.json")
    body["entry"][1]["resource"]["status"] = "inactive"
    assert places("person-answered-1", body) == ["Bundle.entry[0].resource.businessStatus"]


def test_all_problems_of_an_answer_are_named():
    body = data("person-answered-1/agrees-item-by-item.valid.json")
    del body["entry"][0]["resource"]["extension"]
    del body["entry"][1]["resource"]["dateTime"]
    assert places("person-answered-1", body) == [
        f"Bundle.entry[0].resource.extension('{OWN}/StructureDefinition/answered')",
        "Bundle.entry[1].resource.dateTime",
    ]


def test_an_agreement_names_an_organisation_or_an_audience_without_a_code():
    referred = of("consent-recorded-1/to-be-referred.valid.json")
    told = of("consent-recorded-1/to-tell-the-job-centre.valid.json")
    assert isinstance(referred, ConsentRecorded)
    assert (referred.purpose, referred.recipient, referred.to) == ("referral", PROVIDER, None)
    assert (told.purpose, told.recipient, told.to) == ("progress", None, "job-centre")
    assert (told.recorded_by, told.until) == ("ips-provider", date(2025, 3, 31))


@pytest.mark.parametrize("recorder", ["job-centre", "employer", None])
def test_only_the_person_and_the_health_and_ips_side_record_an_agreement(recorder):
    body = data("consent-recorded-1/to-be-referred.valid.json")
    url = f"{OWN}/StructureDefinition/recorded-by"
    body["extension"] = [found for found in body["extension"] if found["url"] != url]
    if recorder is not None:
        body["extension"].append({"url": url, "valueCode": recorder})
    assert places("consent-recorded-1", body) == [f"Consent.extension('{url}')"]


def test_a_withdrawal_without_items_takes_back_all():
    every, one = (of(f"consent-withdrawn-1/{name}.valid.json") for name in ("all-of-the-referral", "one-item"))
    assert isinstance(every, ConsentWithdrawn)
    assert (every.purpose, every.recipient, every.items) == ("referral", PROVIDER, ())
    assert (every.by, every.how, every.on) == ("person", "spoken", date(2024, 4, 10))
    assert one.items == ("contact",)


def test_a_withdrawal_says_all_that_it_must():
    body = data("consent-withdrawn-1/all-of-the-referral.valid.json")
    body |= {"status": "active", "category": [{"text": "something"}]}
    del body["provision"], body["dateTime"]
    assert places("consent-withdrawn-1", body) == [
        "Consent.status", "Consent.category", "Consent.provision.actor", "Consent.dateTime",
    ]  # fmt: skip


def test_an_objection_is_a_denial_of_joining_and_can_be_taken_back():
    said = Objection(by="person", on=date(2024, 5, 2), how="written")
    assert of("objection-recorded-1/objects.valid.json") == said
    assert of("objection-recorded-1/taken-back.valid.json").taken_back
    body = data("objection-recorded-1/objects.valid.json")
    assert places("objection-recorded-1", {**body, "status": "draft"}) == ["Consent.status"]
