"""A reader that is not ours: confluent-kafka reads what is committed, `cloudevents` and fhir.resources judge it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition
from fhir.resources.R4B import get_fhir_model_class

from schemas.topics import OUTPUT_TOPICS

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Seen:
    """A record of an output topic, as any consumer would take it."""

    topic: str
    partition: int
    key: str
    id: str
    sequence: str


def read_outputs(broker: str) -> list[Seen]:
    """Every committed record of every output topic from its start, in order within each partition; each is judged."""
    consumer = Consumer({
        "bootstrap.servers": broker,
        "group.id": "outsider",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    })  # fmt: skip
    try:
        topics = consumer.list_topics(timeout=_PATIENCE_SECONDS).topics
        parts = {(name, number) for name in OUTPUT_TOPICS for number in topics[name].partitions}
        consumer.assign([TopicPartition(name, number, OFFSET_BEGINNING) for name, number in parts])
        seen = []
        while parts:
            message = consumer.poll(_PATIENCE_SECONDS)
            assert message is not None, f"nothing more came, and {len(parts)} partitions were not read to their end"
            error = message.error()
            if error is None:
                seen.append(judged(message))
            elif error.code() == KafkaError._PARTITION_EOF:
                parts.discard((message.topic(), message.partition()))
            else:
                raise AssertionError(error.str())
        return seen
    finally:
        consumer.close()


def judged(message: Message) -> Seen:
    """The record, once it was found to be a CloudEvent in the binary binding with a valid FHIR R4B resource."""
    headers = {str(name): value for name, value in list(message.headers() or ()) if isinstance(value, bytes)}
    value, key = message.value() or b"", (message.key() or b"").decode()
    event = from_binary_event(KafkaMessage(headers=headers, key=key, value=value))
    assert event.get_specversion() == "1.0"
    assert event.get_subject() == key
    assert event.get_datacontenttype() == "application/fhir+json"
    assert event.get_time() is not None
    resource = event.get_data()
    assert isinstance(resource, dict)
    get_fhir_model_class(resource["resourceType"]).model_validate_json(value)
    return Seen(
        topic=str(message.topic()),
        partition=int(message.partition() or 0),
        key=key,
        id=event.get_id(),
        sequence=event.get_extension("sequence"),
    )


def out_of_order(seen: list[Seen]) -> list[Seen]:
    """Records whose sequence is not above the one before, for their person on their topic."""
    last: dict[tuple[str, str], str] = defaultdict(str)
    found = []
    for item in seen:
        if item.sequence <= last[item.topic, item.key]:
            found.append(item)
        last[item.topic, item.key] = item.sequence
    return found
