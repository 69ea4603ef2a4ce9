"""`POST /fhir/$process-message`: messages without an envelope, answered as BaRS answers."""

import asyncio

import pytest
from door_parts import (
    JSON,
    NOTE,
    XML,
    another_body,
    attributes,
    codes,
    event,
    issues,
    message_of,
    open_door,
    records,
    refusals,
    sample,
)
from fhir.resources.R4B.bundle import Bundle

from schemas.topics import EVENTS, REFUSALS
from services.ingest.callers import Callers, hash_of


async def test_a_message_is_answered_200_with_a_response_that_names_it(door):
    sent = event(NOTE)
    answer = await door.process(message_of(sent))
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    bundle = Bundle.model_validate_json(answer.content)
    assert bundle.type == "message"
    header = answer.json()["entry"][0]["resource"]
    assert header["response"] == {"identifier": sent["id"], "code": "ok"}
    assert header["destination"] == [{"endpoint": sent["source"]}]
    (record,) = await records(door.broker, EVENTS)
    kept = attributes(record)
    assert (kept["id"], kept["source"], kept["type"]) == (sent["id"], sent["source"], sent["type"])
    assert kept["time"] == "2024-03-04T09:30:00.000000Z"
    assert answer.headers["location"] == f"/events/{kept['arrival']}"


async def test_the_same_message_again_and_another_under_its_id_are_conflicts(door):
    sent = event(NOTE)
    first = await door.process(message_of(sent))
    again = await door.process(message_of(sent))
    assert (again.status_code, issues(again)) == (409, {("duplicate", "id")})
    assert bars(again) == ["REC_CONFLICT"]
    assert again.headers["location"] == first.headers["location"]
    other = await door.process(message_of(sent, language="en-GB"))
    assert (other.status_code, codes(other), bars(other)) == (409, {"id-reused"}, ["REC_CONFLICT"])
    assert sorted(told.outcome for told in await refusals(door.broker)) == ["duplicate", "rejected"]
    assert (await door.process(message_of(event(NOTE)))).status_code == 200


async def test_of_two_requests_with_one_message_at_the_same_time_one_is_200_and_one_409(door):
    sent = message_of(event(NOTE))
    answers = await asyncio.gather(door.process(sent), door.process(sent))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await records(door.broker, EVENTS)) == 1


async def test_an_event_and_a_message_under_one_id_are_one_event_id(door):
    sent = event(NOTE)
    assert (await door.process(message_of(sent))).status_code == 200
    assert (await door.post(another_body(sent))).status_code == 409


async def test_a_message_without_ids_is_rec_bad_request_with_all_that_is_missing(door):
    answer = await door.process({"resourceType": "Bundle", "type": "message", "entry": []})
    assert answer.status_code == 400
    assert {expression for code, expression in issues(answer) if code == "envelope-incomplete"} == {
        "Bundle.id",
        "Bundle.timestamp",
        "MessageHeader.source.endpoint",
        "MessageHeader.event",
    }
    assert "REC_BAD_REQUEST" in bars(answer)
    assert [told.outcome for told in await refusals(door.broker)] == ["rejected"]


async def test_what_cannot_be_read_or_is_no_message_is_refused_and_counted(door):
    answers = {}
    bodies = {
        "empty": b"",
        "no JSON": b"{",
        "a surrogate by itself": b'{"resourceType":"Bundle","type":"message","id":"\\ud800"}',
        "another resource": b'{"resourceType":"Flag"}',
    }
    for why, body in bodies.items():
        sent = await door.client.post("/fhir/$process-message", headers={"content-type": JSON}, content=body)
        answers[why] = (sent.status_code, "body-not-readable" in codes(sent))
    assert answers == {
        "empty": (400, True),
        "no JSON": (400, True),
        "a surrogate by itself": (400, True),
        "another resource": (400, False),
    }
    assert len(await refusals(door.broker)) == len(bodies)
    other = await door.client.post("/fhir/$process-message", headers={"content-type": "text/plain"}, content=b"x")
    assert (other.status_code, codes(other)) == (415, {"content-type-not-supported"})


async def test_a_message_of_another_code_system_is_not_known_and_says_so(door):
    body = sample("bars/process_message-POST-body.json")
    answer = await door.client.post("/fhir/$process-message", headers={"content-type": JSON}, content=body)
    assert "type-not-known" in codes(answer)


async def test_a_message_in_xml_is_taken_too(door):
    body = b"""<Bundle xmlns="http://hl7.org/fhir"><id value="message-1"/><type value="message"/>
      <timestamp value="2024-03-04T09:30:00Z"/><entry><resource><MessageHeader>
      <eventUri value="https://gp-practice.example/events/job-centre-flagged-1"/>
      <source><endpoint value="https://job-centre.example/flags"/></source></MessageHeader></resource></entry>
      <entry><resource><Flag><extension url="https://fitpath.example/fhir/StructureDefinition/known-and-agreed">
      <valueBoolean value="true"/></extension><status value="active"/><code><coding>
      <system value="https://fitpath.example/fhir/CodeSystem/job-centre-flag"/><code value="out-of-work"/>
      </coding></code><subject><identifier><system value="https://fhir.nhs.uk/Id/nhs-number"/>
      <value value="9990000018"/></identifier></subject><period><start value="2024-01-08"/></period>
      <author><display value="Synthetic Town Job Centre"/></author></Flag></resource></entry></Bundle>"""
    answer = await door.client.post("/fhir/$process-message", headers={"content-type": XML}, content=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["entry"][0]["resource"]["response"]["identifier"] == "message-1"


async def test_the_correlation_of_the_request_goes_on_and_its_request_id_does_not(door):
    answer = await door.process(message_of(event(NOTE)), **{"X-Correlation-ID": "c-1", "X-Request-ID": "r-1"})
    assert answer.status_code == 200
    (record,) = await records(door.broker, EVENTS)
    assert attributes(record)["correlationid"] == "c-1"
    assert "r-1" not in attributes(record).values()


@pytest.mark.parametrize(("header", "place"), [("X-Correlation-ID", "correlationid"), ("X-Request-ID", "requestid")])
async def test_a_number_in_a_request_or_correlation_id_is_refused_and_stands_nowhere(door, header, place):
    sent = message_of(event(NOTE))
    answer = await door.process(sent, **{header: "round-999-000-0018"})
    assert (answer.status_code, issues(answer)) == (422, {("identifier-in-id", place)})
    for record in await records(door.broker, REFUSALS):
        assert b"999-000" not in b"".join(value for _, value in record.headers)
    assert (await door.process(sent, **{header: "round-7"})).status_code == 200


async def test_a_message_of_another_source_is_403_and_counts_nowhere(broker, key):
    sent = event(NOTE)
    callers = Callers({hash_of("a token"): sent["source"]})
    async with open_door(broker, key, callers=callers) as door:
        other = message_of({**sent, "source": "https://somebody-else.example"})
        answer = await door.process(other, authorization="Bearer a token")
        assert (answer.status_code, codes(answer)) == (403, {"source-not-yours"})
        assert await refusals(broker) == []
        assert (await door.process(message_of(sent), authorization="Bearer a token")).status_code == 200


def bars(answer) -> list[str]:
    """The codes in BaRS' own system."""
    codings = [coding for issue in answer.json()["issue"] for coding in issue["details"]["coding"]]
    return sorted({coding["code"] for coding in codings if coding["system"].endswith("http-error-codes")})
