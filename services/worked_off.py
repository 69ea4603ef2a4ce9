"""Whether what stood on a topic at a moment is in the ledger: for a clean stop, and before a wait is called over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemas.topics import EVENTS

if TYPE_CHECKING:
    from services.ledger.database import Connection
    from services.log_reader import LogReader


async def partition_taken(
    connection: Connection, reader: LogReader, generation: str, topic: str, partition: int
) -> bool:
    """Whether the offset that counts has reached the end of a partition as it is now. Raises KafkaError."""
    _, end = await reader.bounds(topic, partition)
    ours: int = await connection.fetchval(
        "select next_offset from log_position where generation = $1 and topic = $2 and partition = $3",
        generation, topic, partition,
    )  # fmt: skip
    return ours >= end


async def own_events_sent(connection: Connection, generation: str) -> bool:
    """Whether no event of our own waits in the outbox for ``fitpath.events``."""
    waits: bool = await connection.fetchval(
        "select exists (select 1 from outbox o left join relay_position r using (generation, partition)"
        " where o.generation = $1 and o.topic = $2 and (o.event_offset, o.ordinal) >"
        " (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1)))",
        generation, EVENTS,
    )  # fmt: skip
    return not waits


async def inbound_taken(connection: Connection, reader: LogReader, generation: str, topics: Iterable[str]) -> bool:
    """Whether the last record of each partition of the inbound topics has become a row. Raises KafkaError."""
    last = []
    for topic in topics:
        for partition in await reader.partitions(topic):
            first, end = await reader.bounds(topic, partition)
            if end > first:
                last.append(f"{generation}:{topic}:{partition}:{end - 1}")
    found: int = await connection.fetchval("select count(*) from arrivals where arrival = any($1)", last)
    return found == len(last)
