"""HTTP doors, each with a broker of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio
from door_parts import Door, MortalBroker, open_door

from schemas.identifiers import SubjectKey

if TYPE_CHECKING:
    from services.ledger.database import Pool


@pytest_asyncio.fixture
async def mortal_broker() -> AsyncIterator[MortalBroker]:
    """A broker that a test may stop, and follow by another at the same address."""
    broker = await MortalBroker.begin()
    try:
        yield broker
    finally:
        await broker.stop()


@pytest_asyncio.fixture
async def door(broker: str, key: SubjectKey) -> AsyncIterator[Door]:
    """A door that reaches a broker and has never reached the ledger."""
    async with open_door(broker, key) as door:
        yield door


@pytest_asyncio.fixture
async def ledger_door(broker: str, pool: Pool, key: SubjectKey) -> AsyncIterator[Door]:
    """A door that reaches broker and ledger."""
    async with open_door(broker, key, pool) as door:
        yield door
