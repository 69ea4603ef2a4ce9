"""The broker: topics, cluster identity and producers. No room speaks to it in another way to write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code
from aiokafka.partitioner import murmur2

from schemas.topics import EVENTS, TOPICS, Topic
from services.broker_security import Address, client_settings

_TOPICS_SECONDS = 30.0


async def ensure_topics(broker: Address, partitions: int, replication: int, topics: Sequence[Topic] = TOPICS) -> int:
    """Make the topics that are missing and return the number of partitions that ``fitpath.events`` has.

    Raises KafkaError.
    """
    async with _admin(broker) as admin:
        there = set(await admin.list_topics())
        missing = [_new(topic, partitions, replication) for topic in topics if topic.name not in there]
        if missing:
            answer = await admin.create_topics(missing)
            for _name, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)
        return await _partitions_of_events(admin, topics)


@dataclass(frozen=True, slots=True)
class TopicThere:
    """A topic as the broker has it. ``copies``: of the partition that has the fewest."""

    partitions: int
    copies: int
    cleanup: str


async def topics_there(broker: Address, topics: Sequence[Topic] = TOPICS) -> dict[str, TopicThere]:
    """Our topics, as far as they are there. Raises KafkaError."""
    async with _admin(broker) as admin:
        listed = set(await admin.list_topics())
        names = [topic.name for topic in topics if topic.name in listed]
        if not names:
            return {}
        described = await admin.describe_topics(names)
        cleanup = await _cleanup_policies(admin, names)
    return {
        topic["topic"]: TopicThere(
            len(topic["partitions"]),
            min((len(part["replicas"]) for part in topic["partitions"]), default=0),
            cleanup.get(topic["topic"], "delete"),
        )
        for topic in described
    }


async def _cleanup_policies(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for answer in await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names]):
        for code, _words, _kind, name, entries in answer.resources:
            if code:
                raise for_code(code)
            for key, value, *_ in entries:
                if key == "cleanup.policy":
                    found[name] = str(value)
    return found


async def _partitions_of_events(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> int:
    """How many there are, once every topic is there with all its leaders.

    A topic that was made a moment ago is not known to every node at once: it
    would be described as one without partitions. Raises UnknownTopicOrPartitionError.
    """
    try:
        async with asyncio.timeout(_TOPICS_SECONDS):
            while True:
                described = await admin.describe_topics([topic.name for topic in topics])
                if all(_is_whole(topic) for topic in described):
                    return next(len(topic["partitions"]) for topic in described if topic["topic"] == EVENTS)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise UnknownTopicOrPartitionError("the topics were made and are not there") from None


def _is_whole(described: dict[str, Any]) -> bool:
    partitions = described["partitions"]
    return described["error_code"] == 0 and bool(partitions) and all(part["leader"] >= 0 for part in partitions)


async def cluster_id(broker: Address) -> str:
    """The identity of the cluster: on Kafka it names the log generation (EXACTNESS 4)."""
    async with _admin(broker) as admin:
        return str((await admin.describe_cluster())["cluster_id"])


@asynccontextmanager
async def _admin(broker: Address) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**client_settings(broker))
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


def partition_of(key: bytes, partitions: int) -> int:
    """The partition to which our producers send a key (Kafka's own partitioner: murmur2)."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def make_producer(broker: Address, *, embedded: bool, transactional_id: str | None = None) -> AIOKafkaProducer:
    """A producer that waits for all copies; idempotent where the broker can."""
    return AIOKafkaProducer(
        **client_settings(broker),
        acks="all",
        enable_idempotence=not embedded,
        transactional_id=transactional_id,
        linger_ms=0,
        request_timeout_ms=15_000,
        max_batch_size=262_144,
        max_request_size=8_388_608,
    )


def _new(topic: Topic, partitions: int, replication: int) -> NewTopic:
    return NewTopic(topic.name, partitions, replication, topic_configs={"cleanup.policy": topic.cleanup})
