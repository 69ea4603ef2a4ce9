"""Log generations and the offset that counts (EXACTNESS 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.topics import EVENTS, RECEIPTS, REFUSALS

if TYPE_CHECKING:
    from services.ledger.database import Connection, Pool

READ_BY_STREAMS = (EVENTS, REFUSALS, RECEIPTS)


class PartitionsDiffer(Exception):  # noqa: N818 - named after what is wrong
    """The topics have another number of partitions than the ledger fixed for this log generation."""


class LogNotBegun(Exception):  # noqa: N818 - named after what is wrong
    """The ledger does not know a log generation: nothing was made ready for it."""


async def fixed_partitions(connection: Connection, generation: str) -> int | None:
    """How many partitions the ledger fixed for a log generation; none when it has not begun, or no ledger is made."""
    if await connection.fetchval("select to_regclass('log_generation')") is None:
        return None
    fixed: int | None = await connection.fetchval(
        "select partitions from log_generation where generation = $1", generation
    )
    return fixed


async def partitions_of(connection: Connection | Pool, generation: str) -> int:
    """How many partitions the ledger fixed for a log generation. Raises LogNotBegun."""
    partitions: int | None = await connection.fetchval(
        "select partitions from log_generation where generation = $1", generation
    )
    if partitions is None:
        raise LogNotBegun("the ledger does not know this log generation: `fitpath prepare` begins it")
    return partitions


async def begin_generation(connection: Connection, generation: str, partitions: int, *, embedded: bool) -> None:
    """Make a generation known, once. Raises PartitionsDiffer when it is known with another number of partitions."""
    async with connection.transaction():
        await connection.execute(
            "insert into log_generation (generation, partitions, embedded) values ($1, $2, $3) on conflict do nothing",
            generation, partitions, embedded,
        )  # fmt: skip
        fixed = await connection.fetchval("select partitions from log_generation where generation = $1", generation)
        if fixed != partitions:
            raise PartitionsDiffer(f"the ledger fixed {fixed} partitions for this log, the topics have {partitions}")
        await connection.execute(
            "insert into log_position (generation, topic, partition)"
            " select $1, topic, number from unnest($2::text[]) topic, generate_series(0, $3 - 1) number"
            " on conflict do nothing",
            generation, list(READ_BY_STREAMS), partitions,
        )  # fmt: skip


async def offset_that_counts(connection: Connection, generation: str, topic: str, partition: int) -> int | None:
    """The next offset to process of a partition; none when the ledger did not fix it."""
    offset: int | None = await connection.fetchval(
        "select next_offset from log_position where generation = $1 and topic = $2 and partition = $3",
        generation, topic, partition,
    )  # fmt: skip
    return offset


async def known_arrivals(connection: Connection, arrivals: list[str]) -> set[str]:
    """Which of these arrivals are rows already (repetitions of our own, which count nowhere)."""
    rows = await connection.fetch(
        "select arrival from inbox where arrival = any($1)"
        " union all select arrival from duplicate where arrival = any($1)"
        " union all select arrival from rejection where arrival = any($1) and not exists"
        " (select 1 from dead_letter d where d.arrival = rejection.arrival and d.state = 'replaying')"
        " union all select arrival from dead_letter where arrival = any($1) and state = 'open'",
        arrivals,
    )
    return {row["arrival"] for row in rows}


async def halt(connection: Connection, generation: str, topic: str, partition: int, reason: str) -> None:
    """Note why a partition is not read any more, and since when."""
    await connection.execute(
        "insert into halt as h (generation, topic, partition, reason) values ($1, $2, $3, $4)"
        " on conflict (generation, topic, partition) do update set reason = excluded.reason,"
        " since = case when h.reason = excluded.reason then h.since else now() end",
        generation, topic, partition, reason,
    )  # fmt: skip


async def lift_halt(connection: Connection, generation: str, topic: str, partition: int) -> None:
    """The partition is read again."""
    await connection.execute(
        "delete from halt where generation = $1 and topic = $2 and partition = $3", generation, topic, partition
    )
