"""What each output says, as EVENTS.md has it: read as a FHIR reader would."""

import json
from typing import Any

import pytest
from outbound_histories import POLICY
from outbound_stories import (
    ACCEPTED,
    DECLINED,
    DISCHARGE,
    INVITE,
    NOTE,
    REFER,
    REFER_LATER_AND_TELL_THE_CONDITION,
    SECOND_NOTE,
    later,
    tell,
)

from schemas.topics import CARE_PACKAGES
from services.domain.policy import parse_policy
from services.policy_files import default_policy_text

Json = dict[str, Any]
NHS_NUMBER, ODS = "https://fhir.nhs.uk/Id/nhs-number", "https://fhir.nhs.uk/Id/ods-organization-code"
TASK = "https://fitpath.example/fhir/Id/task"
IPS = {"coding": [{"system": "http://snomed.info/sct", "code": "1082611000000105"}]}


def last(kind: str, *steps) -> Json:
    """The payload of the last output of a type in a story."""
    return json.loads([output for output in tell(POLICY, *steps).outputs if output.type == kind][-1].data)


def referral(*steps) -> dict[str, list[Json]]:
    """The resources of a referral, by kind."""
    found: dict[str, list[Json]] = {}
    for entry in last("ips-referral-requested-1", *steps)["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"] | {"url": entry["fullUrl"]})
    return found


def test_a_prompt_proposes_an_ips_referral_to_the_organisation_asked_until_it_lapses():
    task = last("ips-referral-prompted-1", NOTE)
    (proposed,) = task["contained"]
    assert task["focus"] == {"reference": f"#{proposed['id']}"}
    assert (proposed["intent"], proposed["code"], proposed["subject"]) == ("proposal", IPS, task["for"])
    assert task["owner"]["identifier"] == {"system": ODS, "value": "Y99001"}
    assert task["requester"]["identifier"]["value"] == "urn:fitpath"
    assert task["restriction"] == {
        "period": {"start": "2024-03-04T09:30:00.000000Z", "end": "2024-04-01T09:30:00.000000Z"}
    }
    assert task["reasonCode"]["text"].startswith("Please consider offering Individual Placement and Support")
    said = {item["type"]["coding"][0]["code"]: item for item in task["input"]}
    assert said["evidence"]["valueIdentifier"]["value"] == NOTE(tell(POLICY))["id"]
    assert said["track"]["valueCode"] == "keep-work"
    assert said["work-situation"]["valueCode"] == "in-work"


def test_the_practice_gets_a_copy_of_a_prompt_to_the_pain_service_and_is_not_asked():
    task = last("ips-referral-prompted-1", DISCHARGE)
    assert task["owner"]["identifier"]["value"] == "Y99101"
    assert [found["valueReference"]["identifier"]["value"] for found in task["extension"]] == ["Y99001"]


def test_a_prompt_without_an_answer_is_the_same_task_again_until_it_lapses():
    first = last("ips-referral-prompted-1", NOTE)
    again = [
        json.loads(output.data)
        for output in tell(POLICY, NOTE, "2024-04-01T09:30:00Z").outputs
        if output.type == "ips-referral-prompt-changed-1"
    ]
    changed = ("status", "statusReason", "businessStatus", "lastModified")
    for task in again:
        assert {name: value for name, value in task.items() if name not in changed} == {
            name: value for name, value in first.items() if name not in changed
        }
    said = [(task["status"], task["businessStatus"]["coding"][0]["code"]) for task in again]
    assert said == [("requested", "reminded"), ("requested", "reminded"), ("cancelled", "lapsed")]


def test_an_escalated_prompt_belongs_to_the_named_lead():
    lead = '[leads]\nY99001 = { name = "Practice lead for work and health" }'
    policy = parse_policy(default_policy_text().replace("[leads]", lead))
    task = json.loads(tell(policy, NOTE, "2024-03-18T09:30:00Z").outputs[-2].data)
    assert task["businessStatus"]["coding"][0]["code"] == "escalated"
    assert task["owner"]["display"] == "Practice lead for work and health"


def test_a_referral_that_stands_still_is_asked_about_by_the_names_that_the_provider_has():
    found = referral(NOTE, REFER)
    asked = last("ips-referral-changed-1", NOTE, REFER, "2024-03-26T12:00:00Z")
    assert asked["identifier"] == found["Task"][0]["identifier"]
    assert asked["focus"]["identifier"] == found["ServiceRequest"][0]["identifier"][0]
    assert asked["for"]["identifier"] == found["Patient"][0]["identifier"][0]
    assert (asked["status"], asked["reasonCode"]["coding"][0]["code"]) == ("requested", "accept")
    later_on = last("ips-referral-changed-1", NOTE, REFER, ACCEPTED, "2024-04-04T12:00:00Z")
    assert (later_on["status"], later_on["reasonCode"]["coding"][0]["code"]) == ("accepted", "first-contact")


