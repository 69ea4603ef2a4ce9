"""`fitpath synth` on the command line: it composes with `simulate`, and says in words what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.cli.speak import Trouble


def fitpath(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_what_it_writes_goes_through_simulate_to_the_moment_that_it_names(tmp_path: Path):
    made, out = tmp_path / "in.ndjson", tmp_path / "out.ndjson"
    ran = fitpath("synth", "--people", "400", "--days", "200", "--seed", "3", "--out", str(made), "--json")
    assert ran.exit_code == 0
    told = json.loads(ran.stdout)

    simulated = fitpath("simulate", str(made), "--out", str(out), "--until", told["until"], "--json")
    summary = json.loads(simulated.stdout)
    assert simulated.exit_code == (1 if told["wrong"] else 0)
    assert summary["read"] == told["events"] == sum(told["types"].values())
    assert (summary["rejected"], summary["duplicate"]) == (told["wrong"], told["repeated"])
    assert out.read_bytes().count(b"\n") == sum(summary["outputs"].values()) + summary["rejected"]


def test_standard_output_holds_the_same_as_a_file(tmp_path: Path):
    made = tmp_path / "in.ndjson"
    arguments = ("synth", "--people", "200", "--days", "100", "--start", "2025-03-01")
    assert fitpath(*arguments, "--out", str(made)).exit_code == 0
    piped = fitpath(*arguments, "--out", "-", "--json")
    assert piped.stdout_bytes == made.read_bytes() != b""
    assert "people 200" in piped.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--out FILE"),
        (("--out", "-", "--door", "http://127.0.0.1:1"), "one of them"),
        (("--out", "-", "--start", "yesterday"), "--start"),
        (("--out", "/nowhere/in.ndjson"), "cannot be written"),
        (("--door", "http://127.0.0.1:1", "--days", "300"), "the door does not answer"),
        (("--out", "-", "--policy", "/nowhere/policy.toml"), "the policy"),
    ],
)
def test_what_is_wrong_is_said_in_words(arguments: tuple[str, ...], words: str):
    ran = fitpath("synth", "--people", "100", *arguments)
    assert isinstance(ran.exception, Trouble)
    assert words in str(ran.exception)


def test_more_people_than_there_are_numbers_for_are_refused():
    assert fitpath("synth", "--people", "909091", "--out", "-").exit_code == 2
