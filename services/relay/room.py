"""The relay room: an owner for each lane, woken by the database, supervised."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.ledger.database import AWAY
from services.ledger.generation import partitions_of
from services.observe import log
from services.relay.lanes import EmbeddedLane, KafkaLane
from services.relay.metrics import LAG
from services.relay.outbox import unpublished
from services.relay.owner import Owner
from services.watchdog import STALL_SECONDS, watch_pulses

if TYPE_CHECKING:
    from services.broker_security import Address
    from services.ledger.database import Pool

_MEASURE_SECONDS = 5.0


class RelayRoom:
    """Runs the lanes of the partitions of a generation; on the embedded broker first what older ones left."""

    def __init__(
        self, pool: Pool, broker: Address, generation: str, *, embedded: bool, stall_seconds: float = STALL_SECONDS
    ) -> None:
        self._pool = pool
        self._broker = broker
        self._generation = generation
        self._embedded = embedded
        self._stall_seconds = stall_seconds
        self._owners: list[Owner] = []

    async def run(self, ready: asyncio.Event) -> None:
        """Publish for ever. Sets ``ready`` when every lane has been taken."""
        if self._embedded:
            await self._publish_leftovers()
        partitions = await partitions_of(self._pool, self._generation)
        self._owners = [self._owner(self._generation, partition) for partition in range(partitions)]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._measure())
            group.create_task(watch_pulses("relay", [owner.pulse for owner in self._owners], self._stall_seconds))
            for owner in self._owners:
                group.create_task(owner.run())
            for owner in self._owners:
                await owner.taken.wait()
            ready.set()

    async def _publish_leftovers(self) -> None:
        """What older generations did not publish, the oldest first: a person's outputs stay in their order."""
        for row in await self._pool.fetch(
            "select generation, partition from log_generation join outbox o using (generation)"
            " left join relay_position r using (generation, partition)"
            " where embedded and generation <> $1"
            " and (o.event_offset, o.ordinal) > (coalesce(r.event_offset, -1), coalesce(r.ordinal, -1))"
            " group by generation, partition, begun order by begun, partition",
            self._generation,
        ):
            log("relay").info("publishes what an older generation left", partition=row["partition"])
            await self._owner(row["generation"], row["partition"]).run(until_empty=True)

    def _owner(self, generation: str, partition: int) -> Owner:
        kind = EmbeddedLane if self._embedded else KafkaLane
        return Owner(self._pool, kind(self._pool, self._broker, generation, partition), generation, partition)

    async def _measure(self) -> None:
        while True:
            try:
                for lane, outputs in (await unpublished(self._pool, self._generation)).items():
                    LAG.labels(lane=str(lane)).set(outputs)
            except AWAY as why:
                log("relay").info("cannot count what waits", error=type(why).__name__)
            await asyncio.sleep(_MEASURE_SECONDS)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await connection.add_listener("fitpath_outbox", self._wake)
                    gone = asyncio.Event()
                    connection.add_termination_listener(lambda _connection, gone=gone: gone.set())
                    try:
                        await gone.wait()
                    finally:
                        await connection.remove_listener("fitpath_outbox", self._wake)
            except AWAY as why:
                log("relay").warning("waits for the database", error=type(why).__name__)
            await asyncio.sleep(0.5)

    def _wake(self, *told: object) -> None:
        """A batch of a partition was committed: its lane looks at the outbox, the others need not."""
        lane = str(told[-1])
        for number, owner in enumerate(self._owners):
            if lane == str(number):
                owner.wake.set()
