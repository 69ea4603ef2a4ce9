"""Draining: before a clean stop everything that was taken is worked off, because the embedded broker forgets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import asyncpg

from schemas.topics import EVENTS, INBOUND, REFUSALS
from services.log_reader import LogReader
from services.worked_off import inbound_taken, partition_taken

if TYPE_CHECKING:
    from services.broker_security import Address
    from services.ledger.database import Connection

_WORKED_OFF = (EVENTS, REFUSALS)


async def drained(
    dsn: str, broker: Address, generation: str, *, inbound: bool, within: float, topics: Sequence[str] = (INBOUND,)
) -> bool:
    """Wait until what is on the topics is in the ledger and what is in the outbox is published.

    ``inbound``: also what publishers produced to the inbound ``topics`` (while the door still runs).
    False when it took longer than ``within`` seconds.
    """
    to_take = topics if inbound else ()
    connection = await asyncpg.connect(dsn)
    try:
        async with LogReader(broker) as reader, asyncio.timeout(within):
            while not await _settled(connection, reader, generation, to_take):  # noqa: ASYNC110 - rows of others
                await asyncio.sleep(0.05)
        return True
    except TimeoutError:
        return False
    finally:
        await connection.close()


async def _settled(connection: Connection, reader: LogReader, generation: str, inbound: Sequence[str]) -> bool:
    """An output may be an event of our own, which is to be taken again: what was taken is looked at twice."""
    if not await inbound_taken(connection, reader, generation, inbound):
        return False
    before = await _taken(connection, reader, generation)
    if before is None or await connection.fetchval(
        "select exists (select 1 from outbox o left join relay_position r using (generation, partition)"
        " where o.generation = $1 and (o.event_offset, o.ordinal) >"
        " (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1)))",
        generation,
    ):
        return False
    return await _taken(connection, reader, generation) == before


async def _taken(connection: Connection, reader: LogReader, generation: str) -> int | None:
    """How many records were taken, once all that are there have been; none before.

    Receipts may go on for as long as outputs are carried out; what is lost of them is told again.
    """
    partitions = await connection.fetchval("select partitions from log_generation where generation = $1", generation)
    for topic in _WORKED_OFF:
        for partition in range(partitions):
            if not await partition_taken(connection, reader, generation, topic, partition):
                return None
    taken: int = await connection.fetchval(
        "select sum(next_offset)::bigint from log_position where generation = $1 and topic = any($2)",
        generation,
        list(_WORKED_OFF),
    )
    return taken
