"""The public fit-note samples at the HTTP door: taken when the envelope names the person, refused when nothing does."""

import json

import pytest
from door_parts import JSON, STRUCTURED, XML, attributes, issues, records, refusals, sample

from schemas.events import facts_of
from schemas.fhir.body import json_of
from schemas.identifiers import NhsNumber
from schemas.topics import EVENTS

NUMBER = "9990000018"
FORM = "uk-core/QuestionnaireResponse-FitnessForWork.xml"
DOCUMENT = "gp-connect/DocumentReference-emed3.stu3.json"
ENVELOPE = {
    "specversion": "1.0",
    "id": "note-1",
    "source": "https://gp-practice.example/fit-notes",
    "type": "fit-note-issued-1",
    "time": "2024-03-04T09:30:00Z",
}


def bodies() -> dict[str, tuple[str, bytes]]:
    """Each sample as it is published, and the form in its JSON form too."""
    form = sample(FORM)
    return {
        "the UK Core form in XML": (XML, form),
        "the UK Core form in JSON": (JSON, json_of(XML, form)[0]),
        "the GP Connect document": (JSON, sample(DOCUMENT)),
    }


async def send(door, media_type: str, body: bytes, **changes: str):
    attributes = {**ENVELOPE, **changes}
    headers = {"content-type": media_type, **{f"ce-{name}": value for name, value in attributes.items()}}
    return await door.client.post("/events", headers=headers, content=body)


async def send_structured(door, media_type: str, body: bytes, **changes: str):
    data = body.decode() if media_type == XML else json.loads(body)
    whole = {**ENVELOPE, **changes, "datacontenttype": media_type, "data": data}
    return await door.client.post("/events", headers={"content-type": STRUCTURED}, content=json.dumps(whole).encode())


@pytest.mark.parametrize("mode", [send, send_structured])
async def test_a_sample_is_accepted_when_the_envelope_names_the_person(door, key, mode):
    for which, (media_type, body) in bodies().items():
        answer = await mode(door, media_type, body, id=which, subject=NUMBER)
        assert answer.status_code == 202, (which, answer.text)
    kept = {attributes(record)["id"]: record for record in await records(door.broker, EVENTS)}
    assert set(kept) == set(bodies())
    for record in kept.values():
        person, _ = facts_of("fit-note-issued-1", record.value)
        assert person.nhs_number == NUMBER
        assert attributes(record)["subject"] == key.reference(NhsNumber.parse(NUMBER))


@pytest.mark.parametrize("mode", [send, send_structured])
async def test_a_sample_is_refused_when_nothing_names_the_person_and_taken_when_it_is_named(door, mode):
    for which, (media_type, body) in bodies().items():
        answer = await mode(door, media_type, body, id=which)
        assert (answer.status_code, issues(answer)) == (422, {("person-not-known", None)}), which
        local = await mode(door, media_type, body, id=which, subject="Patient/UKCore-Patient-RichardSmith-Example")
        assert (local.status_code, issues(local)) == (422, {("person-not-known", None)}), which
        assert (await mode(door, media_type, body, id=which, subject=NUMBER)).status_code == 202
    assert {told.codes for told in await refusals(door.broker)} == {("person-not-known",)}


async def test_the_form_in_xml_and_in_json_is_the_same_note_and_the_same_event(door):
    media = bodies()
    assert (await send(door, *media["the UK Core form in XML"], subject=NUMBER)).status_code == 202
    assert (await send(door, *media["the UK Core form in JSON"], subject=NUMBER)).status_code == 200
    assert len(await records(door.broker, EVENTS)) == 1


async def test_a_sample_with_a_wrong_check_digit_is_refused_without_repeating_it(door):
    answer = await send(door, JSON, sample("fhir-workflow/Task-DPP-request.json"), type="referral-updated-1")
    assert answer.status_code == 422
    assert "nhs-number-not-valid" in {code for code, _ in issues(answer)}
