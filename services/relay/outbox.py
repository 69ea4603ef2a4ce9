"""The outbox as a lane reads it: commit order within an input partition (EXACTNESS 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from schemas.codes import SOURCE
from schemas.envelope import MEDIA_TYPE, Accepted, Headers, as_headers, to_headers
from schemas.events.internal import MEDIA_TYPE as OWN_MEDIA_TYPE
from schemas.identifiers import ArrivalId, SubjectReference
from schemas.topics import EVENTS
from services.ledger.outputs import attributes, payload

if TYPE_CHECKING:
    import asyncpg

    from services.ledger.database import Pool


class Position(NamedTuple):
    """The last output of a lane that was published."""

    event_offset: int = -1
    ordinal: int = -1


class Publishing(NamedTuple):
    """One output, as it goes to the broker."""

    position: Position
    topic: str
    key: bytes
    value: bytes
    headers: Headers


async def next_outputs(pool: Pool, generation: str, partition: int, after: Position, most: int) -> list[Publishing]:
    """The next outputs of a lane, at most ``most``."""
    rows = await pool.fetch(
        "select output_id, topic, type, subject, sequence, time, cause_id, correlation, traceparent, policy, data,"
        " event_offset, ordinal from outbox"
        " where generation = $1 and partition = $2 and (event_offset, ordinal) > ($3, $4)"
        " order by event_offset, ordinal limit $5",
        generation, partition, after.event_offset, after.ordinal, most,
    )  # fmt: skip
    return [publishing(row) for row in rows]


def publishing(row: asyncpg.Record) -> Publishing:
    """A row of the outbox as a CloudEvent in Kafka's binary binding."""
    own = row["topic"] == EVENTS
    return Publishing(
        position=Position(row["event_offset"], row["ordinal"]),
        topic=row["topic"],
        key=row["subject"].encode(),
        value=payload(row),
        headers=_own_event(row) if own else as_headers(attributes(row), MEDIA_TYPE),
    )


def _own_event(row: asyncpg.Record) -> Headers:
    """An event of our own: its id is its arrival, and it was recorded when the journey that caused it says so."""
    name, subject = str(row["output_id"]), SubjectReference(row["subject"])
    event = Accepted(
        id=name, source=SOURCE, type=row["type"], time=row["time"], subject=subject, recorded=row["time"],
        arrival=ArrivalId(name), correlation=row["correlation"], traceparent=row["traceparent"],
    )  # fmt: skip
    return [*to_headers(event, OWN_MEDIA_TYPE), ("ce_causationid", row["cause_id"].encode())]


async def mark(pool: Pool, generation: str, partition: int, position: Position) -> None:
    """Note in the ledger how far a lane is; an owner that was overtaken and comes late notes nothing."""
    await pool.execute(
        "insert into relay_position as r (generation, partition, event_offset, ordinal) values ($1, $2, $3, $4)"
        " on conflict (generation, partition) do update set event_offset = excluded.event_offset,"
        " ordinal = excluded.ordinal"
        " where (r.event_offset, r.ordinal) < (excluded.event_offset, excluded.ordinal)",
        generation, partition, position.event_offset, position.ordinal,
    )  # fmt: skip


async def marked(pool: Pool, generation: str, partition: int) -> Position:
    """How far the ledger says that a lane is."""
    row = await pool.fetchrow(
        "select event_offset, ordinal from relay_position where generation = $1 and partition = $2",
        generation, partition,
    )  # fmt: skip
    return Position(row["event_offset"], row["ordinal"]) if row else Position()


async def unpublished(pool: Pool, generation: str) -> dict[int, int]:
    """How many outputs of each lane are not published yet, counted up to a hundred thousand."""
    rows = await pool.fetch(
        "select p.partition, (select count(*) from (select 1 from outbox o where o.generation = g.generation"
        " and o.partition = p.partition and (o.event_offset, o.ordinal) >"
        " (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1)) limit 100000) counted) n"
        " from log_generation g cross join lateral generate_series(0, g.partitions - 1) p(partition)"
        " left join relay_position r on r.generation = g.generation and r.partition = p.partition"
        " where g.generation = $1",
        generation,
    )
    return {row["partition"]: row["n"] for row in rows}


Outputs = Sequence[Publishing]
