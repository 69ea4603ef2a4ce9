"""A dead letter is mended and replayed after newer events of the same person: it goes to where it belongs."""

from __future__ import annotations

import asyncpg
import pytest
from kafka_feed import feed, publish
from kafka_proof import ids_of_inbox, prove, worked_off
from kafka_rooms import Rooms

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 12


async def test_a_dead_letter_that_is_replayed_after_newer_events_is_taken_once_and_all_agree(rooms: Rooms) -> None:
    fed = feed(120, PEOPLE, seed=41)
    refused = fed[7]
    assert sum(event.number == refused.number for event in fed[8:]) > 1
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
    finally:
        await ledger.close()
