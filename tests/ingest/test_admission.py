"""What a registered source may send at the HTTP door; what it may not counts nowhere."""

import json

import pytest
from door_parts import (
    FLAG,
    NOTE,
    STRUCTURED,
    binary,
    body_of,
    codes,
    event,
    issues,
    message_of,
    open_door,
    records,
    refusals,
    structured,
)
from registry_parts import GP, JOB_CENTRE, admission_of, callers_of, source

from schemas.topics import EVENTS, REFUSALS

AS_GP, AS_JOB_CENTRE = ({"authorization": f"Bearer {token}"} for token in ("gp", "jc"))
CALLERS = callers_of(gp=GP, jc=JOB_CENTRE)
REGISTERED = {GP: source(types=("fit-note-issued-1",)), JOB_CENTRE: source(types=("job-centre-flagged-1",))}


async def nothing_was_counted(broker: str) -> bool:
    return [await records(broker, topic) for topic in (EVENTS, REFUSALS)] == [[], []]


@pytest.mark.parametrize("mode", [binary, structured])
async def test_a_type_that_is_not_the_sources_is_403_and_its_own_is_taken(broker, key, mode):
    async with open_door(broker, key, callers=CALLERS, admission=admission_of(REGISTERED)) as door:
        answer = await door.post(event(NOTE, source=JOB_CENTRE), mode, **AS_JOB_CENTRE)
        assert (answer.status_code, issues(answer)) == (403, {("type-not-yours", "type")})
        assert await nothing_was_counted(broker)
        assert (await door.post(event(FLAG, source=JOB_CENTRE), mode, **AS_JOB_CENTRE)).status_code == 202
        assert (await door.post(event(NOTE, source=GP), mode, **AS_GP)).status_code == 202


async def test_a_message_without_an_envelope_is_held_to_the_same(broker, key):
    async with open_door(broker, key, callers=CALLERS, admission=admission_of(REGISTERED)) as door:
        answer = await door.process(message_of(event(NOTE, source=JOB_CENTRE)), **AS_JOB_CENTRE)
        assert (answer.status_code, codes(answer)) == (403, {"type-not-yours"})
        other = await door.process(message_of(event(NOTE, source=GP)), **AS_JOB_CENTRE)
        assert (other.status_code, issues(other)) == (403, {("source-not-yours", "MessageHeader.source.endpoint")})
        assert await nothing_was_counted(broker)
        assert (await door.process(message_of(event(NOTE, source=GP)), **AS_GP)).status_code == 200


async def test_each_item_of_a_batch_is_admitted_for_itself(broker, key):
    items = [event(NOTE, source=GP), event(FLAG, source=GP), event(NOTE, source=JOB_CENTRE), event(NOTE, source=GP)]
    headers = {"content-type": "application/cloudevents-batch+json", **AS_GP}
    admission = admission_of({**REGISTERED, GP: source(types=("fit-note-issued-1",), rate=0.1, burst=1)})
    async with open_door(broker, key, callers=CALLERS, admission=admission) as door:
        told = (await door.client.post("/events", headers=headers, content=json.dumps(items).encode())).json()
        assert [(each["status"], each.get("codes")) for each in told] == [
            (202, None), (403, ["type-not-yours"]), (403, ["source-not-yours"]), (429, ["too-fast"]),
        ]  # fmt: skip
        assert (len(await records(broker, EVENTS)), await records(broker, REFUSALS)) == (1, [])


async def test_a_type_that_nobody_may_send_is_refused_as_such_and_counted(broker, key):
    async with open_door(broker, key, callers=CALLERS, admission=admission_of(REGISTERED)) as door:
        for unknown in ("wait-due-1", "nonsense-1"):
            answer = await door.post(event(FLAG, source=JOB_CENTRE, type=unknown), **AS_JOB_CENTRE)
            assert (answer.status_code, codes(answer)) == (422, {"type-not-known"})
        assert [told.codes for told in await refusals(broker)] == [("type-not-known",)] * 2


@pytest.mark.parametrize("token", [AS_JOB_CENTRE, {}], ids=["with a token", "where nobody is told apart"])
async def test_a_source_that_is_not_registered_is_403_and_registered_it_is_taken(broker, key, token):
    callers = CALLERS if token else None
    sent = event(FLAG, source=JOB_CENTRE)
    strangers = admission_of({GP: source()})
    async with open_door(broker, key, callers=callers, admission=strangers) as door:
        answer = await door.post(sent, **token)
        assert (answer.status_code, issues(answer)) == (403, {("source-not-registered", "source")})
        assert await nothing_was_counted(broker)
    async with open_door(broker, key, callers=callers, admission=admission_of(REGISTERED)) as door:
        assert (await door.post(sent, **token)).status_code == 202


async def test_without_a_registry_everybody_may_send_everything(door):
    for path, who in ((NOTE, JOB_CENTRE), (FLAG, GP), (NOTE, "urn:somebody")):
        assert (await door.post(event(path, source=who, backfill="true"))).status_code == 202


async def test_every_reason_is_told_at_once(broker, key):
    sent = event(NOTE, source=JOB_CENTRE, backfill="true")
    small = {JOB_CENTRE: source(types=("job-centre-flagged-1",), largest_body=len(body_of(sent)) - 1)}
    async with open_door(broker, key, admission=admission_of(small)) as door:
        answer = await door.post(sent)
        assert (answer.status_code, codes(answer)) == (403, {"type-not-yours", "backfill-not-yours", "too-large"})


async def test_a_source_has_a_limit_of_its_own_below_that_of_the_door(broker, key):
    headers, body = binary(event(source=JOB_CENTRE))
    limits = {JOB_CENTRE: source(largest_body=len(body)), GP: source(largest_body=10_000_000)}
    never_read = []

    async def endless():
        while True:
            never_read.append(1)
            yield b" " * len(body)

    admission = admission_of(limits, largest=65_536)
    assert (admission.largest(GP), admission.largest("urn:somebody")) == (65_536, 65_536)
    async with open_door(broker, key, callers=CALLERS, admission=admission) as door:
        send = {**headers, **AS_JOB_CENTRE}
        answer = await door.client.post("/events", headers=send, content=endless())
        assert (answer.status_code, codes(answer), len(never_read)) == (413, {"too-large"}, 2)
        assert await nothing_was_counted(broker)
        assert (await door.client.post("/events", headers=send, content=body)).status_code == 202


async def test_where_nobody_is_told_apart_the_limit_is_that_of_the_source_that_is_named(broker, key):
    of = event(source=JOB_CENTRE)
    _, body = structured(of)
    for limit, status in ((len(body) - 1, 413), (len(body), 202)):
        async with open_door(broker, key, admission=admission_of({JOB_CENTRE: source(largest_body=limit)})) as door:
            answer = await door.client.post("/events", headers={"content-type": STRUCTURED}, content=body)
            assert answer.status_code == status
