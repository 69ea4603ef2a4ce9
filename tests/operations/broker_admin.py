"""The broker as its administrator handles it: topics made otherwise than Fitpath would, and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic


@asynccontextmanager
async def admin_of(broker: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administrator's client."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def delete(broker: str, *names: str) -> None:
    """Topics are deleted."""
    async with admin_of(broker) as admin:
        await admin.delete_topics([*names])


async def make(broker: str, name: str, partitions: int, cleanup: str = "delete") -> None:
    """A topic is made by hand; one of this name is deleted first."""
    async with admin_of(broker) as admin:
        if name in await admin.list_topics():
            await admin.delete_topics([name])
        await admin.create_topics([NewTopic(name, partitions, 1, topic_configs={"cleanup.policy": cleanup})])
