"""A real Apache Kafka for each test, and the rooms on it: `make test-kafka`. Fresh data costs some three seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

for _module in ("kafka_feed", "kafka_outsider", "kafka_proof"):
    pytest.register_assert_rewrite(_module)

from kafka_process import Kafka, running_kafka  # noqa: E402 - after the rewrite above
from kafka_rooms import Rooms, running_rooms  # noqa: E402


@pytest_asyncio.fixture
async def kafka() -> AsyncIterator[Kafka]:
    """One node with nothing on it."""
    async with running_kafka() as kafka:
        yield kafka


@pytest_asyncio.fixture
async def rooms(kafka: Kafka, empty_database: str, tmp_path: Path) -> AsyncIterator[Rooms]:
    """All rooms at work on a new ledger."""
    async with running_rooms(empty_database, kafka.bootstrap, tmp_path / "rooms") as rooms:
        yield rooms
