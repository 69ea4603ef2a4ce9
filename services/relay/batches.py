"""Outputs as the broker takes them: whole record batches, one after the other for each topic partition.

`AIOKafkaProducer.send` makes a future for each record and hashes each key anew.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING

from services.broker import partition_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from aiokafka import AIOKafkaProducer
    from aiokafka.producer.message_accumulator import BatchBuilder

    from services.relay.outbox import Publishing

_partition = lru_cache(maxsize=8192)(partition_of)


async def send_all(producer: AIOKafkaProducer, outputs: Iterable[Publishing]) -> list[Awaitable[object]]:
    """Hand over outputs, in their order for each key, and return what to wait for. Raises KafkaError.

    A batch takes any first record, so that one that is too large for the broker fails by itself.
    """
    sent: list[Awaitable[object]] = []
    filling: dict[tuple[str, int], BatchBuilder] = {}
    counts: dict[str, int] = {}
    for item in outputs:
        if item.topic not in counts:
            counts[item.topic] = len(await producer.partitions_for(item.topic))
        place = item.topic, _partition(item.key, counts[item.topic])
        batch = filling.get(place)
        if batch is None or batch.append(timestamp=None, key=item.key, value=item.value, headers=item.headers) is None:
            if batch is not None:
                sent.append(await producer.send_batch(batch, item.topic, partition=place[1]))
            batch = filling[place] = producer.create_batch()
            batch.append(timestamp=None, key=item.key, value=item.value, headers=item.headers)
    sent += await asyncio.gather(
        *(producer.send_batch(batch, topic, partition=partition) for (topic, partition), batch in filling.items())
    )
    return sent
