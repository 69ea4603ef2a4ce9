"""`up` with a destination: what comes in at the door ends as files in its folder, whatever was killed meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from given_events import line_of, told
from up_process import a_home, as_process, environment, fitpath, up

from schemas.identifiers import SubjectKey
from schemas.topics import REFERRALS
from services.domain.policy import Policy

_DONE_SECONDS = 90.0
_REFERRALS = (
    "select o.output_id::text id, o.subject, r.outcome from outbox o left join receipt r using (output_id)"
    " where o.topic = $1 order by 1"
)


def test_what_comes_in_at_the_door_ends_as_files_in_a_folder(policy: Policy, key: SubjectKey, tmp_path: Path):
    folder = tmp_path / "referrals"
    folder.mkdir()
    named = tmp_path / "destinations.toml"
    named.write_text(f"[destination.ips]\nkind = 'folder'\npath = '{folder}'\ntopics = ['{REFERRALS}']\n")
    events = told(policy, key, since=datetime.now(UTC).date() - timedelta(days=20))
    for event in events:
        del event["recordedtime"]  # a door stamps its own
    (tmp_path / "events.ndjson").write_bytes(b"\n".join(map(line_of, events)))
    with a_home() as home:
        more = {"FITPATH_DESTINATIONS_FILE": str(named)}
        env = environment(home, **more)
        with up(home, **more) as process:
            dsn = process.told()["database"]
            killed = process.room("delivery")
            os.kill(killed, signal.SIGKILL)
            assert fitpath("publish", str(tmp_path / "events.ndjson"), env=env).code == 0
            sent = _each_has_a_receipt(dsn, at_least=3)
            assert process.room("delivery") != killed
            doctor = {item["name"]: item for item in fitpath("doctor", "--json", env=env).json}
            assert doctor["destinations"]["words"] == "1 named, each takes what is for it"
            shown = fitpath("journey", "show", sent[0]["subject"], env=env).words
            assert f"to {REFERRALS}; ips {sent[0]['outcome']}" in shown
            tables = {
                table["table"]: table["rows"] for table in fitpath("ledger", "stats", "--json", env=env).json["tables"]
            }
            assert (tables["receipt"], tables["delivery"]) == (len(sent), 0)
            assert process.stop() == 0
        assert [room for room in process.words if "not everything was worked off" in room] == []
    delivered = {row["id"] for row in sent if row["outcome"] == "delivered"}
    found = {path.stem: json.loads(path.read_bytes()) for path in folder.iterdir()}
    assert found.keys() == delivered
    assert {event["type"] for event in found.values()} <= {"ips-referral-requested-1", "ips-referral-changed-1"}


def test_a_file_of_destinations_that_is_wrong_is_said_before_anything_is_started(tmp_path: Path):
    named = tmp_path / "destinations.toml"
    named.write_text("[destination.ips]\nkind = 'folder'\n")
    with a_home() as home:
        said = as_process("up", env=environment(home, FITPATH_DESTINATIONS_FILE=str(named)))
    assert said.code == 2
    assert "ips: path: missing" in said.words
    assert "ips: topics: missing" in said.words


def _each_has_a_receipt(dsn: str, at_least: int) -> list[dict[str, Any]]:
    """The referrals, once each of them has its receipt."""
    deadline = time.monotonic() + _DONE_SECONDS
    while True:
        rows = asyncio.run(_ask(dsn))
        if len(rows) >= at_least and all(row["outcome"] for row in rows):
            return rows
        assert time.monotonic() < deadline, rows
        time.sleep(0.1)


async def _ask(dsn: str) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [dict(row) for row in await connection.fetch(_REFERRALS, REFERRALS)]
    finally:
        await connection.close()
