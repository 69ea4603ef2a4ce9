"""A desk: a door with answer pages on a real broker and ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest_asyncio
from page_parts import Desk, open_desk

from schemas.identifiers import SubjectKey

if TYPE_CHECKING:
    from services.ledger.database import Pool


@pytest_asyncio.fixture
async def desk(broker: str, pool: Pool, key: SubjectKey, tmp_path: Path) -> AsyncIterator[Desk]:
    """A door with pages, and a ledger."""
    async with open_desk(broker, pool, key, tmp_path / "codes") as desk:
        yield desk
