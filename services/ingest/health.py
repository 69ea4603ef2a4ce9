"""Whether the door can do its work, and what the ledger counts, for `/readyz` and `/metrics`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from schemas.topics import EVENTS
from services.ingest.inbox import SILENT
from services.ingest.metrics import ARRIVALS, DEAD_LETTERS, HALTED

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from services.ingest.inbox import Inbox

_PATIENCE_SECONDS = 2.0


@dataclass(slots=True)
class Report:
    """What works. The door is ready when the broker answers; without the database it still accepts.

    ``failing``: destinations of outputs that take nothing at present; the door is ready all the same.
    """

    broker: bool
    database: bool
    halts: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether events can be accepted."""
        return self.broker

    def told(self) -> dict[str, object]:
        """As JSON."""
        return {
            "ready": self.ready,
            "broker": "answers" if self.broker else "away",
            "database": "answers" if self.database else "away: events are accepted and wait on the broker",
            "halted": self.halts,
            "failing": self.failing,
        }


class Health:
    """Asks broker and database."""

    def __init__(self, producer: AIOKafkaProducer, inbox: Inbox) -> None:
        self._producer = producer
        self._inbox = inbox

    async def report(self) -> Report:
        """Ask both, with patience for each."""
        report = Report(broker=await self._broker(), database=False)
        if self._inbox.pool is not None:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    rows = await self._inbox.pool.fetch("select topic, partition, reason from halt order by 1, 2")
                    failing = await self._inbox.pool.fetch(
                        "select name, failing from destination where failing is not null order by 1"
                    )
            except SILENT:
                return report  # said in the report: the database is away
            report.database = True
            report.halts = [f"{row['topic']} {row['partition']}: {row['reason']}" for row in rows]
            report.failing = [f"{row['name']}: {row['failing']}" for row in failing]
        return report

    async def measure(self) -> None:
        """Set the gauges that are counted from rows; they stay as they were while the database is away."""
        if self._inbox.pool is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                rows = await self._inbox.pool.fetch("select outcome, count(*) n from arrivals group by 1")
                letters = await self._inbox.pool.fetchval("select count(*) from dead_letter where state <> 'resolved'")
                halts = await self._inbox.pool.fetchval("select count(*) from halt")
        except SILENT:
            return  # said by /readyz
        for outcome in ("accepted", "duplicate", "rejected"):
            ARRIVALS.labels(outcome=outcome).set(next((row["n"] for row in rows if row["outcome"] == outcome), 0))
        DEAD_LETTERS.set(letters)
        HALTED.set(halts)

    async def _broker(self) -> bool:
        client = self._producer.client
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answered: bool = await client.force_metadata_update()
            return answered and bool(client.cluster.partitions_for_topic(EVENTS))
        except (KafkaError, TimeoutError, OSError):
            return False
