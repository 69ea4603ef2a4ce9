"""CloudEvents over HTTP: how envelopes are read, and what of them goes on."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from door_parts import (
    FLAG,
    JSON,
    NOTE,
    STRUCTURED,
    XML,
    attributes,
    binary,
    body_of,
    event,
    issues,
    records,
    structured,
)

from schemas.topics import EVENTS

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ODD = 'été 50% "quoted" ~'


async def kept(door) -> dict[str, str]:
    """The attributes of the last event on the topic."""
    return attributes((await records(door.broker, EVENTS))[-1])


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
async def test_an_event_that_the_cloudevents_sdk_writes_is_read_as_it_was_meant(door, write):
    sent = event(correlationid=ODD)
    stated = {name: value for name, value in sent.items() if name != "data"}
    stated["time"] = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
    message = write(CloudEvent(attributes=stated, data=sent["data"]))
    answer = await door.client.post("/events", headers=message.headers, content=message.body)
    assert answer.status_code == 202
    read = await kept(door)
    assert (read["id"], read["source"], read["correlationid"]) == (sent["id"], sent["source"], ODD)
    assert read["time"] == "2024-03-04T09:30:00.000000Z"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"ward%20round", "ward round"),
        (b"%C3%A9t%C3%A9", "été"),
        (b'"ward \\"7\\" round"', 'ward "7" round'),
        (b'"%31"', "1"),
        (b"%31", "1"),
    ],
)
async def test_a_header_is_unquoted_and_percent_decoded_once(door, header, value):
    headers, body = binary(event())
    answer = await door.client.post("/events", headers={**headers, "ce-correlationid": header}, content=body)
    assert (answer.status_code, (await kept(door))["correlationid"]) == (202, value)


async def test_a_header_that_cannot_be_decoded_is_400_and_named_and_never_half_read(door):
    headers, body = binary(event())
    for broken in (
        b"%FF",
        b"%C0%A0",
        b"%",
        b"%4",
        b"%zz",
        b"100%",
        b"\xc3\xa9",
        b"%ED%A0%80",
        b"a%00",
        b"a%0A",
        b"%EF%BF%BF",
    ):
        for name in ("id", "correlationid"):
            stated = {**headers, f"ce-{name}": broken}
            answer = await door.client.post("/events", headers=stated, content=body)
            assert (answer.status_code, issues(answer)) == (400, {("envelope-not-valid", name)}), broken
    assert await records(door.broker, EVENTS) == []
    assert (await door.client.post("/events", headers=headers, content=body)).status_code == 202


async def test_a_header_that_stands_twice_is_400_and_the_rest_is_still_judged(door):
    headers, body = binary(event(time="yesterday"))
    twice = [*headers.items(), ("ce-id", "another"), ("CE-Source", "urn:another")]
    answer = await door.client.post("/events", headers=twice, content=body)
    assert issues(answer) == {("envelope-not-valid", name) for name in ("id", "source", "time")}


async def test_unknown_attributes_are_not_copied_and_those_of_the_trace_are(door):
    sent = event(
        partitionkey="9990000093",
        dataref="https://x.example/9990000093",
        sequence="7",
        recordedtime="2020-01-01T00:00:00Z",
    )
    own = {"arrival": "mine", "causationid": "mine", "policy": "mine", "traceparent": TRACE}
    for mode in (binary, structured):
        assert (await door.post({**sent, **own, "id": mode.__name__}, mode)).status_code == 202
        read = await kept(door)
        assert read["traceparent"] == TRACE
        assert "mine" not in read.values()
        assert not any("999000" in value for value in read.values())
        assert read["recordedtime"] > "2024-03-04"
        assert set(read) == {
            "specversion", "id", "source", "type", "time", "subject", "recordedtime", "arrival", "traceparent"
        }  # fmt: skip


async def test_the_traceparent_of_the_request_is_taken_where_the_event_has_none(door):
    assert (await door.post(event(), traceparent=TRACE)).status_code == 202
    assert (await kept(door))["traceparent"] == TRACE


async def test_an_incoming_subject_is_read_once_and_stands_nowhere_afterwards(door):
    named = event("fit-note-issued-1/stu3-document-named-by-envelope.valid.json")
    for mode in (binary, structured):
        answer = await door.post({**named, "id": mode.__name__, "subject": "999 000 0050"}, mode)
        assert answer.status_code == 202
    for record in await records(door.broker, EVENTS):
        head = [record.key, *(value for _, value in record.headers), *(name.encode() for name, _ in record.headers)]
        assert not any(b"9990000050" in part.replace(b" ", b"") for part in head)
        assert json.loads(record.value)["entry"][-1]["resource"]["identifier"][0]["value"] == "9990000050"


async def test_the_senders_own_bytes_go_on_decimals_and_all(door):
    sent = event(NOTE)
    body = body_of(sent).replace(b'"status": "completed"', b'"status":  "completed"')
    headers, _ = binary(sent)
    assert (await door.client.post("/events", headers=headers, content=body)).status_code == 202
    envelope = json.dumps({name: value for name, value in sent.items() if name != "data"} | {"id": "structured"})
    whole = envelope[:-1].encode() + b', "data":' + body + b"}"
    assert (await door.client.post("/events", headers={"content-type": STRUCTURED}, content=whole)).status_code == 202
    assert [record.value for record in await records(door.broker, EVENTS)] == [body, body]


async def test_data_may_stand_as_text_or_as_base64(door):
    sent = event()
    xml = b'<Flag xmlns="http://hl7.org/fhir"><status value="active"/></Flag>'
    in_base64 = {**sent, "data_base64": base64.b64encode(body_of(sent)).decode()}
    del in_base64["data"]
    assert (await door.post(in_base64, structured)).status_code == 202
    answer = await door.post(event(datacontenttype=XML, data=xml.decode()), structured)
    assert (answer.status_code, {code for code, _ in issues(answer)}) == (
        422,
        {"not-valid", "person-not-known", "focus-not-usable"},
    )


@pytest.mark.parametrize("media_type", [STRUCTURED, f"{STRUCTURED}; charset=UTF-8", "Application/CloudEvents+JSON"])
async def test_a_media_type_is_read_without_its_case_and_with_its_charset(door, media_type):
    _, body = structured(event())
    assert (await door.client.post("/events", headers={"content-type": media_type}, content=body)).status_code == 202


async def test_a_structured_event_that_two_readers_could_read_differently_is_not_read(door):
    whole = json.dumps(event())
    broken = {
        "a name twice": whole[:-1] + ', "id": "another"}',
        "data twice": whole[:-1] + ', "data": {}}',
        "a surrogate by itself": whole[:-1] + ', "correlationid": "\\ud800"}',
        "no object": f"[{whole}]",
        "no JSON": whole[:-1],
        "nothing": "",
        "NaN": whole[:-1] + ', "correlationid": NaN}',
    }
    for why, text in broken.items():
        answer = await door.client.post("/events", headers={"content-type": STRUCTURED}, content=text.encode())
        assert (answer.status_code, {code for code, _ in issues(answer)}) == (400, {"body-not-readable"}), why
    answer = await door.post(event(data_base64="e30="), structured)
    assert issues(answer) == {("body-not-readable", "data")}
    assert (await door.client.post("/events", headers={"content-type": STRUCTURED}, content=whole)).status_code == 202


async def test_an_attribute_that_is_no_text_is_400_by_its_name_and_an_unknown_one_is_not_repeated(door):
    for changes, named in (
        ({"id": {}}, "id"),
        ({"source": []}, "source"),
        ({"datacontenttype": []}, "datacontenttype"),
        ({"9990000093": {}}, "attribute"),
        ({"correlationid": 1.5}, "correlationid"),
    ):
        answer = await door.post(event(**changes), structured)
        assert (answer.status_code, issues(answer)) == (400, {("envelope-not-valid", named)})
    assert (await door.post(event(id=7, backfill=True, correlationid=None), structured)).status_code == 202
    read = await kept(door)
    assert (read["id"], read["backfill"], "correlationid" in read) == ("7", "true", False)


async def test_without_a_content_type_a_body_is_fhir_json(door):
    headers, body = binary(event(FLAG))
    assert headers.pop("content-type") == JSON
    assert (await door.client.post("/events", headers=headers, content=body)).status_code == 202
