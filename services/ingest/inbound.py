"""The Kafka door: records of the inbound topics, each accepted or refused before its offset is committed.

Read committed: an event of a publisher's aborted transaction never happened.
Each lane has its turn in every round, a small batch, so that thousands of one
source never hold up another. A source beyond its rate waits where it is.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from schemas.envelope import attributes_of
from schemas.failures import Problem, Refused
from schemas.fhir.bundle_message import read_process_message
from schemas.identifiers import ArrivalId
from schemas.topics import INBOUND
from services.broker_security import Address, client_settings
from services.ingest.accept import Acceptor, BrokerAway, Original
from services.ingest.examine import Offer
from services.ingest.structured import is_structured, structured_offer
from services.observe import log

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

    from services.ingest.admission import Admission

#: Records of one lane in one round.
A_TURN = 128
_LOOK_SECONDS = 0.5
_FHIR_JSON = "application/fhir+json"


class InboundDoor:
    """Consumes for ever; a broker that is away is waited for."""

    def __init__(self, acceptor: Acceptor, admission: Admission, broker: Address, generation: str, group: str) -> None:
        self._acceptor = acceptor
        self._admission = admission
        self._broker = broker
        self._generation = generation
        self._group = group

    async def run(self, ready: asyncio.Event) -> None:
        """Read for ever. Sets ``ready`` once the group has been joined."""
        while True:
            consumer = AIOKafkaConsumer(
                **client_settings(self._broker),
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
                consumer.subscribe(await self._topics(consumer), listener=_Joined(ready))
                while True:
                    await self.read_round(consumer)
            except (KafkaError, BrokerAway) as why:
                log("ingest").warning("inbound waits for the broker", error=type(why).__name__)
                await asyncio.sleep(1.0)
            finally:
                await consumer.stop()

    async def _topics(self, consumer: AIOKafkaConsumer) -> list[str]:
        """The inbound topics that are there: one that is not made yet must not close the door to the others."""
        there = await consumer.topics()
        wanted = self._admission.sources.inbound_topics
        missing = sorted(set(wanted) - there)
        if missing:
            log("ingest").warning("inbound topics are not there: `fitpath topics apply` makes them", topics=missing)
        if len(missing) == len(wanted):
            raise UnknownTopicOrPartitionError
        return sorted(set(wanted) & there)

    async def read_round(self, consumer: AIOKafkaConsumer) -> None:
        """Give each lane its turn: what it brought is kept or refused before its offsets are committed.

        Raises KafkaError, BrokerAway: then it is read again, under the same arrival ids.
        """
        waits, least = _LOOK_SECONDS, A_TURN
        open_lanes: list[TopicPartition] = []
        round_: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = {}
        for lane in lanes(consumer.assignment()):
            owner = self._admission.sources.of_topic(lane[0].topic)
            room = min(A_TURN, self._admission.rates.left(owner))
            if room < 1:
                waits = min(waits, self._admission.rates.wait(owner))
                continue
            open_lanes += lane
            least = min(least, room)
            round_ |= await consumer.getmany(*lane, max_records=room)
        if round_:
            await self._take(consumer, round_)
        elif open_lanes or not consumer.assignment():  # whoever comes first begins the next round
            milliseconds = math.ceil(waits * 1000)
            await self._take(consumer, await consumer.getmany(*open_lanes, timeout_ms=milliseconds, max_records=least))
        else:
            await asyncio.sleep(waits)  # every source is beyond its rate

    async def _take(
        self, consumer: AIOKafkaConsumer, fetched: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]
    ) -> None:
        """Accept what a round brought, all of it at once: one look into the inbox, one wait for the broker."""
        for part, records in fetched.items():
            self._admission.rates.take(self._admission.sources.of_topic(part.topic), len(records))
        await asyncio.gather(*(self._accept(record) for records in fetched.values() for record in records))
        if fetched:
            await consumer.commit({part: records[-1].offset + 1 for part, records in fetched.items()})

    async def _accept(self, record: ConsumerRecord[bytes, bytes]) -> None:
        arrival = ArrivalId(f"{self._generation}:{record.topic}:{record.partition}:{record.offset}")
        original = Original(record.topic, record.partition, record.offset, record.headers, record.value or b"")
        traceparent = (dict(record.headers).get("traceparent") or b"").decode("ascii", "replace")
        offer = inbound_offer(self._admission, record.topic, record.headers, record.value or b"", arrival)
        await self._acceptor.accept(offer.in_trace(traceparent), original)


class _Joined(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Tells that the group has been joined."""

    def __init__(self, ready: asyncio.Event) -> None:
        self._ready = ready

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing: what was not committed is read again by whoever gets it."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """The group has been joined."""
        self._ready.set()


def lanes(assigned: Iterable[TopicPartition]) -> list[list[TopicPartition]]:
    """Who takes turns: each source's own topic; of the shared one each partition, as sources are mixed there."""
    found: dict[tuple[str, int | None], list[TopicPartition]] = {}
    for part in sorted(assigned):
        found.setdefault((part.topic, part.partition if part.topic == INBOUND else None), []).append(part)
    return list(found.values())


def inbound_offer(
    admission: Admission, topic: str, headers: tuple[tuple[str, bytes | None], ...], value: bytes, arrival: ArrivalId
) -> Offer:
    """A record of an inbound topic as an offer, with every reason against it. Too large a one is not looked into."""
    owner = admission.sources.of_topic(topic)
    if len(value) > admission.largest(owner):
        return Offer({}, _FHIR_JSON, value, arrival, owner, (Problem("too-large"),))
    return admission.on_topic(offer_of(headers, value, arrival), topic, size=len(value))


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