def test_a_referral_rests_on_one_work_plan_and_one_consent_and_goes_from_one_organisation_to_another():
    found = referral(NOTE, REFER)
    assert {kind: len(resources) for kind, resources in found.items()} == {
        "MessageHeader": 1, "ServiceRequest": 1, "Task": 1, "CarePlan": 1, "Patient": 1, "Consent": 1,
        "Organization": 2, "HealthcareService": 1,
    }  # fmt: skip
    (request,), (task,), (plan,), (consent,) = (
        found[kind] for kind in ("ServiceRequest", "Task", "CarePlan", "Consent")
    )
    referrer, provider = found["Organization"]
    assert request["basedOn"] == [{"reference": plan["url"]}]
    assert request["supportingInfo"] == [{"reference": consent["url"]}]
    assert (request["intent"], request["status"], request["code"]) == ("order", "active", IPS)
    assert (request["requester"]["reference"], request["performer"][0]["reference"]) == (
        referrer["url"],
        provider["url"],
    )
    assert [item["identifier"][0]["value"] for item in (referrer, provider)] == ["Y99001", "Z9Z99"]
    assert found["HealthcareService"][0]["providedBy"]["reference"] == provider["url"]
    assert found["MessageHeader"][0]["focus"] == task_focus(task) == [{"reference": request["url"]}]
    assert (task["status"], task["intent"], task["code"]["coding"][0]["code"]) == ("requested", "order", "fulfill")
    assert task["businessStatus"]["coding"][0]["code"] == "2.0"
    assert plan["category"][0]["coding"][0]["code"] == "work-plan"


def task_focus(task: Json) -> list[Json]:
    return [task["focus"]]


def test_the_consent_of_a_referral_is_never_implied():
    (consent,) = referral(NOTE, REFER)["Consent"]
    assert "implied" not in json.dumps(consent).lower()
    assert (consent["status"], consent["provision"]["type"]) == ("active", "permit")


def test_the_request_and_the_task_of_a_referral_have_names_of_their_own():
    found = referral(NOTE, REFER)
    systems = [found[kind][0]["identifier"][0]["system"] for kind in ("ServiceRequest", "Task")]
    assert systems == ["https://fitpath.example/fhir/Id/referral", TASK]


def test_the_work_plan_tells_the_pain_only_where_that_item_was_agreed_and_no_other_condition_ever():
    def sprained(telling):
        event = SECOND_NOTE(telling)
        told = json.dumps(event).replace("278860009", "44465007").replace(event["id"], "another")
        return json.loads(told)

    untold = referral(NOTE, sprained, later(REFER, "2024-04-03T12:00:00Z"))["CarePlan"][0]
    assert "contained" not in untold
    assert "addresses" not in untold
    told = referral(NOTE, sprained, REFER_LATER_AND_TELL_THE_CONDITION)["CarePlan"][0]
    assert [item["code"]["coding"][0]["code"] for item in told["contained"]] == ["278860009"]


def test_a_page_is_for_the_person_and_says_what_it_is_about_in_words_of_a_stated_version():
    page = last("patient-information-due-1", NOTE, INVITE)
    prompt = last("ips-referral-prompted-1", NOTE)
    assert page["category"][0]["coding"][0]["code"] == "invitation"
    assert page["about"] == [{"type": "Task", "identifier": prompt["identifier"][0]}]
    assert page["recipient"] == [page["subject"]]
    assert page["subject"] == {"type": "Patient", "identifier": {"system": NHS_NUMBER, "value": "9990000018"}}
    assert page["sender"]["identifier"]["value"] == "Y99001"
    assert "Example IPS Service" in page["payload"][0]["contentString"]
    assert page["extension"][0]["valueString"] == POLICY.templates.version


def test_a_page_with_a_note_is_about_the_event_of_the_note():
    event = NOTE(tell(POLICY))
    assert last("patient-information-due-1", NOTE)["about"] == [
        {"identifier": {"system": event["source"], "value": event["id"]}}
    ]


