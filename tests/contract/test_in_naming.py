import json

import pytest

from schemas.fhir.naming import name_person, names_somebody
from schemas.fhir.payload import open_payload
from schemas.fhir.person import person_of
from schemas.identifiers import NhsNumber

NUMBER = NhsNumber.parse("9990000018")
FLAG = b'{ "resourceType":"Flag" , "valueOfOurOwn": 1.500, "text":"\\u00e9 ] }" }'


def entries(body: bytes) -> list[dict]:
    return json.loads(body)["entry"]


@pytest.mark.parametrize(
    ("body", "before"),
    [
        (FLAG, 1),
        (b'\n{"resourceType":"Bundle","type":"collection","entry":[ {"resource":%b} ],"total":1.0}\n' % FLAG, 1),
        (b'{"entry":[{"resource":%b},{"resource":%b}],"type":"message","resourceType":"Bundle"}' % (FLAG, FLAG), 2),
        (b'{"resourceType":"Bundle","type":"collection"}', 0),
        (b'{"resourceType":"Bundle","type":"collection","entry":[]}', 0),
        (b'{"resourceType":"\\u0042undle","type":"collection","entry":[]}', 0),
    ],
)
def test_the_person_is_added_last_and_every_byte_of_the_resources_stays(body, before):
    assert not names_somebody(open_payload(body))
    named = name_person(body, NUMBER)
    assert len(entries(named)) == before + 1
    assert entries(named)[-1]["resource"]["resourceType"] == "Patient"
    assert named.count(FLAG) == before
    assert person_of(open_payload(named), None).nhs_number == NUMBER.reveal()


def test_naming_is_deterministic():
    assert name_person(FLAG, NUMBER) == name_person(FLAG, NUMBER)
