"""A core whose journeys cause events of our own, and the rooms that carry these, one step at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from schemas.events.internal import WAIT_DUE
from schemas.facts import WaitDue
from schemas.topics import EVENTS
from services.domain import build
from services.domain.decisions import Decisions, Prompted
from services.log_reader import LogReader
from services.relay.room import RelayRoom
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.where import Where

if TYPE_CHECKING:
    import pytest

    from schemas.identifiers import SubjectKey, SubjectReference
    from services.domain.build.context import Context
    from services.ledger.database import Pool


def prompts_tell(monkeypatch: pytest.MonkeyPatch, receiver: SubjectReference) -> None:
    """From now on each prompt tells the journey of ``receiver`` of itself."""
    following = build._following

    def and_tell(made: Decisions, context: Context) -> Iterator[build.Made]:
        yield from following(made, context)
        if isinstance(made, Prompted):
            yield EVENTS, WAIT_DUE, receiver, lambda _: WaitDue("remind", f"told of {made.prompt}")

    monkeypatch.setattr(build, "_following", and_tell)


@asynccontextmanager
async def relaying(pool: Pool, broker: str, generation: str = "test", *, embedded: bool = True) -> AsyncIterator[None]:
    """The relay room at work."""
    taken = asyncio.Event()
    running = asyncio.create_task(RelayRoom(pool, broker, generation, embedded=embedded).run(taken))
    ready = asyncio.create_task(taken.wait())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        ready.cancel()
        running.cancel()
        await asyncio.gather(running, ready, return_exceptions=True)


async def published(pool: Pool) -> None:
    """Return when the outbox is published."""
    left = (
        "select exists (select 1 from outbox o left join relay_position r using (generation, partition)"
        " where (o.event_offset, o.ordinal) > (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1)))"
    )
    async with asyncio.timeout(30):
        while await pool.fetchval(left):  # noqa: ASYNC110 - rows of another task
            await asyncio.sleep(0.01)


async def on_the_log(broker: str) -> dict[int, list[Record]]:
    """What stands on ``fitpath.events``, by partition."""
    async with LogReader(broker) as reader:
        return {
            partition: [
                Record(item.offset, item.key, tuple(item.headers), item.value)
                async for batch in reader.read(EVENTS, partition)
                for item in batch
            ]
            for partition in await reader.partitions(EVENTS)
        }


async def work_off(pool: Pool, broker: str, key: SubjectKey, generation: str = "test") -> None:
    """Everything that is on the log becomes rows, read on from the offset that counts."""
    for partition, records in (await on_the_log(broker)).items():
        ours = await pool.fetchval(
            "select next_offset from log_position where generation = $1 and topic = $2 and partition = $3",
            generation, EVENTS, partition,
        )  # fmt: skip
        if fresh := records[ours:]:
            await Batches(pool, EventWriter(key)).handle(Where(generation, EVENTS, partition), fresh)
