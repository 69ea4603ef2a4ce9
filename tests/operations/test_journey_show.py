"""`journey show`: what a person's fit notes come to is derived when it is asked, and stored nowhere."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from given_events import FIRST_DAY, people, records_of, reference
from typer.testing import CliRunner

from schemas.topics import EVENTS
from services.cli import app
from services.demo.messages import fit_note
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Pool


async def test_an_absence_is_shown_with_its_length_its_notes_and_the_share_that_may_be_fit(
    pool: Pool, database: str, key: SubjectKey
):
    (person,) = people(1)
    events = [fit_note(person, FIRST_DAY, 14, "278860009"), fit_note(person, FIRST_DAY.replace(day=12), 7, "278860009")]
    await Batches(pool, EventWriter(key)).handle(Where("test", EVENTS, 0), records_of(events, key))

    env = {"FITPATH_DATABASE_URL": database, "FITPATH_BROKER_URL": "127.0.0.1:1"}
    asked = ["journey", "show", reference(person, key)]
    said = await asyncio.to_thread(CliRunner().invoke, app, [*asked, "--json"], env=env)
    assert json.loads(said.stdout)["absences"] == [
        {"start": "2026-03-02", "end": "2026-03-18", "open": False, "days": 17, "working_days": 13, "notes": 2,
         "may_be_fit": 0.0},
    ]  # fmt: skip
    words = (await asyncio.to_thread(CliRunner().invoke, app, asked, env=env)).stderr
    assert "2026-03-02 to 2026-03-18: 17 days (13 working days), 2 fit notes, 0% may be fit" in words
    assert "absences" not in await pool.fetchval("select state::text from journey")
