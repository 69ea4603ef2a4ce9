"""The broker: topics, cluster identity and producers. No room speaks to it in another way to write."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code
from aiokafka.partitioner import murmur2

from schemas.topics import EVENTS, TOPICS, Topic

_TOPICS_SECONDS = 30.0


async def ensure_topics(broker: str, partitions: int, replication: int) -> int:
    """Make the topics that are missing and return the number of partitions that ``fitpath.events`` has.

    Raises KafkaError.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [_new(topic, partitions, replication) for topic in TOPICS if topic.name not in there]
        if missing:
            answer = await admin.create_topics(missing)
            for _name, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)
        return await _partitions_of_events(admin)
    finally:
        await admin.close()


async def _partitions_of_events(admin: AIOKafkaAdminClient) -> int:
    """How many there are, once every topic is there with all its leaders.

    A topic that was made a moment ago is not known to every node at once: it
    would be described as one without partitions. Raises UnknownTopicOrPartitionError.
    """
    try:
        async with asyncio.timeout(_TOPICS_SECONDS):
            while True:
                described = await admin.describe_topics([topic.name for topic in TOPICS])
                if all(_is_whole(topic) for topic in described):
                    return next(len(topic["partitions"]) for topic in described if topic["topic"] == EVENTS)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise UnknownTopicOrPartitionError("the topics were made and are not there") from None


def _is_whole(described: dict[str, Any]) -> bool:
    partitions = described["partitions"]
    return described["error_code"] == 0 and bool(partitions) and all(part["leader"] >= 0 for part in partitions)


async def topic_names(broker: str) -> set[str]:
    """The topics that are there. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def cluster_id(broker: str) -> str:
    """The identity of the cluster: on Kafka it names the log generation (EXACTNESS 4)."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


def partition_of(key: bytes, partitions: int) -> int:
    """The partition to which our producers send a key (Kafka's own partitioner: murmur2)."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def make_producer(broker: str, *, embedded: bool, transactional_id: str | None = None) -> AIOKafkaProducer:
    """A producer that waits for all copies; idempotent where the broker can."""
    return AIOKafkaProducer(
        bootstrap_servers=broker,
        acks="all",
        enable_idempotence=not embedded,
        transactional_id=transactional_id,
        linger_ms=0,
        request_timeout_ms=15_000,
        max_batch_size=262_144,
        max_request_size=8_388_608,
    )


def _new(topic: Topic, partitions: int, replication: int) -> NewTopic:
    config = {"cleanup.policy": "compact"} if topic.compacted else {"cleanup.policy": "delete"}
    return NewTopic(topic.name, partitions, replication, topic_configs=config)
