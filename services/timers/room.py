"""Writes due events to ``fitpath.events``: one step of a chain at a time, and only once all that came before is in.

Its only state is the ledger's: a due event's id is the wait's, so writing one
again changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from schemas.codec import seal
from schemas.codes import SOURCE
from schemas.envelope import Accepted, to_headers
from schemas.events.internal import MEDIA_TYPE, WAIT_DUE, write_internal
from schemas.facts import WaitDue
from schemas.identifiers import ArrivalId, SubjectReference
from schemas.topics import EVENTS, INBOUND
from schemas.trace import made_traceparent
from services.broker import partition_of
from services.ledger.database import AWAY
from services.observe import log
from services.timers.metrics import DUE, OVERDUE
from services.watchdog import Pulse
from services.worked_off import inbound_taken, own_events_sent, partition_taken

if TYPE_CHECKING:
    import asyncpg
    from aiokafka import AIOKafkaProducer

    from services.clock import Clock
    from services.ledger.database import Connection, Pool
    from services.log_reader import LogReader

_LOOK_SECONDS = 1.0
_MOST = 2000


class TimerRoom:
    """Looks again and again for what is due. ``patience``: how long a partition that stands still holds back a wait.

    ``inbound``: the topics that the Kafka door reads.
    """

    def __init__(
        self,
        pool: Pool,
        reader: LogReader,
        producer: AIOKafkaProducer,
        clock: Clock,
        generation: str,
        patience: timedelta,
        inbound: Sequence[str] = (INBOUND,),
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._producer = producer
        self._clock = clock
        self._generation = generation
        self._patience = patience
        self._inbound = inbound
        self._written: set[str] = set()
        self.pulse = Pulse("the timers")

    async def run(self) -> None:
        """Look for ever; a broker or database that is away is waited for."""
        while True:
            self.pulse.beat()
            try:
                await self.look()
            except (KafkaError, *AWAY) as why:
                self._written.clear()  # not known what the broker has: writing a due event again changes nothing
                log("timers").warning("waits for database and broker", error=type(why).__name__)
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> int:
        """Write what is due now and return how many due events that were. Raises KafkaError, database errors."""
        now = self._clock.now()
        async with self._pool.acquire() as connection:
            rows = await _due(connection, now)
            OVERDUE.set(len(rows))
            self._written &= {str(row["id"]) for row in rows}
            fresh = [row for row in rows if str(row["id"]) not in self._written]
            if not fresh:
                return 0
            ready = await self._ready(connection, fresh, now)
        for row in ready:
            await self._write(row, now)
        return len(ready)

    async def _ready(self, connection: Connection, rows: list[asyncpg.Record], now: datetime) -> list[asyncpg.Record]:
        """What may be written: all that came before its moment is in the ledger, or has stood still for too long."""
        partitions = await connection.fetchval(
            "select partitions from log_generation where generation = $1", self._generation
        )
        inbound = await own_events_sent(connection, self._generation) and await inbound_taken(
            connection, self._reader, self._generation, self._inbound
        )
        taken: dict[int, bool] = {}
        ready = []
        for row in rows:
            partition = partition_of(row["subject"].encode(), partitions)
            if partition not in taken:
                taken[partition] = inbound and await partition_taken(
                    connection, self._reader, self._generation, EVENTS, partition
                )
            if taken[partition] or now - row["due"] > self._patience:
                ready.append(row)
        return ready

    async def _write(self, row: asyncpg.Record, now: datetime) -> None:
        subject, name = SubjectReference(row["subject"]), str(row["id"])
        event = Accepted(
            id=name, source=SOURCE, type=WAIT_DUE, time=row["due"], subject=subject, recorded=now,
            arrival=ArrivalId(name), traceparent=made_traceparent(ArrivalId(name)),
        )  # fmt: skip
        payload = write_internal(WaitDue(row["step"], row["about"], row["until"]))
        await self._producer.send_and_wait(
            EVENTS,
            key=subject.encode(),
            value=seal(subject, payload),
            headers=to_headers(event, MEDIA_TYPE),
        )
        self._written.add(name)
        DUE.labels(step=row["step"]).inc()


async def _due(connection: Connection, now: datetime) -> list[asyncpg.Record]:
    """The first open step of each chain, where it is due."""
    rows: Iterable[asyncpg.Record] = await connection.fetch(
        "select w.* from wait w where not done and due <= $1 and not exists"
        " (select 1 from wait before where before.about = w.about and not before.done"
        "  and (before.due, before.id) < (w.due, w.id)) order by due, id limit $2",
        now, _MOST,
    )  # fmt: skip
    return list(rows)
