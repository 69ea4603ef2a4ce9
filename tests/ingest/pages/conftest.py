"""A desk: a door with answer pages on a real broker and ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest_asyncio
from browser_parts import chromium
from page_parts import Desk, open_desk
from playwright.async_api import Browser

from schemas.identifiers import SubjectKey
from services.ledger.database import connect_pool

if TYPE_CHECKING:
    from services.ledger.database import Pool


@pytest_asyncio.fixture
async def desk(broker: str, pool: Pool, key: SubjectKey, tmp_path: Path) -> AsyncIterator[Desk]:
    """A door with pages, and a ledger."""
    async with open_desk(broker, pool, key, tmp_path / "codes") as desk:
        yield desk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def desk_of_browsers(broker: str, database: str, key: SubjectKey, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk in the loop of the browser."""
    async with await connect_pool(database) as pool, open_desk(broker, pool, key, tmp_path / "codes") as desk:
        yield desk
