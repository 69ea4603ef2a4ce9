"""`synth` into a door: what is right is taken, what is meant to be wrong is refused, again is a duplicate."""

import asyncio
import json

from door_parts import open_door, records, served
from typer.testing import CliRunner

from schemas.topics import EVENTS
from services.cli import app


async def test_a_population_goes_into_a_door_and_the_second_time_nothing_is_new(broker, key):
    async with open_door(broker, key) as door, served(door.app) as (host, port):
        arguments = ["--people", "1000", "--days", "90", "--seed", "5", "--start", "2024-01-08", "--json"]

        async def synth():
            ran = await asyncio.to_thread(
                CliRunner().invoke, app, ["synth", *arguments, "--door", f"http://{host}:{port}"]
            )
            assert ran.exit_code == 0, ran.stderr
            return json.loads(ran.stdout)

        first, again = await synth(), await synth()
    taken = first["events"] - first["wrong"] - first["repeated"]
    assert taken > 20
    assert first["wrong"] > 0
    assert first["answered"].get("rejected", 0) == again["answered"].get("rejected", 0) == first["wrong"]
    assert first["answered"]["accepted"] == taken == len(await records(broker, EVENTS))
    assert again["answered"].get("accepted", 0) == 0
