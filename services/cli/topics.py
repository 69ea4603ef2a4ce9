"""`topics plan|apply`: what the broker lacks, and what makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import msgspec
import typer

from services.broker import cluster_id
from services.broker_security import Address, Broker
from services.cli.speak import Json, say, settings, show, troubles
from services.deployment import dsn_of
from services.settings import Settings
from services.topics import Plan, apply_topics, plan_topics

if TYPE_CHECKING:
    from services.ledger.database import Connection

_Work: TypeAlias = "Callable[[Connection, Address, str, Settings], Awaitable[Plan]]"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    topics = typer.Typer(help="Topics: what is there, what is missing. Nothing is ever deleted.", no_args_is_help=True)
    topics.command("plan")(_plan)
    topics.command("apply")(_apply)
    app.add_typer(topics, name="topics")


def _plan(*, json: Json = False) -> None:
    """Show what is missing or differs (partitions, cleanup policy, copies). Exit 1 when something does."""
    with troubles():
        plan = asyncio.run(_with(plan_topics, settings()))
    _tell(plan, json)


def _apply(*, json: Json = False) -> None:
    """Make the topics that are missing; what differs is told, never changed. Exit 1 when something still differs.

    Refuses another number of partitions than the ledger fixed (exit 2).
    """
    with troubles():
        plan = asyncio.run(_with(apply_topics, settings()))
    _tell(plan, json)


async def _with(work: _Work, conf: Settings) -> Plan:
    conf.needs("broker_url", "database_url")
    broker = Broker.of(conf)
    connection = await asyncpg.connect(dsn_of(conf))
    try:
        return await work(connection, broker, conf.generation or await cluster_id(broker), conf)
    finally:
        await connection.close()


def _tell(plan: Plan, json: bool) -> None:
    if json:
        show({**msgspec.to_builtins(plan), "good": plan.good})
    else:
        _say(plan)
    if not plan.good:
        raise typer.Exit(1)


def _say(plan: Plan) -> None:
    if plan.refused:
        say(f"BAD  {plan.refused}")
    for name in plan.missing:
        say(f"{name} is missing: `fitpath topics apply` makes it ({plan.partitions} partitions, {plan.copies} copies)")
    for item in plan.differs:
        say(f"{item.words()}\n     do: {item.advice}")
    if plan.good:
        fixed = ", fixed in the ledger" if plan.fixed else ""
        say(f"every topic is there, with {plan.partitions} partitions{fixed}")
