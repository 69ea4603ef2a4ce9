"""What stands on a destination's topics goes on its list: read committed, by a consumer group of its own.

The position is committed after the rows are: what was read and not kept is read again, and counts once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from schemas.codes import SOURCE
from schemas.envelope import attributes_of
from schemas.identifiers import NotAnIdentifier, parse_subject
from services.broker_security import Address, client_settings
from services.delivery.metrics import NOT_OURS
from services.delivery.pending import Taken, begin, take_in
from services.ledger.database import AWAY
from services.observe import log

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

    from services.ledger.database import Pool
    from services.watchdog import Pulse

_MOST = 500
_LOOK_MS = 1000
_AGAIN_SECONDS = 1.0
_SEQUENCE = re.compile(r"[0-9]{12}\Z")


def group_of(destination: str) -> str:
    """The consumer group of a destination."""
    return f"fitpath-delivery-{destination}"


class Intake:
    """Reads for ever; a broker or database that is away is waited for. ``wake`` is set when something came."""

    def __init__(self, pool: Pool, broker: Address, destination: str, topics: Sequence[str], pulse: Pulse) -> None:
        self._pool = pool
        self._broker = broker
        self._destination = destination
        self._topics = topics
        self._pulse = pulse
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Take in for ever."""
        while True:
            self._pulse.beat()
            consumer = AIOKafkaConsumer(
                *self._topics,
                **client_settings(self._broker),
                group_id=group_of(self._destination),
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=6000,
                heartbeat_interval_ms=1000,
                fetch_max_wait_ms=100,
            )
            try:
                await begin(self._pool, self._destination, self._topics)
                await consumer.start()
                while True:
                    self._pulse.beat()
                    await self._take(consumer)
            except (KafkaError, *AWAY) as why:
                log("delivery").warning(
                    "waits for broker and database", destination=self._destination, error=type(why).__name__
                )
            finally:
                await consumer.stop()
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        fetched = await consumer.getmany(timeout_ms=_LOOK_MS, max_records=_MOST)
        if not fetched:
            return
        outputs = [output for records in fetched.values() for output in self._outputs(records)]
        if outputs and await take_in(self._pool, self._destination, outputs):
            self.wake.set()
        await consumer.commit({part: records[-1].offset + 1 for part, records in fetched.items()})

    def _outputs(self, records: Sequence[ConsumerRecord[bytes, bytes]]) -> Iterator[Taken]:
        """The outputs among records; what is none stays where it is and is told."""
        for record in records:
            output = output_named(record.headers)
            if output is not None:
                yield output
                continue
            NOT_OURS.labels(destination=self._destination).inc()
            log("delivery").error(
                "a record is no output of Fitpath: it is left on its topic", destination=self._destination,
                topic=record.topic, partition=record.partition, offset=record.offset,
            )  # fmt: skip


def output_named(headers: Sequence[tuple[str, bytes]]) -> Taken | None:
    """The output that a record's headers name; none when it is no output of ours."""
    try:
        named = attributes_of(headers)
        if named["source"] != SOURCE:
            return None
        sequence = named["sequence"]
        if not _SEQUENCE.match(sequence):
            return None
        return Taken(str(UUID(named["id"])), parse_subject(named["subject"]), int(sequence))
    except (KeyError, ValueError, NotAnIdentifier):
        return None
