import json

import pytest
from fhir.resources import R4B
from lxml import etree
from public_samples import sample

from schemas.failures import Refused
from schemas.fhir.body import json_of
from schemas.fhir.message import read_message
from schemas.fhir.xml_text import json_of_xml

FLAG = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- before --><Flag xmlns="http://hl7.org/fhir"><!-- a comment before the id --><id value="flag-1"/>
<extension url="https://fitpath.example/fhir/StructureDefinition/known-and-agreed">
<valueBoolean value="true"/></extension>
<status value="active"/>
<code><coding><system value="https://fitpath.example/fhir/CodeSystem/job-centre-flag"/>
<code value="out-of-work"/></coding></code>
<subject><identifier><system value="https://fhir.nhs.uk/Id/nhs-number"/>
<value value="9990000018"/></identifier></subject>
<period><start value="2024-01"><extension url="urn:x"><valueDecimal value="1.500"/></extension></start></period>
<author><display value="Synthetic Town Job Centre"/></author></Flag>"""


@pytest.mark.parametrize(
    "name",
    [
        "uk-core/QuestionnaireResponse-FitnessForWork.xml",
        "uk-core/Questionnaire-FitnessForWork.xml",
        "uk-core/CarePlan-WellnessPlan.xml",
        "discharge/Composition-Discharge.xml",
    ],
)
def test_our_reading_of_xml_is_fhir_resources_own(name):
    body = sample(name)
    text, problems = json_of_xml(body)
    assert problems == []
    model = R4B.get_fhir_model_class(json.loads(text)["resourceType"])
    bare = etree.tostring(etree.fromstring(body, etree.XMLParser(remove_comments=True)))
    assert without_div(model.model_validate_json(text)) == without_div(model.model_validate_xml(bare))


def without_div(resource):
    """Their reader puts the blanks after a narrative into it."""

    def strip(node):
        if isinstance(node, dict):
            return {name: strip(inner) for name, inner in node.items() if name != "div"}
        return [strip(inner) for inner in node] if isinstance(node, list) else node

    return strip(json.loads(resource.model_dump_json()))


def test_a_message_in_xml_is_read_with_its_decimals_as_written():
    message = read_message("job-centre-flagged-1", "application/fhir+xml; charset=utf-8", FLAG, None)
    assert b'"valueDecimal":1.500' in message.payload
    assert json.loads(message.payload)["extension"][0]["valueBoolean"] is True
    assert json.loads(message.payload)["period"]["_start"]["extension"][0]["url"] == "urn:x"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Flag",
        b"<Flag/>",
        b'<Flag xmlns="urn:x"/>',
        FLAG.replace(b"Synthetic", b"\xff"),
        FLAG.replace(b"<!-- before -->", b'<!DOCTYPE Flag [<!ENTITY x "y">]>'),
        FLAG.replace(b"<!-- before -->", b'<!DOCTYPE Flag SYSTEM "file:///nowhere">'),
        FLAG.replace(b"Synthetic", b"&x;"),
        b'<Flag xmlns="http://hl7.org/fhir">' + b"<code>" * 400 + b"</code>" * 400 + b"</Flag>",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_xml_that_is_not_plain_fhir_is_not_readable(body):
    with pytest.raises(Refused) as refused:
        json_of("application/fhir+xml", body)
    assert [problem.code for problem in refused.value.problems] == ["body-not-readable"]


@pytest.mark.parametrize(
    ("old", "new", "expression"),
    [
        (b'<status value="active"/>', b'<status value="active"/><status value="inactive"/>', "Flag.status"),
        (b'<status value="active"/>', b'<status value="active"/><mood value="fine"/>', "Flag"),
        (b'<status value="active"/>', b'<status valu="active"/>', "Flag.status"),
        (b'<status value="active"/>', b'<status value="active"/>words', "Flag"),
        (b"<id value", b"<id mood='x' value", "Flag.id"),
        (b'<valueBoolean value="true"/>', b'<valueBoolean value="yes"/>', "Flag.extension[0].valueBoolean"),
    ],
)
def test_what_has_no_place_in_fhir_is_named_and_not_dropped(old, new, expression):
    with pytest.raises(Refused) as refused:
        read_message("job-centre-flagged-1", "application/fhir+xml", FLAG.replace(old, new), None)
    assert ("not-valid", expression) in {(problem.code, problem.expression) for problem in refused.value.problems}
