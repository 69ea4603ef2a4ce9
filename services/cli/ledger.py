"""`ledger stats`: how much the ledger holds."""

from __future__ import annotations

import asyncio

import asyncpg
import msgspec
import typer

from services.cli.speak import Json, say, settings, show, troubles
from services.deployment import dsn_of
from services.ledger.statistics import LedgerStats, ledger_stats


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    ledger = typer.Typer(help="The ledger: what it holds.", no_args_is_help=True)
    ledger.callback()(_nothing)
    ledger.command("stats")(_stats)
    app.add_typer(ledger, name="ledger")


def _nothing() -> None:
    """The ledger: what it holds."""


def _stats(*, json: Json = False) -> None:
    """Count rows and bytes of each table, and the events of each log generation from the oldest to the newest."""
    with troubles():
        stats = asyncio.run(_read(dsn_of(settings())))
    if json:
        show({**msgspec.to_builtins(stats), "bytes": stats.bytes})
        return
    for table in stats.tables:
        say(f"{table.table:<16} {table.rows:>12,} rows {table.bytes:>16,} bytes")
    say(f"{'together':<16} {'':>17} {stats.bytes:>16,} bytes")
    for log in stats.generations:
        say(f"log {log.generation}{' (embedded broker)' if log.embedded else ''}, {log.partitions} partitions")
        say(f"  {log.events:,} events, {log.outputs:,} outputs, {log.published:,} of them published")
        if log.oldest and log.newest:
            say(f"  from {log.oldest:%Y-%m-%d %H:%M} to {log.newest:%Y-%m-%d %H:%M} UTC")


async def _read(dsn: str) -> LedgerStats:
    connection = await asyncpg.connect(dsn)
    try:
        return await ledger_stats(connection)
    finally:
        await connection.close()
