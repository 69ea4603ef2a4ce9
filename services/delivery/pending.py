"""What a destination has taken in and is not finished: rows, so that no topic's position waits for one person.

The next of a person comes once the one before has its outcome: their order is kept, others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemas.receipt import Receipt

if TYPE_CHECKING:
    import asyncpg

    from services.ledger.database import Connection, Pool


_OUTPUT = (
    "o.output_id, o.topic, o.type, o.subject, o.sequence, o.time, o.cause_source, o.cause_id, o.ordinal,"
    " o.correlation, o.traceparent, o.policy, o.data"
)


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


async def finished(connection: Connection, destination: str) -> list[Receipt]:
    """The receipts of what is finished and still on the list: whoever had the destination before may not have told."""
    rows = await connection.fetch(
        "select output_id, subject, outcome, at, reason from delivery where destination = $1 and outcome is not null",
        destination,
    )
    return [
        Receipt(str(row["output_id"]), destination, row["subject"], row["outcome"], row["at"], row["reason"])
        for row in rows
    ]


async def finish(connection: Connection, receipt: Receipt) -> None:
    """Note the final outcome of an output before its receipt is told: told again it says the same."""
    await connection.execute(
        "update delivery set outcome = $3, reason = $4, at = $5 where destination = $1 and output_id = $2::uuid",
        receipt.destination, receipt.output, receipt.outcome, receipt.reason, receipt.at,
    )  # fmt: skip


async def next_outputs(connection: Connection, destination: str, most: int) -> list[asyncpg.Record]:
    """The next output of each person whose turn it is, as rows of the outbox.

    One that the outbox does not hold is none that Fitpath made, or the ledger was put back to an earlier point and
    has not come to it again: it waits, and holds up nobody.
    """
    return await connection.fetch(
        f"select {_OUTPUT} from delivery d join outbox o using (output_id)"  # noqa: S608 - our own words
        " where d.destination = $1 and d.outcome is null and d.again <= now() and not exists (select 1 from delivery b"
        " join outbox using (output_id)"
        " where b.destination = $1 and b.subject = d.subject and b.sequence < d.sequence and b.outcome is null)"
        " order by d.again, d.output_id limit $2",
        destination, most,
    )  # fmt: skip


async def ask_again(connection: Connection, destination: str, output: str, reason: str, after: timedelta) -> None:
    """Look at an output later, and note why not now."""
    await connection.execute(
        "update delivery set again = now() + $4, reason = $3 where destination = $1 and output_id = $2::uuid",
        destination, output, reason, after,
    )  # fmt: skip


async def outcomes_of(connection: Connection, destination: str, subject: str) -> list[asyncpg.Record]:
    """What finally became of a person's outputs at a destination, as rows of the outbox with their outcome."""
    return await connection.fetch(
        f"select f.outcome, {_OUTPUT} from (select output_id, outcome from receipt"  # noqa: S608 - our own words
        " where destination = $1 and subject = $2 union select output_id, outcome from delivery"
        " where destination = $1 and subject = $2 and outcome is not null) f join outbox o using (output_id)",
        destination, subject,
    )  # fmt: skip


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
