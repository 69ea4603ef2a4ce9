"""A dead letter is mended and replayed after newer events of the same person: it goes to where it belongs."""

from __future__ import annotations

import json
from datetime import datetime

import asyncpg
import pytest
from kafka_feed import Fed, feed, publish
from kafka_proof import ids_of_inbox, prove, worked_off
from kafka_rooms import Rooms

from services.ledger.journeys import load_journeys

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 12


def happened(event: Fed) -> datetime:
    """When it happened, by its publisher."""
    return datetime.fromisoformat(json.loads(event.body)["time"])


async def test_a_dead_letter_that_is_replayed_after_newer_events_is_taken_once_and_all_agree(rooms: Rooms) -> None:
    fed = feed(120, PEOPLE, seed=41)
    refused = fed[7]
    newer = [event for event in fed[8:] if event.number == refused.number and happened(event) > happened(refused)]
    assert len(newer) > 1
    ledger = await asyncpg.connect(rooms.dsn)
    try:
        await ledger.execute(f"alter table inbox add constraint refuses check (event_id <> '{refused.id}') not valid")
        await publish(rooms.door, fed)
        await worked_off(rooms)
        assert await ids_of_inbox(rooms.dsn) == {event.id for event in fed if event is not refused}
        assert [tuple(row) for row in await ledger.fetch("select code, state from dead_letter")] == [
            ("processing-failed", "open")
        ]
        assert "processing-failed" in await rooms.command("dead-letters", "list")
        assert '"verified":true' in (await rooms.command("replay", "verify", "--json")).replace(" ", "")

        await rooms.command("dead-letters", "replay", "--all")  # nothing was mended: it comes back
        await worked_off(rooms)
        assert await ledger.fetchval("select state from dead_letter") == "open"

        await ledger.execute("alter table inbox drop constraint refuses")
        await rooms.command("dead-letters", "replay", "--all")
        await prove(rooms, fed)
        assert await ledger.fetchval("select state from dead_letter") == "resolved"

        person = await ledger.fetchval("select subject from inbox where event_id = $1", refused.id)
        facts = [fact.id for fact in (await load_journeys(ledger, [person]))[person].facts]
        theirs = [event for event in fed if event.number == refused.number]
        assert facts == [event.id for event in sorted(theirs, key=happened)]
    finally:
        await ledger.close()
