"""What is done with a running Fitpath: marked messages, failures at each stage, questions; all that it said is kept."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from privacy_fitpath import STRUCTURED, Fitpath, Run, until, up
from privacy_messages import MARKER, accepted, agreed, examples, message, note

from schemas.envelope import Accepted, to_headers
from schemas.identifiers import ArrivalId, SubjectReference
from schemas.topics import EVENTS, INBOUND, TOPICS
from services.embedded.broker import start_broker
from services.log_reader import LogReader

#: Raise with everything that an output holds, as a fault of a database or of a migration might.
_RAISES = """
create function raises() returns trigger language plpgsql as $$ begin
  if new.subject = tg_argv[0] and new.topic = 'fitpath.care-packages' then
    raise exception using errcode = 'unique_violation', message = 'of ' || convert_from(new.data, 'UTF8'),
      detail = new::text;
  end if;
  return new;
end $$
"""
_UNREADABLE = """
create function readable(who text, topic text, body bytea) returns boolean language plpgsql as $$ begin
  if who = '{subject}' and topic = 'fitpath.care-packages' then
    raise exception 'of % %', who, convert_from(body, 'UTF8');
  end if;
  return true;
end $$
"""


async def run(home: Path, folder: Path) -> Run:
    """All of it; ``home`` is Fitpath's, ``folder`` ours."""
    found = Run()
    broker = await start_broker(port=0, log_file=home / "logs" / "broker.log")
    try:
        async with up(home, folder, broker.address, found) as fitpath:
            await _publish(fitpath)
            await _walk(fitpath)
            await _fail_at_each_stage(fitpath)
            await _fail_to_publish(fitpath)
            await _ask(fitpath, folder)
            await _read_topics(fitpath)
    finally:
        await broker.stop()
    for log in [*(home / "logs").iterdir(), home / "postgres" / "log"]:
        found.said[f"{log.name} of the {log.parent.name}"] = log.read_text(errors="replace")
    return found


async def _publish(fitpath: Fitpath) -> None:
    """All examples over HTTP (some twice, some as binary events or as FHIR messages) and on ``fitpath.inbound``."""
    events, door = examples(), fitpath.door
    answers = [await fitpath.post(event) for event in [*events, *events[:4]]]
    binary = {
        **{f"ce-{name}": events[0][name] for name in ("specversion", "source", "type", "time", "patientname")},
        "ce-id": "binary", "x-patient": MARKER, "content-type": "application/fhir+json",
    }  # fmt: skip
    answers.append(await door.post("/events", content=json.dumps(events[0]["data"]), headers=binary))
    messages = (message(events[1], "message-1"), {**message(events[1], ""), "zq": MARKER}, {})
    answers += [await door.post("/fhir/$process-message", content=json.dumps(sent)) for sent in messages]
    answers.append(await door.post("/events", content=f"{MARKER} is no JSON", headers={"content-type": STRUCTURED}))
    addresses = (
        answers[0].headers["location"], "/readyz", "/healthz", f"/patients/{MARKER}",
        f"/events?source={MARKER}&id=9990000018", f"/events?id={MARKER}", "/metrics",
    )  # fmt: skip
    answers += [await door.get(address) for address in addresses]
    fitpath.run.answers = {answer.status_code for answer in answers}
    fitpath.run.said["answers and metrics of the door"] = "\n".join(
        f"{answer.status_code} {answer.headers} {answer.text}" for answer in answers
    )
    headers = [("content-type", STRUCTURED.encode()), ("x-patient", MARKER.encode())]
    for event in events:
        value = json.dumps({**event, "id": f"{event['id']}-by-kafka"}).encode()
        await fitpath.produce(INBOUND, value, b"9990000018", headers)
    await fitpath.produce(INBOUND, f"{MARKER} is no JSON".encode(), MARKER.encode(), [])
    await fitpath.produce(INBOUND, b"{}", b"", [("ce_id", MARKER.encode()), ("ce_id", b"\xff")])
    assert await fitpath.settled()


async def _walk(fitpath: Fitpath) -> None:
    """One person is prompted about, agrees, and is accepted by a named worker."""
    number, subject = fitpath.somebody()
    await fitpath.post(note(number, "walked"))
    await fitpath.are_in("journey", [subject], "state::jsonb @? '$.prompts[0]'")
    state = "select state #>> $2 from journey where subject = $1"
    await fitpath.post(agreed(number, await fitpath.ledger.fetchval(state, subject, ["prompts", "0", "id"])))
    await fitpath.are_in("journey", [subject], "state::jsonb @? '$.referrals[0]'")
    await fitpath.post(accepted(number, await fitpath.ledger.fetchval(state, subject, ["referrals", "0", "id"])))
    assert await fitpath.settled()


async def _fail_at_each_stage(fitpath: Fitpath) -> None:
    """Reading, loading, deciding and storing fail, each with personal data in the text of its exception."""
    people = {name: fitpath.somebody() for name in ("load", "decide", "unique", "check", "parse")}
    subject = {name: reference for name, (_, reference) in people.items()}
    poisoned, ledger = [subject["load"], subject["decide"]], fitpath.ledger
    for name in ("load", "decide"):
        await fitpath.post(note(people[name][0], f"{name}-before"))
    await fitpath.are_in("journey", poisoned)
    await ledger.execute("create table healthy as select subject, state from journey where false")
    await ledger.execute("insert into healthy select subject, state from journey where subject = any($1)", poisoned)
    await _poison(ledger, subject)
    for name in ("load", "decide", "unique", "check"):
        await fitpath.post(note(people[name][0], f"{name}-fails"))
    await _send_unreadable(fitpath, subject["parse"])
    await fitpath.are_in("dead_letter", list(subject.values()))
    codes = {row["subject"]: row["code"] for row in await ledger.fetch("select subject, code from dead_letter")}
    fitpath.run.failed = {name: codes[subject[name]] for name in subject}
    await ledger.execute("drop trigger raises on outbox; alter table journey drop constraint refuses")
    await ledger.execute("update journey j set state = h.state from healthy h where h.subject = j.subject")
    await fitpath.commands(["dead-letters", "replay", "--all"])
    mended = [name for name in subject if name != "parse"]  # that record will never be one of ours
    await fitpath.are_in("dead_letter", [subject[name] for name in mended], "state = 'resolved'")
    fitpath.run.mended.update(mended)


