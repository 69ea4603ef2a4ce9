"""What a person can mend is said in words: wrong settings, a bad policy, a broker or a database that is away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from up_process import Said, a_home, as_process, environment, fitpath

from schemas.topics import EVENTS, RELAY
from services.doctor import examine_all
from services.ledger.generation import halt, lift_halt
from services.policy_files import default_policy_text
from services.settings import Settings

Away = dict[str, str]


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, where nothing runs."""
    with a_home() as folder:
        yield folder


@pytest.fixture
def away(home: Path, tmp_path: Path) -> Away:
    """Settings that name a broker and a database where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = tmp_path / "subject.key"
    key.write_text("0f" * 32)
    key.chmod(0o600)
    return environment(
        home, FITPATH_BROKER_URL=f"127.0.0.1:{port}", FITPATH_SUBJECT_KEY_FILE=str(key),
        FITPATH_DATABASE_URL=f"postgresql://nobody@127.0.0.1:{port}/none", FITPATH_GENERATION="test",
    )  # fmt: skip


def expect(said: Said, *words: str) -> None:
    assert said.code == 2
    for word in words:
        assert word in said.words


def test_the_doctor_says_what_is_away_and_what_to_do(away: Away):
    said = fitpath("doctor", "--json", env=away)
    assert said.code == 1
    found = {finding["name"]: finding for finding in said.json}
    for name, setting in (("broker", "FITPATH_BROKER_URL"), ("database", "FITPATH_DATABASE_URL")):
        assert not found[name]["good"]
        assert "does not answer" in found[name]["words"]
        assert setting in found[name]["advice"]
    assert found["subject key"]["good"]
    shown = fitpath("doctor", env=away).words
    assert "BAD  broker" in shown
    assert "do: start it, or set FITPATH_DATABASE_URL to a PostgreSQL DSN" in shown


def test_the_doctor_without_any_settings_says_how_to_begin(home: Path):
    found = {finding["name"]: finding for finding in fitpath("doctor", "--json", env=environment(home)).json}
    assert "`fitpath up`" in found["broker"]["advice"]
    assert not found["subject key"]["good"]


def test_a_database_that_is_away_is_said_by_every_command_that_asks_it(away: Away):
    for command in (
        ("events", "status"), ("journey", "show", "s-" + "0" * 32), ("dead-letters", "list"), ("policy", "show"),
        ("replay", "verify", "--ledger-only"),
    ):  # fmt: skip
        expect(fitpath(*command, env=away), "the database does not answer", "`fitpath doctor` says more")


def test_a_door_that_is_away_is_said(away: Away, tmp_path: Path):
    file = tmp_path / "events.ndjson"
    file.write_text("{}")
    door = f"http://{away['FITPATH_BROKER_URL']}"
    expect(fitpath("publish", str(file), "--door", door, env=away), "the door does not answer", "`fitpath up`")
    expect(fitpath("publish", str(file), env=away), "no running `fitpath up` was found")


def test_wrong_settings_are_all_named_and_their_values_are_not_shown(home: Path):
    env = environment(home, FITPATH_PORT="eighty", FITPATH_PARTITIONS="0", FITPATH_LOG_LEVEL="secret words")
    said = as_process("up", env=env)
    expect(said, "FITPATH_PORT", "FITPATH_PARTITIONS", "FITPATH_LOG_LEVEL")
    assert "secret words" not in said.words
    assert "Traceback" not in said.words


def test_a_room_without_its_settings_says_which_are_missing(home: Path):
    expect(as_process("streams", env=environment(home)), "FITPATH_DATABASE_URL", "FITPATH_BROKER_URL")


def test_a_bad_policy_is_refused_with_every_problem(away: Away, tmp_path: Path):
    text = default_policy_text()
    bad = tmp_path / "bad.toml"
    bad.write_text(
        text.replace("long_days = 28", "long_days = -1")
        .replace("off = []", 'off = ["no.such.rule", "identity.given-and-right"]')
        .replace("lapse_days = 28", "lapse_days = 99999999")
    )
    expect(
        fitpath("policy", "apply", str(bad), env=away),
        "the policy is not valid", "no.such.rule is no rule", "spell: a number", "prompt: a number",
    )  # fmt: skip
    bad.write_text("[unknown]\nwords = 1\n" + text.replace("[evidence]", "[evidences]"))
    expect(fitpath("policy", "apply", str(bad), env=away), "unknown: not known", "evidence: missing")
    bad.write_text("= nothing")
    expect(fitpath("policy", "apply", str(bad), env=away), "not TOML")
    expect(fitpath("policy", "apply", str(tmp_path / "none.toml"), env=away), "cannot be read")


def test_half_an_event_name_is_refused_with_words(away: Away):
    expect(fitpath("events", "status", "--source", "urn:s", env=away), "--source and --id go together")
    expect(fitpath("journey", "show", "9990000018", env=away), "a subject reference is s- and 32 hex digits")
    expect(fitpath("journey", "show", "-", env=away, stdin="999"), "an NHS number has ten digits")


async def test_the_doctor_says_which_partition_is_halted_why_and_what_to_do(database: str):
    settings = Settings(database_url=SecretStr(database))
    connection = await asyncpg.connect(database)
    try:
        for topic, reason, advice in (
            (RELAY, "cannot be sent", "have the broker take it"),
            (EVENTS, "the log ends at 3", "restore the topic"),
        ):
            await halt(connection, "test", topic, 1, reason)
            [found] = [item for item in await examine_all(settings) if item.name == "partitions"]
            assert not found.good
            assert f"{topic} 1: {reason}" in found.words
            assert advice in found.advice
        for topic in (RELAY, EVENTS):
            await lift_halt(connection, "test", topic, 1)
        [found] = [item for item in await examine_all(settings) if item.name == "partitions"]
        assert (found.good, found.words) == (True, "none is halted")
    finally:
        await connection.close()
