"""The relay room: a task for each lane, woken by the database, supervised."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from services.ledger.database import AWAY
from services.observe import log
from services.relay.lanes import EmbeddedLane, KafkaLane, Lane
from services.relay.outbox import next_outputs

if TYPE_CHECKING:
    from services.ledger.database import Pool

_MOST = 500
_APART_SECONDS = 0.010  # transactions closer than this make aiokafka wait 20 ms (EXACTNESS 8)
_LOOK_SECONDS = 1.0  # a missed wake-up costs this much, never an output


class RelayRoom:
    """Runs the lanes of the partitions of a generation; on the embedded broker first what older ones left."""

    def __init__(self, pool: Pool, broker: str, generation: str, *, embedded: bool) -> None:
        self._pool = pool
        self._broker = broker
        self._generation = generation
        self._embedded = embedded
        self._wakes: list[asyncio.Event] = []

    async def run(self, ready: asyncio.Event) -> None:
        """Publish for ever. Sets ``ready`` when every lane has been taken."""
        rows = await self._pool.fetch(
            "select generation, partitions from log_generation where generation = $1 or ($2 and embedded)"
            " order by begun",
            self._generation, self._embedded,
        )  # fmt: skip
        taken = []
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            for row in rows:
                for partition in range(row["partitions"]):
                    wake, first = asyncio.Event(), asyncio.Event()
                    self._wakes.append(wake)
                    taken.append(first)
                    lane = self._lane(row["generation"], partition)
                    group.create_task(self._run_lane(lane, row["generation"], partition, wake, first))
            for first in taken:
                await first.wait()
            ready.set()

    def _lane(self, generation: str, partition: int) -> Lane:
        kind = EmbeddedLane if self._embedded else KafkaLane
        return kind(self._pool, self._broker, generation, partition)

    async def _run_lane(
        self, lane: Lane, generation: str, partition: int, wake: asyncio.Event, taken: asyncio.Event
    ) -> None:
        wait = 0.1
        while True:
            try:
                position = await lane.take()
                taken.set()
                wait = 0.1
                while True:
                    wake.clear()
                    outputs = await next_outputs(self._pool, generation, partition, position, _MOST)
                    if not outputs:
                        await _woken(wake)
                        continue
                    await lane.publish(outputs)
                    position = outputs[-1].position
                    await asyncio.sleep(_APART_SECONDS)
            except (KafkaError, *AWAY) as why:
                log("relay").warning("lane is taken anew", partition=partition, error=type(why).__name__)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
            finally:
                await _leave(lane)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await connection.add_listener("fitpath_outbox", self._wake)
                    gone = asyncio.Event()
                    connection.add_termination_listener(lambda _connection, gone=gone: gone.set())
                    await gone.wait()
            except AWAY as why:
                log("relay").warning("waits for the database", error=type(why).__name__)
            await asyncio.sleep(0.5)

    def _wake(self, *_: object) -> None:
        for wake in self._wakes:
            wake.set()


async def _woken(wake: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(wake.wait(), _LOOK_SECONDS)
    except TimeoutError:
        return


async def _leave(lane: Lane) -> None:
    try:
        await lane.leave()
    except KafkaError as why:
        log("relay").warning("lane was not left cleanly", error=type(why).__name__)
