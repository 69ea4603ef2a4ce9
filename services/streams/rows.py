"""The rows of a folded batch, written with one statement for each table: by COPY, which costs PostgreSQL the least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas.codec import seal
from schemas.events.internal import INTERNAL_TYPES
from schemas.facts import WaitDue
from schemas.identifiers import EventId
from schemas.refusal import pack_record
from schemas.topics import RECEIPTS
from services.domain.decisions import kind_of
from services.domain.policy import policy_hash
from services.domain.step import CORE_VERSION
from services.ledger.journeys import save_journeys

if TYPE_CHECKING:
    from datetime import datetime

    from services.ledger.database import Connection
    from services.streams.fold import Dead, Folded
    from services.streams.where import Where

_INBOX = (
    "source", "event_id", "arrival", "fingerprint", "type", "subject", "time", "recorded", "backfill", "correlation",
    "traceparent", "payload", "generation", "partition", "event_offset", "policy", "core_version", "internal",
)  # fmt: skip
_DECISION = ("generation", "partition", "event_offset", "ordinal", "subject", "kind", "body")
_OUTBOX = (
    "generation", "partition", "event_offset", "ordinal", "output_id", "topic", "type", "subject", "sequence", "time",
    "cause_source", "cause_id", "correlation", "traceparent", "policy", "data",
)  # fmt: skip


async def fingerprints(connection: Connection, ids: list[EventId]) -> dict[EventId, str]:
    """The fingerprints that the inbox, the only judge, holds under these event ids."""
    rows = await connection.fetch(
        "select i.source, i.event_id, i.fingerprint from unnest($1::text[], $2::text[]) as asked(source, event_id)"
        " join inbox i using (source, event_id)",
        [event_id.source for event_id in ids],
        [event_id.id for event_id in ids],
    )
    return {EventId(row["source"], row["event_id"]): row["fingerprint"] for row in rows}


async def write(connection: Connection, where: Where, folded: Folded, before: dict[str, int]) -> None:
    """Write everything a batch came to. Raises JourneyMoved; database errors as they are."""
    await connection.copy_records_to_table(
        "inbox",
        columns=_INBOX,
        records=[
            (
                item.accepted.source, item.accepted.id, item.accepted.arrival, item.fingerprint, item.accepted.type,
                item.accepted.subject, item.accepted.time, item.accepted.recorded, item.accepted.backfill,
                item.accepted.correlation, item.accepted.traceparent, item.sealed, where.generation, where.partition,
                item.offset, policy_hash(took.policy), CORE_VERSION, item.accepted.type in INTERNAL_TYPES,
            )
            for took in folded.took
            for item in (took.arrival,)
        ],
    )  # fmt: skip
    await save_journeys(connection, folded.journeys.values(), before)
    await connection.copy_records_to_table(
        "decision",
        columns=_DECISION,
        records=[
            (
                where.generation, where.partition, took.arrival.offset, n, took.arrival.accepted.subject,
                kind_of(made), msgspec.json.encode(made).decode(),
            )
            for took in folded.took
            for n, made in enumerate(took.decisions)
        ],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "outbox",
        columns=_OUTBOX,
        records=[
            (
                where.generation, where.partition, took.arrival.offset, output.ordinal, output.id, output.topic,
                output.type, output.subject, output.sequence, output.time, output.cause_source, output.cause_id,
                took.arrival.accepted.correlation, took.arrival.accepted.traceparent, output.policy,
                seal(output.subject, output.data),
            )
            for took in folded.took
            for output in took.outputs
        ],
    )  # fmt: skip
    await _write_waits(connection, folded)
    if folded.repeated:
        await write_repeated(connection, [
            (str(item.accepted.arrival), item.accepted.source, item.accepted.id, item.accepted.recorded)
            for item in folded.repeated
        ])  # fmt: skip
    for dead in folded.dead:
        await write_dead(connection, where, dead, "streams")
    await resolve(
        connection, [item.accepted.arrival for item in [*(took.arrival for took in folded.took), *folded.repeated]]
    )


async def _write_waits(connection: Connection, folded: Folded) -> None:
    """What begins to wait, and what has had its moment. A wait that began before keeps its moment."""
    begun = [(took.arrival.accepted.subject, wait) for took in folded.took for wait in took.waits]
    if begun:
        await connection.execute(
            "insert into wait (id, subject, step, about, due, until) select * from unnest($1::uuid[], $2::text[],"
            " $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[]) on conflict do nothing",
            [wait.id for _, wait in begun],
            [subject for subject, _ in begun],
            [wait.step for _, wait in begun],
            [wait.about for _, wait in begun],
            [wait.due for _, wait in begun],
            [wait.until for _, wait in begun],
        )
    due = [took.arrival.accepted.id for took in folded.took if isinstance(took.arrival.event.facts, WaitDue)]
    if due:
        await connection.execute("update wait set done = true where id = any($1::uuid[])", due)


async def write_repeated(connection: Connection, rows: list[tuple[str, str, str, datetime]]) -> None:
    """Duplicates: (arrival, source, event id, recorded)."""
    await connection.executemany(
        "insert into duplicate (arrival, source, event_id, recorded) values ($1, $2, $3, $4) on conflict do nothing",
        rows,
    )


async def write_dead(connection: Connection, where: Where, dead: Dead, stage: str, arrival: str | None = None) -> None:
    """A rejection with its dead letter: the record's own bytes and headers, so that it can be replayed.

    ``arrival``: its arrival id where the envelope does not have it. What is our own, an event or a receipt, stands
    outside the sum of arrivals (EXACTNESS 1): it leaves the letter alone.
    """
    record, accepted = dead.record, dead.accepted
    key = arrival or (accepted.arrival if accepted else where.arrival(record))
    recorded = accepted.recorded if accepted else None
    subject = accepted.subject if accepted else None
    own = where.topic == RECEIPTS or (accepted is not None and accepted.type in INTERNAL_TYPES)
    if not own:
        await connection.execute(
            "insert into rejection (arrival, door, codes, recorded) values ($1, $2, $3, coalesce($4, now()))"
            " on conflict (arrival) do update set codes = excluded.codes",
            key, stage, [dead.code], recorded,
        )  # fmt: skip
    await connection.execute(
        "insert into dead_letter (arrival, stage, code, subject, topic, partition, record_offset, generation, record,"
        " at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, now()))"
        " on conflict (arrival) do update set stage = excluded.stage, code = excluded.code, state = 'open'",
        key, stage, dead.code, subject, where.topic, where.partition, record.offset, where.generation,
        seal(subject, pack_record(record.headers, record.value)), recorded,
    )  # fmt: skip


async def resolve(connection: Connection, arrivals: list[str]) -> None:
    """Replayed dead letters that went through: rejected becomes accepted, and the letter is kept as resolved."""
    done = await connection.fetch(
        "update dead_letter set state = 'resolved' where arrival = any($1) and state = 'replaying' returning arrival",
        arrivals,
    )
    if done:
        await connection.execute("delete from rejection where arrival = any($1)", [row["arrival"] for row in done])
