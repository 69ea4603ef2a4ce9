"""`up` - publish - stop - `up` - publish: what was there before is there after, whatever was killed meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from given_events import BACK_PAIN, Event, fit_note, line_of, people, prompt_answer, told
from up_process import Said, Started, UpProcess, a_home, environment, fitpath, up

from schemas.envelope import to_text
from schemas.identifiers import SubjectKey
from services.domain.policy import Policy

_DONE_SECONDS = 60.0


@dataclass
class Lives:
    """What was seen of two lives of one home."""

    first: dict[str, Any] = field(default_factory=dict)
    second: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    taken_port: int = 0
    inbox: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    rooms: dict[str, tuple[int, int]] = field(default_factory=dict)


def rows(dsn: str, query: str) -> list[dict[str, Any]]:
    async def ask() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(dsn)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def worked_off(dsn: str, arrivals: int) -> None:
    """Return when so many arrivals are rows and every output of theirs is published."""
    query = (
        "select (select count(*) from arrivals) arrivals, (select count(*) from outbox o left join relay_position r"
        " using (generation, partition) where (o.event_offset, o.ordinal) >"
        " (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1))) unpublished"
    )
    deadline = time.monotonic() + _DONE_SECONDS
    while (found := rows(dsn, query)[0]) != {"arrivals": arrivals, "unpublished": 0}:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def written(folder: Path, name: str, events: list[Event]) -> str:
    file = folder / f"{name}.ndjson"
    file.write_bytes(b"\n".join(map(line_of, events)))
    return str(file)


@pytest.fixture(scope="module")
def history(policy: Policy, key: SubjectKey) -> list[Event]:
    events = told(policy, key, since=datetime.now(UTC).date() - timedelta(days=20))
    for event in events:
        del event["recordedtime"]  # a door stamps its own
    return events


@pytest.fixture(scope="module")
def lives(history: list[Event], tmp_path_factory: pytest.TempPathFactory) -> Lives:
    folder = tmp_path_factory.mktemp("files")
    today = datetime.now(UTC)
    lost = prompt_answer(people(1)[0], "no-prompt", "not-now", today - timedelta(days=1))
    late = [fit_note(person, today.date(), 7, BACK_PAIN) for person in people(40)[4:]]
    half = len(history) // 2
    seen = Lives()
    with a_home() as home, socket.socket() as blocked:
        blocked.bind(("127.0.0.1", 0))
        blocked.listen()
        seen.taken_port = blocked.getsockname()[1]
        env = environment(home)
        with up(home, FITPATH_PORT=str(seen.taken_port)) as process:
            seen.first = process.told()
            dsn = seen.first["database"]
            another = Started("up", env=env)
            seen.said["published"] = fitpath("publish", written(folder, "one", history[:half]), "--json", env=env)
            _kill_each_room(process, seen, ("streams", "relay"))
            seen.said["published while rooms were dead"] = fitpath(
                "publish", written(folder, "two", [*history[half:], lost]), "--json", env=env
            )
            seen.said["another up"] = another.ended()
            worked_off(dsn, len(history) + 1)
            _look(seen, history, env)
            seen.inbox = rows(dsn, "select * from inbox order by generation, partition, event_offset")
            seen.outbox = rows(dsn, "select * from outbox")
            seen.rooms = {name: (pid, process.room(name)) for name, (pid, _) in seen.rooms.items()}
            seen.said["published before the stop"] = fitpath("publish", written(folder, "late", late), env=env)
            seen.codes.append(process.stop())
            seen.words = process.words
        seen.said["simulated"] = fitpath("simulate", _as_recorded(folder, history, seen), env=env)

        with up(home) as process:
            seen.second = process.told()
            dsn = seen.second["database"]
            seen.said["status after the second start"] = fitpath("events", "status", "--json", env=env)
            seen.said["published again"] = fitpath("publish", written(folder, "again", history), env=env)
            more = [fit_note(person, today.date(), 14, BACK_PAIN) | {"id": person.key} for person in people(3)]
            seen.said["published more"] = fitpath("publish", written(folder, "more", more), env=env)
            worked_off(dsn, 2 * len(history) + 1 + len(late) + 3)
            seen.said["status at the end"] = fitpath("events", "status", "--json", env=env)
            seen.said["verified"] = Started("replay", "verify", "--json", env=env).ended()
            seen.codes.append(process.stop())
        seen.said["after the end"] = fitpath("events", "status", env=env)
    return seen


def _kill_each_room(process: UpProcess, seen: Lives, names: tuple[str, ...]) -> None:
    for name in names:
        pid = process.room(name)
        seen.rooms[name] = (pid, pid)
        os.kill(pid, signal.SIGKILL)


def _look(seen: Lives, history: list[Event], env: dict[str, str]) -> None:
    event = history[0]
    person = next(item for item in people(1))
    seen.said |= {
        "status": fitpath("events", "status", "--json", env=env),
        "status in words": fitpath("events", "status", env=env),
        "status of one": fitpath(
            "events", "status", "--source", event["source"], "--id", event["id"], "--json", env=env
        ),
        "status of none": fitpath("events", "status", "--source", "urn:s", "--id", "none", env=env),
        "journey": fitpath("journey", "show", "-", "--json", env=env, stdin=person.nhs_number),
        "journey in words": fitpath("journey", "show", "-", env=env, stdin=person.nhs_number),
        "journey of nobody": fitpath("journey", "show", "s-" + "0" * 32, env=env),
        "letters": fitpath("dead-letters", "list", "--json", env=env),
        "letters in words": fitpath("dead-letters", "list", env=env),
        "letter": fitpath("dead-letters", "show", "1", env=env),
        "no letter": fitpath("dead-letters", "show", "77", env=env),
        "policy": fitpath("policy", "show", "--json", env=env),
        "doctor": fitpath("doctor", "--json", env=env),
        "replayed": fitpath("dead-letters", "replay", "1", "--json", env=env),
        "nothing named": fitpath("dead-letters", "replay", env=env),
    }


def _as_recorded(folder: Path, history: list[Event], seen: Lives) -> str:
    """The same events as the door recorded them, in the order in which the streams took them."""
    by_id = {event["id"]: event for event in history}
    taken = [row for row in seen.inbox if row["event_id"] in by_id]
    return written(
        folder, "recorded", [{**by_id[row["event_id"]], "recordedtime": to_text(row["recorded"])} for row in taken]
    )


def test_it_tells_where_it_is_and_takes_a_free_port_where_the_wanted_one_is_taken(lives: Lives):
    assert lives.first.keys() == {"ready", "door", "broker", "database"}
    assert lives.first["ready"] is True
    assert lives.first["door"].startswith("http://127.0.0.1:")
    assert not lives.first["door"].endswith(f":{lives.taken_port}")


def test_every_event_was_accepted_also_while_rooms_were_dead(lives: Lives, history: list[Event]):
    first, second = lives.said["published"], lives.said["published while rooms were dead"]
    assert (first.code, second.code) == (0, 0)
    outcomes = [json.loads(line)["outcome"] for said in (first, second) for line in said.out.splitlines()]
    assert outcomes == ["accepted"] * (len(history) + 1)


def test_a_room_that_is_killed_is_started_again_and_goes_on(lives: Lives):
    for name, (before, after) in lives.rooms.items():
        assert before != after, name
        assert any("room ended and is started again" in line and name in line for line in lives.words)


def test_a_second_up_on_the_same_home_is_refused_with_words(lives: Lives):
    said = lives.said["another up"]
    assert said.code == 2
    assert "another `fitpath up` runs on" in said.words
    assert "set FITPATH_HOME to another folder" in said.words


def test_the_status_adds_up(lives: Lives, history: list[Event]):
    found = lives.said["status"].json
    assert (found["arrivals"], found["accepted"], found["rejected"]) == (len(history) + 1, len(history), 1)
    assert found["dead_letters"] == 1
    assert found["journeys"] == 4
    assert f"accepted     {len(history)}" in lives.said["status in words"].words


def test_the_status_of_one_event_says_what_became_of_it(lives: Lives):
    found = lives.said["status of one"].json
    assert (found["status"], found["duplicates"]) == ("processed", 0)
    assert found["decisions"]
    none = lives.said["status of none"]
    assert none.code == 2
    assert "not known here" in none.words


def test_a_journey_is_shown_without_name_and_number(lives: Lives):
    story = lives.said["journey"].json
    kinds = [moment["kind"] for moment in story["moments"]]
    assert {"fit-note-issued-1", "prompted", "referred", "ips-referral-requested-1"} <= set(kinds)
    shown = lives.said["journey in words"].words
    assert story["subject"] in shown
    for secret in (people(1)[0].nhs_number, "Given", "Test0"):
        assert secret not in lives.said["journey"].out
        assert secret not in shown
    assert "no journey is known" in lives.said["journey of nobody"].words


def test_the_dead_letter_is_listed_shown_and_replayed(lives: Lives):
    [letter] = lives.said["letters"].json
    assert (letter["code"], letter["state"]) == ("prompt-not-known", "open")
    assert "1 dead letters" in lives.said["letters in words"].words
    assert letter["words"] in lives.said["letter"].words
    assert letter["advice"] in lives.said["letter"].words
    assert lives.said["replayed"].json == {"replayed": [letter["arrival"]]}
    assert "there is no dead letter 77" in lives.said["no letter"].words
    assert "name the dead letters, or say --all" in lives.said["nothing named"].words


def test_the_doctor_finds_nothing_wrong_and_the_policy_is_the_default(lives: Lives):
    findings = lives.said["doctor"].json
    assert lives.said["doctor"].code == 0
    assert all(finding["good"] for finding in findings)
    assert lives.said["policy"].json["name"] == "fitpath-default"


def test_what_it_did_is_what_a_simulation_of_the_same_events_says(lives: Lives, history: list[Event]):
    simulated = lives.said["simulated"]
    assert simulated.code == 0
    done = {str(row["output_id"]): row for row in lives.outbox}
    text = simulated.out
    subjects = {(line["subject"], done[line["id"]]["subject"]) for line in map(json.loads, text.splitlines())}
    assert len(subjects) == 4  # another key: other references, one for one
    for there, here in subjects:
        text = text.replace(there, here)
    outputs = {line["id"]: line for line in map(json.loads, text.splitlines())}
    assert outputs.keys() == done.keys()
    for name, row in done.items():
        line = outputs[name]
        assert (line["type"], line["time"]) == (row["type"], to_text(row["time"]))
        assert (int(line["sequence"]), line["policy"]) == (row["sequence"], row["policy"])
        assert (line["causationid"], line["data"]) == (row["cause_id"], json.loads(row["data"]))
    assert sum(line["type"] == "decision-recorded-1" for line in outputs.values()) > len(history)


def test_a_stop_works_off_what_was_taken(lives: Lives, history: list[Event]):
    assert lives.codes == [0, 0]
    assert lives.said["published before the stop"].code == 0
    assert any(line.startswith("stopping: no new events are taken") for line in lives.words)
    assert not any("not everything was worked off" in line for line in lives.words)
    found = lives.said["status after the second start"].json
    assert found["arrivals"] == len(history) + 1 + 36
    assert found["accepted"] == len(history) + 36


def test_after_the_second_start_everything_is_there_and_it_goes_on(lives: Lives, history: list[Event]):
    assert lives.said["published again"].code == 0
    assert f"{len(history)} duplicate" in lives.said["published again"].words
    assert "3 accepted" in lives.said["published more"].words
    found = lives.said["status at the end"].json
    assert found["duplicate"] == len(history)
    assert found["arrivals"] == found["accepted"] + found["duplicate"] + found["rejected"]


def test_the_ledger_is_verified_against_the_core_and_the_topics(lives: Lives, history: list[Event]):
    verified = lives.said["verified"]
    assert verified.code == 0
    report = verified.json
    assert report["differences"] == []
    assert report["verified"] is True
    assert report["events"] == len(history) + 36 + 3
    assert report["waiting"] == 0
    assert report["aged"] + report["published"] == report["outputs"]
    assert min(report["aged"], report["published"]) > 0


def test_when_nothing_runs_that_is_said(lives: Lives):
    assert lives.said["after the end"].code == 2
    assert "FITPATH_DATABASE_URL" in lives.said["after the end"].words
