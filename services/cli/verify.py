"""`replay verify`: prove the ledger against the pure core and the topics."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from services.broker import cluster_id
from services.broker_security import Broker
from services.cli.speak import Json, console, say, settings, show, troubles
from services.deployment import dsn_of
from services.replay.differences import Report
from services.replay.verify import verify
from services.settings import Settings

_SHOWN = 50


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    replay = typer.Typer(help="Prove what was done.", no_args_is_help=True)
    replay.callback()(_nothing)
    replay.command("verify")(_verify)
    app.add_typer(replay, name="replay")


def _nothing() -> None:
    """Prove what was done."""


def _verify(
    *,
    ledger_only: Annotated[
        bool, typer.Option("--ledger-only", help="Only the first half: no broker is asked.")
    ] = False,
    json: Json = False,
) -> None:
    """Fold every event again and compare decisions, outputs, journeys and topics. Exit 1 when anything differs."""
    with troubles(), console.status("folding the ledger again"):
        report = asyncio.run(_run(settings(), ledger_only))
    if json:
        show({**msgspec.to_builtins(report), "verified": report.verified})
    else:
        say(
            f"{report.events} events, {report.decisions} decisions, {report.outputs} outputs,"
            f" {report.published} published"
        )
        if report.aged:
            say(
                f"{report.aged} outputs are no longer on a topic (retention or an older generation): not compared there"
            )
        if report.waiting:
            say(f"{report.waiting} events and outputs are still on their way: not compared")
        for item in report.differences[:_SHOWN]:
            say(f"  {item.half}: {item.kind} {item.what} at {item.where}")
        say("equal" if not report.differences else f"{len(report.differences)} differences")
    if report.differences:
        raise typer.Exit(1)


async def _run(conf: Settings, ledger_only: bool) -> Report:
    if ledger_only or conf.broker_url is None:
        return await verify(dsn_of(conf), None, None)
    broker = Broker.of(conf)
    return await verify(dsn_of(conf), broker, conf.generation or await cluster_id(broker))
