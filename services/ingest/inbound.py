"""The Kafka door: records of ``fitpath.inbound``, each accepted or refused before its offset is committed.

Read committed: an event of a publisher's aborted transaction never happened.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import attributes_of
from schemas.failures import Problem, Refused
from schemas.fhir.bundle_message import read_process_message
from schemas.identifiers import ArrivalId
from schemas.refusal import pack_record
from schemas.topics import INBOUND
from services.ingest.accept import Acceptor, BrokerAway, Original
from services.ingest.examine import Offer
from services.ingest.structured import is_structured, structured_offer
from services.observe import log

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

_AT_ONCE = 64
_FHIR_JSON = "application/fhir+json"


class InboundDoor:
    """Consumes for ever; a broker that is away is waited for."""

    def __init__(self, acceptor: Acceptor, broker: str, generation: str, group: str) -> None:
        self._acceptor = acceptor
        self._broker = broker
        self._generation = generation
        self._group = group

    async def run(self, ready: asyncio.Event) -> None:
        """Read for ever. Sets ``ready`` once the group has been joined."""
        while True:
            consumer = AIOKafkaConsumer(
                INBOUND,
                bootstrap_servers=self._broker,
                group_id=self._group,
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=6000,
                heartbeat_interval_ms=1000,
                fetch_max_wait_ms=100,
            )
            try:
                await consumer.start()
                ready.set()
                while True:
                    await self.read_round(consumer)
            except (KafkaError, BrokerAway) as why:
                log("ingest").warning("inbound waits for the broker", error=type(why).__name__)
                await asyncio.sleep(1.0)
            finally:
                await consumer.stop()

    async def read_round(self, consumer: AIOKafkaConsumer) -> None:
        """Take what one fetch brings: each record is kept or refused before its offset is committed.

        Raises KafkaError, BrokerAway: then it is read again, under the same arrival ids.
        """
        fetched: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = await consumer.getmany(
            timeout_ms=500, max_records=_AT_ONCE
        )
        for part, records in fetched.items():
            await asyncio.gather(*(self._accept(record) for record in records))
            await consumer.commit({part: records[-1].offset + 1})

    async def _accept(self, record: ConsumerRecord[bytes, bytes]) -> None:
        arrival = ArrivalId(f"{self._generation}:{record.topic}:{record.partition}:{record.offset}")
        packed = pack_record(record.headers, record.value or b"")
        original = Original.of(record.topic, record.partition, record.offset, packed)
        await self._acceptor.accept(offer_of(record.headers, record.value or b"", arrival), original)


def offer_of(headers: tuple[tuple[str, bytes | None], ...], value: bytes, arrival: ArrivalId) -> Offer:
    """A record as an offer: structured by its content type, binary by its headers, else a FHIR message by itself.

    What cannot be read gives an offer that ``accept`` refuses with the reasons.
    """
    content_type = (dict(headers).get("content-type") or b"").decode("ascii", "replace") or _FHIR_JSON
    if is_structured(content_type):
        return structured_offer(value, content_type, arrival)
    try:
        attributes = attributes_of(headers) or read_process_message(value, content_type).attributes()
    except ValueError:
        problem = Problem("envelope-not-valid", "headers", "an attribute stands twice or is no text")
        return Offer({}, content_type, value, arrival, problems=(problem,))
    except Refused as why:
        return Offer({}, content_type, value, arrival, problems=why.problems)
    return Offer(attributes, content_type, value, arrival)
