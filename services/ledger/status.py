"""Counts and fates, always read from rows, never from counters in memory (EXACTNESS 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.identifiers import EventId

if TYPE_CHECKING:
    from services.ledger.database import Connection


async def counts(connection: Connection) -> dict[str, int]:
    """The sum that must add up, and what was made: arrivals = accepted + duplicate + rejected."""
    row = await connection.fetchrow(
        "select (select count(*) from arrivals) arrivals,"
        " (select count(*) from arrivals where outcome = 'accepted') accepted,"
        " (select count(*) from arrivals where outcome = 'duplicate') duplicate,"
        " (select count(*) from arrivals where outcome = 'rejected') rejected,"
        " (select count(*) from outbox where type = 'ips-referral-prompted-1') prompts,"
        " (select count(*) from outbox where type = 'ips-referral-requested-1') referrals,"
        " (select count(*) from outbox where type = 'patient-information-due-1') patient_information,"
        " (select count(*) from outbox where type = 'care-package-updated-1') care_packages,"
        " (select count(*) from outbox where type = 'feedback-given-1') feedback,"
        " (select count(*) from decision where kind = 'held') holds,"
        " (select count(*) from dead_letter where state <> 'resolved') dead_letters,"
        " (select count(*) from journey) journeys"
    )
    return dict(row) if row else {}


async def status_of_event(connection: Connection, event: EventId) -> dict[str, object] | None:
    """The fate of an accepted event, with its decisions' kinds; none when the inbox does not hold it."""
    row = await connection.fetchrow(
        "select arrival, type, subject, time, recorded, generation, partition, event_offset from inbox"
        " where source = $1 and event_id = $2",
        event.source, event.id,
    )  # fmt: skip
    if row is None:
        return None
    kinds = await connection.fetch(
        "select kind from decision where generation = $1 and partition = $2 and event_offset = $3 order by ordinal",
        row["generation"], row["partition"], row["event_offset"],
    )  # fmt: skip
    again = await connection.fetchval(
        "select count(*) from duplicate where source = $1 and event_id = $2", event.source, event.id
    )
    return {
        "status": "processed", "arrival": row["arrival"], "type": row["type"], "subject": row["subject"],
        "time": row["time"].isoformat(), "recorded": row["recorded"].isoformat(),
        "decisions": [kind["kind"] for kind in kinds], "duplicates": again,
    }  # fmt: skip
