"""Waiting for what other processes do: rows, files, answers. None of them has an event to wait on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(it_is_so: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
    """Look again and again until it is so. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not await it_is_so():  # noqa: ASYNC110 - other processes have no asyncio.Event
            await asyncio.sleep(0.05)