def test_feedback_names_the_prompt_that_its_recipient_answered_and_the_referral():
    told = last("feedback-given-1", NOTE, REFER, ACCEPTED)
    prompt, task = last("ips-referral-prompted-1", NOTE), referral(NOTE, REFER)["Task"][0]
    assert [item["identifier"] for item in told["about"]] == [prompt["identifier"][0], task["identifier"][0]]
    assert told["recipient"][0]["identifier"]["value"] == "Y99001"
    assert told["extension"][0]["valueCode"] == "3.0"
    assert "Gorse Testworker" in told["payload"][0]["contentString"]
    declined = last("feedback-given-1", NOTE, REFER, DECLINED)
    assert declined["reasonCode"][0]["coding"][0]["code"] == "no-capacity"


def activities(*steps) -> dict[str, Json]:
    """The activities of the latest care package, by code."""
    plan = last("care-package-updated-1", *steps)
    return {item["detail"]["code"]["coding"][0]["code"]: item["detail"] for item in plan["activity"]}


def test_the_care_package_grows_by_versions():
    telling = tell(POLICY, NOTE, REFER, ACCEPTED)
    plans = [json.loads(output.data) for output in telling.outputs if output.topic == CARE_PACKAGES]
    assert [plan["meta"]["versionId"] for plan in plans] == ["1", "2", "3"]
    assert len({json.dumps(plan["identifier"]) for plan in plans}) == 1


def test_the_care_package_shows_notes_adjustments_prompt_referral_information_and_the_next_review():
    found = activities(SECOND_NOTE, later(REFER, "2024-04-03T12:00:00Z"), later(ACCEPTED, "2024-04-04T12:00:00Z"))
    note = found["225891002"]
    assert note["reasonCode"][0]["coding"][0]["code"] == "278860009"
    assert note["scheduledPeriod"] == found["775281000000100"]["scheduledPeriod"]
    assert note["description"].startswith("Better in the mornings")
    assert (found["ips-prompt"]["status"], found["ips-prompt"]["statusReason"]["coding"][0]["code"]) == (
        "completed",
        "refer",
    )
    assert found["1082611000000105"]["status"] == "in-progress"
    assert found["1082611000000105"]["description"] == "Named worker: Gorse Testworker"
    assert found["review"]["scheduledPeriod"] == {"start": "2025-04-03"}
    assert {"note", "referral"} <= found.keys()


def test_a_prompt_that_nobody_answered_and_a_referral_that_was_declined_are_shown_as_cancelled():
    lapsed = activities(NOTE, later(SECOND_NOTE, "2024-04-30T09:30:00Z"))["ips-prompt"]
    assert (lapsed["status"], lapsed["statusReason"]["coding"][0]["code"]) == ("cancelled", "lapsed")
    assert activities(NOTE)["ips-prompt"]["status"] == "in-progress"
    declined = activities(NOTE, REFER, DECLINED)
    assert declined["1082611000000105"]["status"] == "cancelled"
    assert "review" not in declined


def test_a_decision_record_says_why_by_which_rules_on_which_events_and_under_which_policy():
    telling = tell(POLICY, NOTE)
    record, event = json.loads(telling.outputs[0].data), NOTE(telling)
    caused = {"system": event["source"], "value": event["id"]}
    assert record["requestIdentifier"] == caused
    assert record["moduleUri"] == f"urn:fitpath:policy:{telling.outputs[0].policy}"
    assert record["subject"]["identifier"]["value"] == telling.journey.subject
    decision, *rules = record["reasonCode"]
    assert decision["coding"][0]["code"] == "prompted"
    assert "evidence.narrow-code" in [rule["coding"][0]["code"] for rule in rules]
    assert record["reasonReference"] == [{"identifier": caused}]


@pytest.mark.parametrize(
    ("source", "system"),
    [
        ("urn:nhs:gp-system", "urn:nhs:gp-system"),
        ("uk.nhs.example-service", "https://fitpath.example/fhir/source/uk.nhs.example-service"),
        ("/practice/1", "https://fitpath.example/fhir/source//practice/1"),
        ("urn:uuid:1", "https://fitpath.example/fhir/source/urn:uuid:1"),
    ],
)
def test_an_event_is_named_under_its_source_also_where_that_is_no_absolute_uri(source, system):
    telling = tell(POLICY, lambda _: {**NOTE(_), "source": source})
    named = {"system": system, "value": NOTE(telling)["id"]}
    record, prompt = (json.loads(telling.outputs[n].data) for n in (0, 1))
    assert (record["requestIdentifier"], record["reasonReference"]) == (named, [{"identifier": named}])
    assert named in [item.get("valueIdentifier") for item in prompt["input"]]
