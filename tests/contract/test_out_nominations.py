"""What is told after a clinician put somebody forward unasked, and of the steps of support that follow."""

import json

from outbound_histories import POLICY
from outbound_stories import ACCEPTED, JOB_STARTED, NOTE, PUT_FORWARD, REFER, Telling, later, sent, tell

from schemas.topics import CARE_PACKAGES, PATIENT_INFORMATION, PROMPTS, REFERRALS, feedback

OWN = "https://fitpath.example/fhir"
INVITED = sent("clinician-nominated-1/after-a-visit")
NOMINATION = PUT_FORWARD(Telling(POLICY))


def told(topic: str, telling: Telling) -> dict:
    """The last payload on a topic."""
    return json.loads([output for output in telling.outputs if output.topic == topic][-1].data)


def named(reference: dict) -> tuple[str, str]:
    return (reference["identifier"]["system"], reference["identifier"]["value"])


def activities(telling: Telling) -> dict[str, dict]:
    found = [activity["detail"] for activity in told(CARE_PACKAGES, telling)["activity"]]
    return {detail["code"]["coding"][0]["code"]: detail for detail in found}


def test_nobody_is_prompted_and_the_referral_goes_out_in_the_name_of_who_put_the_person_forward():
    telling = tell(POLICY, PUT_FORWARD)
    assert PROMPTS not in {output.topic for output in telling.outputs}
    requests = [entry["resource"] for entry in told(REFERRALS, telling)["entry"]]
    (task,) = [resource for resource in requests if resource["resourceType"] == "Task"]
    senders = [resource for resource in requests if resource["resourceType"] == "Organization"]
    assert task["requester"]["reference"]
    assert {resource["identifier"][0]["value"] for resource in senders} == {"Y99001", "Z9Z99"}


def test_feedback_names_the_event_by_which_the_person_was_put_forward_and_no_task_that_was_never_sent():
    telling = tell(POLICY, PUT_FORWARD, ACCEPTED)
    given = told(feedback("gp-practice"), telling)
    assert [named(about) for about in given["about"]] == [
        (NOMINATION["source"], NOMINATION["id"]),
        (f"{OWN}/Id/task", telling.journey.referrals[0].id),
    ]
    assert named(given["recipient"][0])[1] == "Y99001"


def test_an_invitation_names_the_prompt_for_the_answer_and_the_event_that_it_came_of():
    telling = tell(POLICY, INVITED)
    page = told(PATIENT_INFORMATION, telling)
    event = INVITED(telling)
    assert [named(about) for about in page["about"]] == [
        (f"{OWN}/Id/task", telling.journey.prompts[0].id),
        (event["source"], event["id"]),
    ]
    assert named(page["sender"])[1] == "Y99001"


def test_the_care_package_shows_that_a_clinician_put_the_person_forward():
    shown = activities(tell(POLICY, INVITED))
    assert "ips-prompt" not in shown
    nominated = shown["ips-nomination"]
    assert (nominated["status"], nominated["statusReason"]["coding"][0]["code"]) == ("completed", "invite")


def test_a_step_of_support_is_told_by_its_code_and_day_and_in_words():
    given = told(feedback("gp-practice"), tell(POLICY, NOTE, REFER, JOB_STARTED))
    assert given["category"][0]["coding"][0]["code"] == "progress"
    assert given["extension"] == [
        {
            "url": f"{OWN}/StructureDefinition/employment-progress",
            "extension": [{"url": "kind", "valueCode": "job-started"}, {"url": "on", "valueDate": "2024-06-03"}],
        }
    ]
    assert given["payload"][0]["contentString"] == (
        "Support to find or keep work, 2024-06-03: a job started. The named worker is Gorse Testworker."
    )


def test_the_care_package_shows_each_step_on_its_day_and_one_that_is_yet_to_come_as_such():
    step = activities(tell(POLICY, NOTE, REFER, JOB_STARTED))["job-started"]
    assert (step["status"], step["scheduledPeriod"]) == ("completed", {"start": "2024-06-03", "end": "2024-06-03"})
    early = later(JOB_STARTED, "2024-05-31T09:00:00Z")
    assert activities(tell(POLICY, NOTE, REFER, early))["job-started"]["status"] == "scheduled"


def test_a_step_of_support_leads_to_nothing_for_the_provider_the_job_centre_or_an_employer():
    latest = {output.topic for output in tell(POLICY, NOTE, REFER, JOB_STARTED).latest}
    assert latest == {"fitpath.decisions", feedback("gp-practice"), CARE_PACKAGES}
