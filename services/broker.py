"""The broker: topics, cluster identity and producers. No room speaks to it in another way to write."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.topics import EVENTS, TOPICS, Topic


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
        described = await admin.describe_topics([EVENTS])
        return len(described[0]["partitions"])
    finally:
        await admin.close()


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
