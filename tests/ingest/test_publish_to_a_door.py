"""`publish` at a door that knows its sources: it marks backfill, and waits when it is told that it is too fast."""

import asyncio
import json

from door_parts import NOTE, attributes, event, open_door, records, served
from registry_parts import GP, HandClock, admission_of, callers_of, source
from typer.testing import CliRunner

from schemas.topics import EVENTS
from services.cli import app
from services.publishing import STRUCTURED, Message, publish_all

TOKEN = "gp"  # noqa: S105 - it opens nothing


async def test_files_are_published_as_backfill_in_either_form(broker, key, tmp_path):
    events = [event(NOTE, source=GP) for _ in range(2)]
    whole, bare, token = tmp_path / "events.ndjson", tmp_path / "note.json", tmp_path / "token"
    whole.write_text("\n".join(json.dumps(each) for each in events))
    bare.write_text(json.dumps(event(NOTE)["data"]))
    token.write_text(TOKEN)
    of_fhir = ["--type", "fit-note-issued-1", "--source", GP, "--time", "2024-03-04T09:30:00Z"]
    admission = admission_of({GP: source(backfill=True)})
    async with open_door(broker, key, callers=callers_of(gp=GP), admission=admission) as door, served(door.app) as at:

        async def publish(*arguments: str):
            common = ["--door", f"http://{at[0]}:{at[1]}", "--token-file", str(token)]
            return await asyncio.to_thread(CliRunner().invoke, app, ["publish", *arguments, *common])

        for arguments in ([str(whole)], [str(bare), *of_fhir]):
            ran = await publish(*arguments, "--backfill")
            assert ran.exit_code == 0, ran.stderr
        assert "1 accepted" in ran.stderr
        again = await publish(str(whole))
        assert (again.exit_code, "2 duplicate" in again.stderr) == (0, True)  # the mark makes no other event of it
    assert [attributes(record)["backfill"] for record in await records(broker, EVENTS)] == ["true"] * 3


async def test_a_publisher_that_is_too_fast_waits_as_it_is_told_and_loses_nothing(broker, key):
    clock, waited = HandClock(), []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        clock.seconds += seconds

    admission = admission_of({GP: source(rate=0.5, burst=2)}, clock)
    messages = [
        Message("events", json.dumps(event(NOTE, source=GP)).encode(), {"content-type": STRUCTURED}) for _ in range(5)
    ]
    async with open_door(broker, key, admission=admission) as door, served(door.app) as (host, port):
        answers = await publish_all(f"http://{host}:{port}", messages, pause=pause)
    assert [answer.outcome for answer in answers] == ["accepted"] * 5
    assert waited == [2.0, 2.0, 2.0]
    assert len(await records(broker, EVENTS)) == 5
