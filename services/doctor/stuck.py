"""Whether what waits is worked off: records for the stream room, outputs for the relay, waits for the timers.

A queue is no fault; one that does not move while somebody looks is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from services.broker import topics_there
from services.finding import Finding
from services.ledger.generation import READ_BY_STREAMS, LogNotBegun, partitions_of
from services.log_reader import LogReader
from services.relay.outbox import unpublished

if TYPE_CHECKING:
    from services.doctor.ground import Ground
    from services.ledger.database import Pool

_LOOK_SECONDS = 5.0
_APART_SECONDS = 0.25
_SHOWN = 100


class Queue(NamedTuple):
    """How many wait in one place, and what changes when one of them is worked off."""

    waiting: int
    position: object


Look = Callable[[], Awaitable[Mapping[str, Queue]]]


async def records(ground: Ground) -> Finding:
    """Whether the stream room works off ``fitpath.events`` and ``fitpath.refusals``."""
    generation = await ground.generation()
    try:
        await partitions_of(ground.pool, generation)
    except LogNotBegun as why:
        return Finding("streams", False, str(why), "`fitpath prepare`")
    broker = ground.broker()
    if not {*READ_BY_STREAMS} <= (await topics_there(broker)).keys():  # to ask for one may make it, and otherwise
        return Finding("streams", False, "cannot be asked: topics are missing", "see topics")
    async with LogReader(broker) as reader:
        return await _finding("streams", "records", lambda: _lag(ground.pool, reader, generation))


async def outputs(ground: Ground) -> Finding:
    """Whether the relay publishes the outbox."""
    generation = await ground.generation()
    return await _finding("relay", "outputs", lambda: _outbox(ground.pool, generation))


async def waits(ground: Ground) -> Finding:
    """Whether the timers take what is due; a partition that stands still may hold it back for a while."""
    patience = timedelta(seconds=ground.settings.timer_patience_seconds)
    return await _finding("timers", "overdue waits", lambda: _overdue(ground.pool, patience))


async def _finding(room: str, what: str, look: Look) -> Finding:
    still = await stuck(look)
    if not still:
        return Finding(room, True, f"no {what} stand and wait")
    places = ", ".join(f"{queue.waiting} in {place}" for place, queue in still.items())
    return Finding(
        room, False, f"{what} wait and are not worked off: {places}",
        f"start `fitpath {room}`; where it runs, partitions and its log say why it does not go on",
    )  # fmt: skip


async def stuck(look: Look) -> dict[str, Queue]:
    """The queues that did not move while one looked; one that moves, or is empty, is let go at once."""
    still = {place: queue for place, queue in (await look()).items() if queue.waiting}
    end = asyncio.get_running_loop().time() + _LOOK_SECONDS
    while still and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(_APART_SECONDS)
        now = await look()
        still = {
            place: now[place]
            for place, queue in still.items()
            if place in now and now[place].waiting and now[place].position == queue.position
        }
    return still


async def _lag(pool: Pool, reader: LogReader, generation: str) -> dict[str, Queue]:
    rows = await pool.fetch(
        "select topic, partition, next_offset from log_position where generation = $1 order by 1, 2", generation
    )
    found = {}
    for row in rows:
        _, end = await reader.bounds(row["topic"], row["partition"])
        ours: int = row["next_offset"]
        found[f"{row['topic']} {row['partition']}"] = Queue(max(end - ours, 0), ours)
    return found


async def _outbox(pool: Pool, generation: str) -> dict[str, Queue]:
    waiting = await unpublished(pool, generation)
    rows = await pool.fetch(
        "select partition, event_offset, ordinal from relay_position where generation = $1", generation
    )
    positions = {row["partition"]: (row["event_offset"], row["ordinal"]) for row in rows}
    return {f"lane {lane}": Queue(count, positions.get(lane)) for lane, count in waiting.items()}


async def _overdue(pool: Pool, patience: timedelta) -> dict[str, Queue]:
    rows = await pool.fetch(
        "select id from wait where not done and due < now() - $1::interval order by due, id limit $2", patience, _SHOWN
    )
    return {"the ledger": Queue(len(rows), tuple(row["id"] for row in rows))}
