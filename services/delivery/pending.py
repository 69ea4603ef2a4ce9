"""What a destination has taken in and is not finished: rows, so that no topic's position waits for one person.

The next of a person comes once the one before has its receipt on the way: their order is kept, others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import asyncpg

    from services.ledger.database import Connection, Pool


class Taken(NamedTuple):
    """An output as its record on a topic names it."""

    output: str
    subject: str
    sequence: int


async def begin(pool: Pool, destination: str, topics: Sequence[str]) -> None:
    """Know a destination from now on, and list what an embedded broker forgot before it was taken in.

    Such a broker begins empty at each start, and what was published once is not published again.
    """
    await pool.execute("insert into destination (name) values ($1) on conflict do nothing", destination)
    await pool.execute(
        "insert into delivery (destination, output_id, subject, sequence)"
        " select d.name, o.output_id, o.subject, o.sequence from destination d, outbox o"
        " join log_generation g using (generation) join relay_position r using (generation, partition)"
        " where d.name = $1 and g.embedded and o.topic = any($2) and o.time >= d.begun"
        " and (o.event_offset, o.ordinal) <= (r.event_offset, r.ordinal)"
        " and not exists (select 1 from receipt c where c.output_id = o.output_id and c.destination = d.name)"
        " on conflict do nothing",
        destination, list(topics),
    )  # fmt: skip


async def take_in(pool: Pool, destination: str, outputs: Iterable[Taken]) -> int:
    """Put outputs on the list; what is on it or has its receipt is not put there again. Returns how many are new."""
    each = list(outputs)
    rows = await pool.fetch(
        "insert into delivery (destination, output_id, subject, sequence)"
        " select $1, output, subject, sequence from unnest($2::uuid[], $3::text[], $4::bigint[])"
        " came(output, subject, sequence)"
        " where not exists (select 1 from receipt where output_id = output and destination = $1)"
        " on conflict do nothing returning 1",
        destination,
        [item.output for item in each],
        [item.subject for item in each],
        [item.sequence for item in each],
    )
    return len(rows)


async def tell_again(connection: Connection, destination: str) -> None:
    """Whoever had the destination before may have told receipts that never arrived: finish those once more."""
    await connection.execute("update delivery set told = false where destination = $1 and told", destination)


async def next_outputs(connection: Connection, destination: str, most: int) -> list[asyncpg.Record]:
    """The next output of each person whose turn it is, as rows of the outbox.

    One that the outbox does not hold is none that Fitpath made, or the ledger was put back to an earlier point and
    has not come to it again: it waits, and holds up nobody.
    """
    return await connection.fetch(
        "select o.output_id, o.topic, o.type, o.subject, o.sequence, o.time, o.cause_source, o.cause_id, o.ordinal,"
        " o.correlation, o.traceparent, o.policy, o.data"
        " from delivery d join outbox o using (output_id)"
        " where d.destination = $1 and not d.told and d.again <= now() and not exists (select 1 from delivery b"
        " join outbox using (output_id)"
        " where b.destination = $1 and b.subject = d.subject and b.sequence < d.sequence and not b.told)"
        " order by d.again, d.output_id limit $2",
        destination, most,
    )  # fmt: skip


async def ask_again(connection: Connection, destination: str, output: str, reason: str, after: timedelta) -> None:
    """Look at an output later, and note why not now."""
    await connection.execute(
        "update delivery set again = now() + $4, reason = $3 where destination = $1 and output_id = $2::uuid",
        destination, output, reason, after,
    )  # fmt: skip


async def told(connection: Connection, destination: str, output: str) -> None:
    """The receipt of an output is on its topic: the stream room takes it off the list."""
    await connection.execute(
        "update delivery set told = true where destination = $1 and output_id = $2::uuid", destination, output
    )


async def fails(connection: Connection, destination: str, reason: str | None) -> None:
    """Note why a destination takes nothing, and since when; none: it takes again."""
    await connection.execute(
        "update destination set since = case when $2::text is null then null else coalesce(since, now()) end,"
        " failing = $2 where name = $1 and failing is distinct from $2",
        destination, reason,
    )  # fmt: skip


async def waiting(pool: Pool, destination: str) -> int:
    """How many outputs have no final outcome at a destination yet."""
    count: int = await pool.fetchval("select count(*) from delivery where destination = $1", destination)
    return count
