"""`fitpath.events` as an administrator handles it, with a client that is not ours: copied, deleted, made anew."""

from __future__ import annotations

import time
from collections.abc import Sequence

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from schemas.topics import EVENTS

_PATIENCE_SECONDS = 20.0


def copy_events(broker: str) -> list[Message]:
    """Every record, in order within each partition."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "copier", "enable.partition.eof": True})
    try:
        parts = set(consumer.list_topics(EVENTS, timeout=_PATIENCE_SECONDS).topics[EVENTS].partitions)
        consumer.assign([TopicPartition(EVENTS, number, OFFSET_BEGINNING) for number in parts])
        copied = []
        while parts:
            message = consumer.poll(_PATIENCE_SECONDS)
            assert message is not None
            error = message.error()
            if error is None:
                copied.append(message)
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error.str()
                parts.discard(message.partition() or 0)
        return copied
    finally:
        consumer.close()


def make_events_anew(broker: str, partitions: int, records: Sequence[Message] = ()) -> None:
    """Delete the topic, create it again and put these records into it, each in its partition."""
    admin = AdminClient({"bootstrap.servers": broker})
    for deleted in admin.delete_topics([EVENTS]).values():
        deleted.result(_PATIENCE_SECONDS)
    while EVENTS in admin.list_topics(timeout=_PATIENCE_SECONDS).topics:
        time.sleep(0.1)
    for created in admin.create_topics([NewTopic(EVENTS, partitions, 1)]).values():
        created.result(_PATIENCE_SECONDS)
    producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True})
    for record in records:
        producer.produce(EVENTS, record.value(), record.key(), record.partition() or 0, headers=record.headers())
    assert producer.flush(_PATIENCE_SECONDS) == 0
