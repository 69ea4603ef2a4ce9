"""`policy check`, `explain` and `backtest`: a policy is tried before it is used."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from given_events import line_of, records_of, told
from typer.testing import CliRunner, Result

from schemas.identifiers import SubjectKey
from schemas.topics import EVENTS
from services.cli import app
from services.domain.policy import Policy, policy_hash
from services.domain.rules import RULES
from services.ledger.shadow import cast_shadow
from services.policy_files import default_policy_text, read_policy_file
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from services.ledger.database import Pool


def fitpath(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """The default policy, in which neither a pain service nor a code of the note is evidence."""
    text = default_policy_text()
    off = 'off = ["evidence.pain-service", "evidence.narrow-code"]'
    file = tmp_path / "candidate.toml"
    file.write_text(text.replace("off = []", off, 1).replace('name = "fitpath-default"', 'name = "candidate"', 1))
    return file


def test_check_says_what_can_be_used_and_everything_that_is_wrong(candidate: Path, tmp_path: Path):
    assert fitpath("policy", "check", candidate).exit_code == 0
    known = json.loads(fitpath("policy", "check", candidate, "--json").stdout)
    assert (known["name"], known["edition"]) == ("candidate", 2)

    wrong = tmp_path / "wrong.toml"
    wrong.write_text(default_policy_text().replace("gap_days = 14", "gap_days = -1").replace("\nmonths = 12", ""))
    found = fitpath("policy", "check", wrong)
    assert found.exit_code == 1
    assert "months" in str(found.exception or found.output)


def test_check_says_which_edition_a_policy_stayed_at(tmp_path: Path):
    file = tmp_path / "before.toml"
    file.write_text(default_policy_text().replace("edition = 2", "edition = 1"))
    assert "edition 1" in fitpath("policy", "check", file).output


def test_explain_names_every_rule_once_with_its_source_and_every_section(candidate: Path):
    said = json.loads(fitpath("policy", "explain", candidate, "--json").stdout)
    rules = [line.split(":")[0] for line in said["Rules that speak"] + said["Rules that do not speak"]]
    assert sorted(rules) == sorted(RULES)
    assert [line for line in said["Rules that do not speak"] if line.endswith("switched off")]
    assert "long_days: 28" in said["spell"]

    words = fitpath("policy", "explain").stdout
    assert "safety.not-now: " in words
    assert "(safety; cannot be switched off)" in words


def test_backtest_of_a_file_compares_with_another_policy(
    candidate: Path, tmp_path: Path, policy: Policy, key: SubjectKey
):
    events = tmp_path / "events.ndjson"
    events.write_bytes(b"\n".join([*(line_of(event) for event in told(policy, key, 2)), b"not an event"]))
    page = tmp_path / "page.html"
    ran = fitpath("policy", "backtest", candidate, "--events", events, "--html", page, "--json")
    found = json.loads(ran.stdout)
    assert found["changes"] == {"no-more": 2}
    assert (found["prompts_before"], found["prompts_candidate"], found["refused"]) == (2, 0, 1)
    assert "prompted no more" in page.read_text()

    same = json.loads(
        fitpath("policy", "backtest", candidate, "--events", events, "--against", candidate, "--json").stdout
    )
    assert same["changes"] == {}
    assert "compared with" in fitpath("policy", "backtest", candidate, "--events", events).output


def test_backtest_says_what_it_cannot_read(candidate: Path, tmp_path: Path):
    for words in (["--events", tmp_path / "none.ndjson"], ["--since", "yesterday", "--events", candidate]):
        assert fitpath("policy", "backtest", candidate, *words).exit_code == 1


async def test_backtest_of_a_ledger_compares_with_what_was_in_force_and_writes_nothing(
    candidate: Path, database: str, pool: Pool, policy: Policy, key: SubjectKey, monkeypatch: pytest.MonkeyPatch
):
    await Batches(pool, EventWriter(key)).handle(Where("test", EVENTS, 0), records_of(told(policy, key, 3), key))
    monkeypatch.setenv("FITPATH_DATABASE_URL", database)

    async def rows() -> list[int]:
        async with pool.acquire() as connection:
            row = await connection.fetchrow(
                "select (select count(*) from inbox), (select count(*) from policy), (select count(*) from outbox)"
            )
            return list(row)

    before = await rows()
    ran = await asyncio.to_thread(fitpath, "policy", "backtest", candidate, "--json")
    found = json.loads(ran.stdout)
    assert found["changes"] == {"no-more": 3}
    assert found["unanswerable"] == 12  # three answers, and three updates of each referral
    later = await asyncio.to_thread(
        fitpath, "policy", "backtest", candidate, "--since", "2027-01-01T00:00:00Z", "--json"
    )
    assert json.loads(later.stdout)["changes"] == {}
    assert await rows() == before


async def test_a_policy_may_be_applied_ahead_of_its_day(
    candidate: Path, database: str, policy: Policy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FITPATH_DATABASE_URL", database)
    past = await asyncio.to_thread(fitpath, "policy", "apply", candidate, "--from", "2020-01-01T00:00:00Z")
    assert past.exit_code == 1

    told = await asyncio.to_thread(fitpath, "policy", "apply", candidate, "--from", "2100-01-01T00:00:00Z", "--json")
    planned = json.loads(told.stdout)["hash"]
    shown = json.loads((await asyncio.to_thread(fitpath, "policy", "show", "--json")).stdout)
    assert shown["hash"] == policy_hash(policy) != planned
    assert [item["hash"] for item in shown["planned"]] == [planned]


async def test_a_candidate_decides_in_the_shadow_and_nothing_comes_of_it(
    candidate: Path, database: str, pool: Pool, policy: Policy, key: SubjectKey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FITPATH_DATABASE_URL", database)
    records = records_of(told(policy, key, 2), key)
    batches = Batches(pool, EventWriter(key))
    cast = await asyncio.to_thread(fitpath, "policy", "shadow", candidate)
    assert "in the shadow: candidate" in cast.output
    await batches.handle(Where("test", EVENTS, 0), records[:6])

    found = json.loads((await asyncio.to_thread(fitpath, "policy", "shadow", "--json")).stdout)
    assert found["shadow"]["name"] == "candidate"
    ways = {(tuple(item["done"]), tuple(item["would"])): item["times"] for item in found["otherwise"]}
    assert sum(times for (done, would), times in ways.items() if "prompted" in done and "prompted" not in would) == 2
    async with pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from decision where kind = 'prompted'") == 2
        assert await connection.fetchval("select count(distinct policy) from inbox") == 1

    off = await asyncio.to_thread(fitpath, "policy", "shadow", "--off")
    assert "nobody decides in the shadow" in off.output
    await batches.handle(Where("test", EVENTS, 0), records[6:])
    async with pool.acquire() as connection:
        assert await connection.fetchval("select max(event_offset) from shadow_decision") < 6


async def test_a_candidate_that_fails_harms_nothing(
    candidate: Path, pool: Pool, policy: Policy, key: SubjectKey, monkeypatch: pytest.MonkeyPatch
):
    async with pool.acquire() as connection:
        await cast_shadow(connection, read_policy_file(candidate))
    records = records_of(told(policy, key, 1), key)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("services.streams.shadow.decide", fails)
    assert await Batches(pool, EventWriter(key)).handle(Where("test", EVENTS, 0), records) == len(records)
    async with pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from dead_letter") == 0
        rows = await connection.fetch("select would, body from shadow_decision")
    assert {(tuple(row["would"]), row["body"]) for row in rows} == {(("fault ZeroDivisionError",), None)}
    assert len(rows) == len(records)
