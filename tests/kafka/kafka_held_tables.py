"""A table that a test holds: a room that comes to it stands still there, in the middle of its work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import asyncpg
from kafka_waiting import until

#: Who stands still: who reads, who writes, or who changes a row that was there before.
Against = Literal["readers", "writers", "changers"]
_HOLD: dict[Against, str] = {
    "readers": "lock table {} in access exclusive mode",
    "writers": "lock table {} in share row exclusive mode",
    "changers": "select 1 from {} for update",
}


@dataclass(frozen=True)
class Held:
    """A table that is held."""

    _connection: asyncpg.Connection[asyncpg.Record]

    async def somebody_waits(self) -> None:
        """Return when somebody stands still before it."""
        await until(self._is_waited_for)

    async def _is_waited_for(self) -> bool:
        asked = (
            "select exists (select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))"
        )
        return bool(await self._connection.fetchval(asked))


@asynccontextmanager
async def held(dsn: str, table: str, *, against: Against = "writers") -> AsyncIterator[Held]:
    """Hold a table inside this block."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(_HOLD[against].format(table))
            yield Held(connection)
    finally:
        await connection.close()
