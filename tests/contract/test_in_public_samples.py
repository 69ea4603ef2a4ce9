import json
from datetime import UTC, datetime

import pytest
from public_samples import sample

from schemas.events import facts_of
from schemas.facts import Coding, FitNote, NationalSignal
from schemas.failures import Refused
from schemas.fhir.body import json_of
from schemas.fhir.message import read_message
from schemas.identifiers import ArrivalId, SubjectKey
from services.ingest.examine import examine
from services.ingest.structured import read_structured

NUMBER = "9990000018"
XML, JSON = "application/fhir+xml", "application/fhir+json"
FORM = "uk-core/QuestionnaireResponse-FitnessForWork.xml"
DOCUMENT = "gp-connect/DocumentReference-emed3.stu3.json"


def form_as_json() -> bytes:
    text, problems = json_of(XML, sample(FORM))
    assert problems == []
    return text


def codes(event_type: str, body: bytes, media_type: str = JSON, subject: str | None = None) -> set[str]:
    with pytest.raises(Refused) as refused:
        read_message(event_type, media_type, body, subject)
    return {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize("as_xml", [True, False], ids=["xml", "json"])
def test_the_uk_core_form_is_accepted_when_the_envelope_names_the_person(as_xml):
    body, media_type = (sample(FORM), XML) if as_xml else (form_as_json(), JSON)
    message = read_message("fit-note-issued-1", media_type, body, NUMBER)
    person, note = facts_of("fit-note-issued-1", message.payload)
    assert person.nhs_number == NUMBER == message.number.reveal()
    assert isinstance(note, FitNote)
    assert note.conditions == (Coding("http://snomed.info/sct", "203082005"),)
    assert (note.advice, str(note.assessed), note.start, note.work) == ("may-be-fit", "2023-11-13", None, None)


@pytest.mark.parametrize("as_xml", [True, False], ids=["xml", "json"])
def test_the_uk_core_form_is_refused_when_nothing_names_the_person(as_xml):
    body, media_type = (sample(FORM), XML) if as_xml else (form_as_json(), JSON)
    assert codes("fit-note-issued-1", body, media_type) == {"person-not-known"}
    assert codes("fit-note-issued-1", body, media_type, "Patient/UKCore-Patient-RichardSmith-Example") == {
        "person-not-known"
    }


def test_the_gp_connect_document_is_accepted_when_the_envelope_names_the_person():
    message = read_message("fit-note-issued-1", JSON, sample(DOCUMENT), NUMBER)
    _, note = facts_of("fit-note-issued-1", message.payload)
    assert note == FitNote(
        advice="not-fit",
        names=("https://medicus.health|emed3-fit-note--274af69c-fbb6-11ec-90aa-0a58a9feac02",),
    )


def test_the_gp_connect_document_is_accepted_in_a_bundle_that_names_the_person():
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER}],
    }
    entries = [{"resource": json.loads(sample(DOCUMENT))}, {"resource": patient}]
    body = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    assert read_message("fit-note-issued-1", JSON, body, None).number.reveal() == NUMBER


def test_the_gp_connect_document_is_refused_when_nothing_names_the_person():
    assert codes("fit-note-issued-1", sample(DOCUMENT)) == {"person-not-known"}


@pytest.mark.parametrize("name", ["Task-DPP-request.json", "Task-DPP-accepted.json"])
def test_a_sample_with_a_wrong_check_digit_is_refused_with_that_reason(name):
    found = codes("referral-updated-1", sample(f"fhir-workflow/{name}"))
    assert found == {"nhs-number-not-valid", "focus-not-usable"}


def test_a_discharge_from_another_service_is_refused_as_none_of_a_pain_service():
    encounter = sample("discharge/Encounter-ADT_A03-final.json")
    assert "focus-not-usable" in codes("pain-clinic-discharged-1", encounter, subject=NUMBER)
    letter = sample("discharge/Composition-Discharge.xml")
    assert codes("pain-clinic-discharged-1", letter, XML, NUMBER) == {"focus-not-usable"}


def test_a_letter_of_another_kind_of_message_holds_no_focus():
    assert "focus-missing" in codes(
        "fit-note-issued-1", sample("discharge/Encounter-ADT_A03-final.json"), subject=NUMBER
    )


@pytest.mark.parametrize("name", ["nhs-number-change-2", "pds-death-notification-2"])
def test_a_national_signal_is_accepted_as_a_subscriber_gets_it(name):
    message = read_message(name, JSON, sample(f"mns/{name}.json"), None)
    person, signal = facts_of(name, message.payload)
    assert person.nhs_number == "9912003888"
    assert isinstance(signal, NationalSignal)
    assert signal.about == f"https://api.service.nhs.uk/personal-demographics/FHIR/R4/Patient/{person.nhs_number}"


@pytest.mark.parametrize("name", ["pds-death-notification-2", "pds-change-of-gp-2"])
def test_a_national_signal_is_accepted_as_its_publisher_sends_it(name):
    offer = read_structured(sample(f"mns/cloudevent-{name}.json"), ArrivalId("test"))
    examined = examine(offer, datetime(2020, 6, 2, tzinfo=UTC), SubjectKey(bytes(32)))
    person, signal = facts_of(name, examined.payload)
    assert person.nhs_number == "9912003888"
    assert isinstance(signal, NationalSignal)
    assert signal.about == json.loads(sample(f"mns/cloudevent-{name}.json"))["dataref"]


def test_a_national_signal_without_a_body_is_refused_where_nobody_is_named():
    told = {**json.loads(sample("mns/cloudevent-base.json")), "subject": "somebody"}
    offer = read_structured(json.dumps(told).encode(), ArrivalId("test"))
    with pytest.raises(Refused) as refused:
        examine(offer, datetime(2020, 6, 2, tzinfo=UTC), SubjectKey(bytes(32)))
    assert {problem.code for problem in refused.value.problems} >= {"body-not-readable"}
