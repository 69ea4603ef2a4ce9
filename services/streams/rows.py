"""The rows of a folded batch, written with one statement for each table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas.codec import seal
from schemas.events.internal import INTERNAL_TYPES
from schemas.facts import WaitDue
from schemas.identifiers import EventId
from schemas.refusal import pack_record
from services.domain.decisions import kind_of
from services.domain.policy import policy_hash
from services.domain.step import CORE_VERSION
from services.ledger.journeys import save_journeys

if TYPE_CHECKING:
    from datetime import datetime

    from services.domain.policy import Policy
    from services.ledger.database import Connection
    from services.streams.fold import Dead, Folded
    from services.streams.where import Where


async def fingerprints(connection: Connection, ids: list[EventId]) -> dict[EventId, str]:
    """The fingerprints that the inbox, the only judge, holds under these event ids."""
    rows = await connection.fetch(
        "select i.source, i.event_id, i.fingerprint from unnest($1::text[], $2::text[]) as asked(source, event_id)"
        " join inbox i using (source, event_id)",
        [event_id.source for event_id in ids],
        [event_id.id for event_id in ids],
    )
    return {EventId(row["source"], row["event_id"]): row["fingerprint"] for row in rows}


async def write(connection: Connection, where: Where, folded: Folded, before: dict[str, int], policy: Policy) -> None:
    """Write everything a batch came to. Raises JourneyMoved; database errors as they are."""
    digest = policy_hash(policy)
    arrivals = [took.arrival for took in folded.took]
    await connection.execute(
        "insert into inbox (source, event_id, arrival, fingerprint, type, subject, time, recorded, backfill,"
        " correlation, traceparent, payload, generation, partition, event_offset, policy, core_version, internal)"
        " select a, b, c, d, e, f, g, h, i, j, k, l, $13, $14, m, $15, $16, e = any($18) from unnest($1::text[],"
        " $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],"
        " $9::boolean[], $10::text[], $11::text[], $12::bytea[], $17::bigint[])"
        " as x(a, b, c, d, e, f, g, h, i, j, k, l, m)",
        [item.accepted.source for item in arrivals],
        [item.accepted.id for item in arrivals],
        [item.accepted.arrival for item in arrivals],
        [item.fingerprint for item in arrivals],
        [item.accepted.type for item in arrivals],
        [item.accepted.subject for item in arrivals],
        [item.accepted.time for item in arrivals],
        [item.accepted.recorded for item in arrivals],
        [item.accepted.backfill for item in arrivals],
        [item.accepted.correlation for item in arrivals],
        [item.accepted.traceparent for item in arrivals],
        [item.sealed for item in arrivals],
        where.generation, where.partition, digest, CORE_VERSION,
        [item.offset for item in arrivals], sorted(INTERNAL_TYPES),
    )  # fmt: skip
    await save_journeys(connection, folded.journeys.values(), before)
    decided = [(took.arrival, n, made) for took in folded.took for n, made in enumerate(took.decisions)]
    await connection.execute(
        "insert into decision (generation, partition, event_offset, ordinal, subject, kind, body)"
        " select $1, $2, a, b, c, d, e::jsonb"
        " from unnest($3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[]) as x(a, b, c, d, e)",
        where.generation, where.partition,
        [arrival.offset for arrival, _, _ in decided],
        [n for _, n, _ in decided],
        [arrival.accepted.subject for arrival, _, _ in decided],
        [kind_of(made) for _, _, made in decided],
        [msgspec.json.encode(made).decode() for _, _, made in decided],
    )  # fmt: skip
    await _write_outputs(connection, where, folded)
    await _write_waits(connection, folded)
    await write_repeated(connection, [
        (str(item.accepted.arrival), item.accepted.source, item.accepted.id, item.accepted.recorded)
        for item in folded.repeated
    ])  # fmt: skip
    for dead in folded.dead:
        await write_dead(connection, where, dead, "streams")
    await resolve(connection, [item.accepted.arrival for item in [*arrivals, *folded.repeated]])


async def _write_outputs(connection: Connection, where: Where, folded: Folded) -> None:
    made = [(took.arrival, output) for took in folded.took for output in took.outputs]
    await connection.execute(
        "insert into outbox (generation, partition, event_offset, ordinal, output_id, topic, type, subject, sequence,"
        " time, cause_source, cause_id, correlation, traceparent, policy, data)"
        " select $1, $2, a, b, c, d, e, f, g, h, i, j, k, l, m, n from unnest($3::bigint[], $4::int[], $5::uuid[],"
        " $6::text[], $7::text[], $8::text[], $9::bigint[], $10::timestamptz[], $11::text[], $12::text[], $13::text[],"
        " $14::text[], $15::text[], $16::bytea[]) as x(a, b, c, d, e, f, g, h, i, j, k, l, m, n)",
        where.generation, where.partition,
        [arrival.offset for arrival, _ in made],
        [output.ordinal for _, output in made],
        [output.id for _, output in made],
        [output.topic for _, output in made],
        [output.type for _, output in made],
        [output.subject for _, output in made],
        [output.sequence for _, output in made],
        [output.time for _, output in made],
        [output.cause_source for _, output in made],
        [output.cause_id for _, output in made],
        [arrival.accepted.correlation for arrival, _ in made],
        [arrival.accepted.traceparent for arrival, _ in made],
        [output.policy for _, output in made],
        [seal(arrival.accepted.subject, output.data) for arrival, output in made],
    )  # fmt: skip


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

    ``arrival``: its arrival id where the envelope does not have it.
    """
    record, accepted = dead.record, dead.accepted
    key = arrival or (accepted.arrival if accepted else where.arrival(record))
    recorded = accepted.recorded if accepted else None
    subject = accepted.subject if accepted else None
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
