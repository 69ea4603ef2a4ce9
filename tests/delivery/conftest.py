"""What the tests of the delivery room stand on."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio
from delivery_parts import House

from services.broker import make_producer


@pytest_asyncio.fixture
async def house(pool, broker, policy, key):
    producer = make_producer(broker, embedded=True)
    await producer.start()
    yield House(pool, broker, producer, policy, key)
    await producer.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A destination's folder."""
    made = tmp_path / "archive"
    made.mkdir()
    return made
