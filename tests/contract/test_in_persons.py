import json

import pytest
from inbound_examples import example

from schemas.codes import NHS_NUMBER, NHS_NUMBER_SYSTEMS
from schemas.events import facts_of
from schemas.failures import Refused
from schemas.fhir.message import read_message

ONE, OTHER, WRONG = "9990000018", "9990000026", "9990000019"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


def flag(**subject):
    data = example("job-centre-flagged-1/out-of-work-and-agreed.valid.json").event["data"]
    return {**data, "subject": subject}


def bundle(*resources):
    entries = [{"fullUrl": f"urn:uuid:{index}", "resource": resource} for index, resource in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def patient(number=ONE, system=NHS_NUMBER, **more):
    return {"resourceType": "Patient", "identifier": [{"system": system, "value": number}], **more}


def number(value=ONE, system=NHS_NUMBER, **more):
    return {"identifier": {"system": system, "value": value, **more}}


def read(data, subject=None):
    body = json.dumps(data).encode()
    message = read_message("job-centre-flagged-1", "application/fhir+json", body, subject)
    return facts_of("job-centre-flagged-1", message.payload)[0]


def codes(data, subject=None):
    with pytest.raises(Refused) as refused:
        read(data, subject)
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize("system", sorted(NHS_NUMBER_SYSTEMS))
def test_every_system_of_the_nhs_number_that_arrives_names_the_person(system):
    assert read(flag(**number(system=system))).nhs_number == ONE
    assert read(bundle(flag(display="x"), patient(system=system))).nhs_number == ONE
    assert read(flag(display="x"), f"{system}|{ONE}").nhs_number == ONE


def test_blanks_and_hyphens_in_a_number_are_read():
    assert read(flag(**number("999 000-0018"))).nhs_number == ONE
    assert read(flag(display="x"), "999 000 0018").nhs_number == ONE


@pytest.mark.parametrize(
    "data",
    [
        flag(reference="Patient/9990000018"),
        flag(display="Aster Testback"),
        flag(identifier={"value": ONE}),
        flag(**number("QQ123456C", "https://job-centre.example/Id/national-insurance-number")),
        bundle(flag(reference="urn:uuid:1"), patient(system="https://gp.example/Id/local")),
        bundle(
            flag(reference="urn:uuid:1"),
            {"resourceType": "Patient", "name": [{"text": "x"}], "birthDate": "1980-01-01"},
        ),
        flag(**number(use="old")),
    ],
)
@pytest.mark.parametrize(
    "subject", [None, "", "Patient/9990000018", "QQ123456C", f"https://gp.example/Id/local|{ONE}", "123"]
)
def test_only_an_nhs_number_in_force_names_anybody(data, subject):
    assert codes(data, subject) == ["person-not-known"]


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (flag(**number(WRONG)), None),
        (flag(**number("12345")), None),
        (bundle(flag(display="x"), patient(WRONG)), None),
        (flag(display="x"), WRONG),
        (flag(**number(WRONG)), ONE),
    ],
)
def test_a_number_that_is_not_valid_is_refused_with_that_reason_only(data, subject):
    assert codes(data, subject) == ["nhs-number-not-valid"]


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (flag(**number()), OTHER),
        (bundle(flag(**number()), patient(OTHER)), None),
        (bundle(flag(display="x"), patient(), patient(OTHER)), None),
        (bundle(flag(display="x"), patient()), OTHER),
        ({**flag(**number()), "contained": [patient(OTHER)]}, None),
    ],
)
def test_two_numbers_that_disagree_are_refused(data, subject):
    assert codes(data, subject) == ["persons-disagree"]


@pytest.mark.parametrize(
    ("url", "code", "stands"),
    [
        ("https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus", "01", "verified"),
        (
            "https://fhir.nhs.uk/R4/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
            "number-present-and-verified",
            "verified",
        ),
        (
            "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
            "02",
            "not-verified",
        ),
        ("https://gp.example/another-extension", "01", "not-stated"),
    ],
)
def test_the_verification_status_is_taken_as_stated(url, code, stands):
    who = patient()
    who["identifier"][0]["extension"] = [{"url": url, "valueCodeableConcept": {"coding": [{"code": code}]}}]
    assert read(bundle(flag(display="x"), who)).verification == stands


def test_a_number_stated_as_not_verified_anywhere_is_not_verified():
    who = patient()
    url = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
    who["identifier"][0]["extension"] = [{"url": url, "valueCodeableConcept": {"coding": [{"code": "03"}]}}]
    assert read(bundle(flag(**number()), who)).verification == "not-verified"


def test_what_the_patient_says_of_themselves_is_read():
    who = patient(
        name=[{"use": "nickname", "given": ["A"]}, {"use": "official", "family": "Testback", "given": ["Aster"]}],
        birthDate="1979-05-17",
        telecom=[{"system": "phone", "value": "07700 900018"}],
        communication=[
            {"language": {"coding": [{"code": "en"}]}},
            {"language": {"coding": [{"code": "cy"}]}, "preferred": True},
        ],
    )
    person = read(bundle(flag(display="x"), who))
    assert (person.family, person.given, str(person.birth_date)) == ("Testback", ("Aster",), "1979-05-17")
    assert (person.language, person.telecom[0].value) == ("cy", "07700 900018")


@pytest.mark.parametrize(("code", "tag"), [("en-GB", "en-GB"), ("q4", "bfi"), ("q5", None), ("British English", None)])
def test_a_language_is_known_by_its_tag_and_what_is_none_is_not_known(code, tag):
    who = patient(communication=[{"language": {"coding": [{"code": code}]}}])
    assert read(bundle(flag(display="x"), who)).language == tag


def test_a_patient_without_a_number_tells_of_the_person_only_where_the_focus_points_at_them():
    who = {"resourceType": "Patient", "birthDate": "1979-05-17"}
    assert str(read(bundle(flag(reference="urn:uuid:1"), who), ONE).birth_date) == "1979-05-17"
    assert read(bundle(flag(display="x"), who), ONE).birth_date is None


def test_a_birth_date_that_is_only_partly_said_is_not_known():
    assert read(bundle(flag(display="x"), patient(birthDate="1979-05"))).birth_date is None
