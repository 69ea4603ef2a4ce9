"""`outcomes` reads a ledger, as table, CSV, JSON and page."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from given_events import records_of, told
from typer.testing import CliRunner

from schemas.topics import EVENTS
from services.cli import app
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool


async def test_outcomes_of_a_ledger(
    database: str, pool: Pool, policy: Policy, key: SubjectKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await Batches(pool, EventWriter(key)).handle(Where("test", EVENTS, 0), records_of(told(policy, key, 9), key))
    monkeypatch.setenv("FITPATH_DATABASE_URL", database)

    async def outcomes(*words: str) -> str:
        ran = await asyncio.to_thread(CliRunner().invoke, app, ["outcomes", *words])
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    exact = json.loads(await outcomes("--exact", "--json"))
    reached = {stage["stage"]: stage["people"] for stage in exact["funnels"][0]["stages"]}
    assert reached["evidence"] == reached["prompt"] == reached["referral"] == reached["acceptance"] == 9
    assert reached["job"] == 0

    shown = json.loads(await outcomes("--json"))
    assert {stage["people"] for stage in shown["funnels"][0]["stages"]} == {0, 10}
    assert "all,all,referral,10," in await outcomes("--csv")

    page = tmp_path / "outcomes.html"
    await outcomes("--html", str(page))
    assert "<svg" in page.read_text()