async def _poison(ledger: asyncpg.Connection, subject: dict[str, SubjectReference]) -> None:
    """Journeys that cannot be read or decided on, a trigger and a constraint that refuse a person's rows."""
    await ledger.execute(
        "update journey set state = jsonb_set(state::jsonb, '{facts,0,facts,advice}', to_jsonb($2::text))"
        " where subject = $1",
        subject["load"], MARKER,
    )  # fmt: skip
    agreement = {
        "id": "a", "by": "person", "on": "2026-01-01", "recipient": {"ods": "Z9Z99"}, "items": [], "how": "spoken",
        "asked_by": "x", "words": "x",
    }  # fmt: skip
    referral = {
        "id": "r", "prompt": "p", "track": "keep-work", "requested": "2026-01-01T00:00:00Z", "agreement": agreement,
        "provider": {"ods": "Z9Z99"}, "referrer": {"ods": "Y99001"}, "referrer_kind": "gp-practice", "status": MARKER,
    }  # fmt: skip
    await ledger.execute(
        "update journey set state = state::jsonb || jsonb_build_object('referrals', $2::jsonb) where subject = $1",
        subject["decide"], json.dumps([referral]),
    )  # fmt: skip
    await ledger.execute(_RAISES)
    await ledger.execute(
        f"create trigger raises before insert on outbox for each row execute function raises('{subject['unique']}')"
    )
    await ledger.execute(
        f"alter table journey add constraint refuses check (subject <> '{subject['check']}') not valid"
    )


async def _send_unreadable(fitpath: Fitpath, subject: SubjectReference) -> None:
    """A record that looks like ours and whose payload is not what its type says."""
    now = datetime.now(UTC)
    event = Accepted(
        id="unreadable", source="urn:example:door", type="fit-note-issued-1", time=now, subject=subject, recorded=now,
        arrival=ArrivalId("unreadable"),
    )  # fmt: skip
    body = {"resourceType": "QuestionnaireResponse", "status": {"9990000018": MARKER}}
    await fitpath.produce(EVENTS, json.dumps(body).encode(), subject.encode(), to_headers(event))


async def _fail_to_publish(fitpath: Fitpath) -> None:
    """The relay cannot read a person's outputs, and ends with them in the text of its exception."""
    number, subject = fitpath.somebody()
    await fitpath.ledger.execute(_UNREADABLE.format(subject=subject))
    await fitpath.ledger.execute(
        "alter table outbox rename to outbox_kept;"
        "create view outbox as select * from outbox_kept where readable(subject, topic, data);"
        "create function keep() returns trigger language plpgsql as"
        " $$ begin insert into outbox_kept select new.*; return new; end $$;"
        "create trigger keep instead of insert on outbox for each row execute function keep()"
    )
    log = fitpath.home / "logs" / "relay.log"
    before = log.stat().st_size
    await fitpath.post(note(number, "publish-fails"))
    await until(lambda: asyncio.to_thread(lambda: b"RaiseError" in log.read_bytes()[before:]))
    fitpath.run.failed["publish"] = "the relay ended"
    await fitpath.ledger.execute("drop view outbox; alter table outbox_kept rename to outbox")
    if await fitpath.settled():
        fitpath.run.mended.add("publish")


async def _ask(fitpath: Fitpath, folder: Path) -> None:
    """Everything that staff can ask about what was sent."""
    ledger = fitpath.ledger
    subject = await ledger.fetchval("select subject from journey order by version desc limit 1")
    event = await ledger.fetchrow("select source, event_id from inbox where subject = $1 limit 1", subject)
    letter = await ledger.fetchval("select id from dead_letter where state = 'open' limit 1")
    refused = folder / "refused.json"
    refused.write_text(json.dumps({**examples("invalid")[0], "id": "refused-again"}))
    await fitpath.commands(
        ["journey", "show", "-"],
        ["journey", "show", subject],
        ["journey", "show", subject, "--json"],
        ["dead-letters", "list"],
        ["dead-letters", "list", "--all", "--json"],
        ["dead-letters", "show", str(letter)],
        ["events", "status"],
        ["events", "status", "--source", event["source"], "--id", event["event_id"]],
        ["events", "status", "--source", MARKER, "--id", "9990000018"],
        ["publish", str(refused), "--json"],
        ["doctor"],
        ["replay", "verify", "--json"],
    )


async def _read_topics(fitpath: Fitpath) -> None:
    """Keys and headers of every record that Fitpath wrote."""
    async with LogReader(fitpath.place.broker) as reader:
        for topic in TOPICS:
            if topic.name == INBOUND:
                continue  # publishers wrote those
            lines = []
            for partition in await reader.partitions(topic.name):
                async for batch in reader.read(topic.name, partition):
                    lines += [f"{record.key!r} {record.headers!r}" for record in batch]
                    fitpath.run.payloads += "".join((record.value or b"").decode(errors="replace") for record in batch)
            fitpath.run.said[f"keys and headers of {topic.name}"] = "\n".join(lines)
