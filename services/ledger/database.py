"""Connections to the ledger and its migrations (numbered SQL, each in one transaction)."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from services.observe import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

_NAME = re.compile(r"(\d{4})_[a-z_]+\.sql\Z")
#: A worker that stands still inside a transaction holds the offset that counts: after this its successor gets it.
#: A batch computes for a second or two between its statements, never so long.
_ASLEEP = {"idle_in_transaction_session_timeout": "20s"}
_LOCK = 0x666974  # any number: one migration at a time


class LedgerNewer(Exception):  # noqa: N818 - named after what is wrong
    """The ledger was written by a newer Fitpath than this one."""


#: What means "the database is away or busy": wait and try again (EXACTNESS 5).
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was cut in the middle of an answer
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.DiskFullError,
    asyncpg.PostgresIOError,
    asyncpg.OutOfMemoryError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)


async def connect_pool(dsn: str, *, most: int = 4) -> Pool:
    """A pool of connections."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=most,
        reset=_as_it_is,
        command_timeout=60,
        server_settings=_ASLEEP,
    )


async def _as_it_is(_connection: Connection) -> None:
    """Nothing to put back: no session settings are changed here; a reset would cost each query another round trip.

    asyncpg itself rolls back what was left open, and `remove_listener` ends what listened.
    """


async def migration_state(pool: Pool) -> tuple[int, int]:
    """The migration that the ledger is at and the newest that this program knows. Raises LedgerNewer."""
    have: int = await pool.fetchval("select coalesce(max(number), 0) from migration")
    newest = _steps()[-1][0]
    if have > newest:
        raise LedgerNewer(f"the ledger is at migration {have}, this program knows {newest}: update Fitpath")
    return have, newest


async def migrate(connection: Connection) -> int:
    """Bring the ledger to this version and return its number.

    Raises LedgerNewer when it is ahead of this program.
    """
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute("create table if not exists migration (number int primary key, name text not null)")
        have = await connection.fetchval("select coalesce(max(number), 0) from migration")
        steps = _steps()
        if have > steps[-1][0]:
            raise LedgerNewer(f"the ledger is at migration {have}, this program knows {steps[-1][0]}: update Fitpath")
        for number, name, text in steps:
            if number > have:
                await connection.execute(text)
                await connection.execute("insert into migration (number, name) values ($1, $2)", number, name)
                log("ledger").info("migrated", number=number, name=name)
    return steps[-1][0]


def _steps() -> Sequence[tuple[int, str, str]]:
    entries = resources.files("services.ledger").joinpath("migrations").iterdir()
    return sorted(
        (int(match[1]), entry.name, entry.read_text(encoding="utf-8"))
        for entry in entries
        if (match := _NAME.match(entry.name))
    )
