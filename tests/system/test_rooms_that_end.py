"""A room that must not go on ends, and its log names why; started again it goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
from up_process import as_process, environment

from services.ledger.generation import begin_generation
from services.observe import place


def fails(with_what: Exception) -> Exception:
    try:
        raise with_what
    except type(with_what) as why:
        return why


def test_a_group_of_errors_is_told_by_each_of_its_members_and_by_no_text():
    group = fails(ExceptionGroup("words", [fails(LookupError("a name")), ExceptionGroup("more", [OSError("secret")])]))
    told = place(group)
    assert told["error"] == "ExceptionGroup"
    assert [each["error"] for each in told["each"]] == ["LookupError", "ExceptionGroup"]
    assert [each["error"] for each in told["each"][1]["each"]] == ["OSError"]
    assert told["each"][0]["at"][-1].startswith("system/test_rooms_that_end.py:")
    for text in ("words", "a name", "more", "secret"):
        assert text not in json.dumps(told)


async def test_a_room_whose_log_was_never_begun_ends_with_that_reason_and_runs_once_it_is(
    broker: str, database: str, tmp_path: Path
):
    key, ready = tmp_path / "subject.key", tmp_path / "ready"
    key.write_text("0f" * 32)
    env = environment(
        tmp_path, FITPATH_BROKER_URL=broker, FITPATH_DATABASE_URL=database, FITPATH_GENERATION="next",
        FITPATH_SUBJECT_KEY_FILE=str(key), FITPATH_READY_FILE=str(ready), FITPATH_EMBEDDED_BROKER="true",
    )  # fmt: skip
    said = await asyncio.to_thread(as_process, "relay", env=env)
    assert said.code == 1
    [line] = [json.loads(line) for line in said.words.splitlines() if line.startswith("{")]
    assert line["event"] == "ended by a fault of Fitpath"
    assert [each["error"] for each in line["each"]] == ["LogNotBegun"]

    connection = await asyncpg.connect(database)
    await begin_generation(connection, "next", 2, embedded=True)
    await connection.close()
    process = subprocess.Popen([sys.executable, "-m", "services.cli", "relay"], env={**os.environ, **env})  # noqa: ASYNC220
    while not ready.exists():
        assert process.poll() is None
        await asyncio.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 20) == 0
