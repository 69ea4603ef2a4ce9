"""The Kafka door: records of ``fitpath.inbound``, each accepted or refused before its offset is committed.

Read committed: an event of a publisher's aborted transaction never happened.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import attributes_of
from schemas.failures import Refused
from schemas.fhir.bundle_message import read_process_message
from schemas.identifiers import ArrivalId
from schemas.refusal import pack_record
from schemas.topics import INBOUND
from services.ingest.accept import Acceptor, BrokerAway, Original
from services.ingest.examine import Offer
from services.ingest.structured import STRUCTURED, read_structured
from services.observe import log

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

_AT_ONCE = 64


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
                    await self._round(consumer)
            except (KafkaError, BrokerAway) as why:
                log("ingest").warning("inbound waits for the broker", error=type(why).__name__)
                await asyncio.sleep(1.0)
            finally:
                await consumer.stop()

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
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


def offer_of(headers: tuple[tuple[str, bytes], ...], value: bytes, arrival: ArrivalId) -> Offer:
    """A record as an offer: binary mode by its headers, structured by its content type, else a FHIR message by itself.

    What cannot be read gives an offer with what could be, which ``accept`` refuses with the reason.
    """
    content_type = dict(headers).get("content-type", b"").decode("ascii", "replace")
    try:
        attributes = attributes_of(headers)
    except ValueError:
        attributes = {}
    if content_type.startswith(STRUCTURED):
        try:
            return read_structured(value, arrival)
        except Refused:
            return Offer({}, content_type, value, arrival)
    if not attributes:
        try:
            parts = read_process_message(value, content_type or "application/fhir+json")
        except (Refused, msgspec.DecodeError):
            return Offer({}, content_type, value, arrival)
        return Offer(parts.attributes(), content_type or "application/fhir+json", value, arrival)
    return Offer(attributes, content_type or "application/fhir+json", value, arrival)
