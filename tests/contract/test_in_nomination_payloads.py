"""What a nomination says: who puts the person forward, in whose words, and on what."""

import copy
import json
from datetime import date

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.facts import Organisation, Wish
from schemas.failures import Refused
from schemas.fhir.message import read_message

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED = "http://snomed.info/sct"
KIND = "clinician-nominated-1"
BARE = example(f"{KIND}/after-a-visit.valid.json").event["data"]
WHOLE = example(f"{KIND}/agreed-and-keen.valid.json").event["data"]
SERVICE = example(f"{KIND}/pain-service-and-out-of-work.valid.json").event["data"]


def facts(data):
    message = read_message(KIND, "application/fhir+json", json.dumps(data).encode(), None)
    return facts_of(KIND, message.payload)[1]


def places(data):
    with pytest.raises(Refused) as refused:
        facts(data)
    assert {problem.code for problem in refused.value.problems} == {"focus-not-usable"}
    return [str(problem.expression) for problem in refused.value.problems]


def bundle(*resources):
    entries = [{"fullUrl": f"urn:uuid:{name}", "resource": resource} for name, resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_a_bare_request_says_who_asks_and_when_and_nothing_that_it_does_not_state():
    found = facts(BARE)
    assert found.by == Organisation("Y99001", "Synthetic Street Surgery")
    assert (found.on, found.kind, found.wish, found.agreement, found.work) == (
        date(2024, 3, 18),
        None,
        None,
        None,
        None,
    )


def test_through_their_role_the_clinician_stands_for_their_organisation():
    found = facts(WHOLE)
    assert found.by == Organisation("Y99001", "Synthetic Street Surgery")
    assert found.wish == Wish("keen", "person", date(2024, 3, 18))
    assert (found.agreement.id, found.agreement.by, found.agreement.recipient.ods) == ("consent-1", "person", "Y99201")


def test_a_role_of_a_pain_service_and_a_work_situation_are_read():
    found = facts(SERVICE)
    assert (found.by.ods, found.kind, found.work) == ("Y99101", "pain-service", "out-of-work")
    assert found.wish == Wish("not-sure", "person")


@pytest.mark.parametrize("place", ["type", "code", "specialty"])
def test_a_pain_service_is_one_by_its_code_wherever_that_stands(place):
    pain = [{"coding": [{"system": SNOMED, "code": "24271000087103"}]}]
    role = {"resourceType": "PractitionerRole", "organization": {"reference": "urn:uuid:o"}}
    organisation = {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "Y99101"}]}
    (organisation if place == "type" else role)[place] = pain
    request = {**BARE, "requester": {"reference": "urn:uuid:r"}}
    assert facts(bundle(("s", request), ("r", role), ("o", organisation))).kind == "pain-service"
    (organisation if place == "type" else role)[place] = [{"coding": [{"system": "urn:x", "code": "24271000087103"}]}]
    assert facts(bundle(("s", request), ("r", role), ("o", organisation))).kind is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"status": "draft"}, "status"),
        ({"status": "revoked"}, "status"),
        ({"status": "entered-in-error"}, "status"),
        ({"intent": "order"}, "intent"),
        ({"intent": "plan"}, "intent"),
        ({"code": {"text": "Individual Placement and Support"}}, "code"),
        ({"code": {"coding": [{"system": "urn:x", "code": "1082611000000105"}]}}, "code"),
        ({"requester": {"display": "Dr Example Onetest"}}, "requester"),
        ({"requester": {"reference": "Organization/1"}}, "requester"),
    ],
)
def test_what_a_nomination_needs_is_said_where_it_is_missing(changes, place):
    assert places({**BARE, **changes}) == [f"ServiceRequest.{place}"]


def test_all_that_is_wrong_is_said_at_once():
    data = copy.deepcopy(WHOLE)
    data["entry"][0]["resource"] |= {"intent": "order", "status": "draft"}
    data["entry"][0]["resource"]["extension"][0]["extension"][0]["valueCode"] = "over the moon"
    del data["entry"][4]["resource"]["dateTime"]
    found = " ".join(places(data))
    assert all(part in found for part in ("status", "intent", "StructureDefinition/wish", "entry[4].resource.dateTime"))


def test_an_organisation_that_only_lies_beside_is_not_taken_for_the_one_that_asks():
    """The recipient of the agreement stands in the Bundle too."""
    provider = {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "Y99201"}]}
    request = {**BARE, "requester": {"display": "Dr Example Onetest"}}
    assert places(bundle(("s", request), ("p", provider))) == ["Bundle.entry[0].resource.requester"]


def test_roles_that_point_at_themselves_name_nobody():
    role = {"resourceType": "PractitionerRole", "organization": {"reference": "urn:uuid:r"}}
    request = {**BARE, "requester": {"reference": "urn:uuid:r"}}
    assert places(bundle(("s", request), ("r", role))) == ["Bundle.entry[0].resource.requester"]
