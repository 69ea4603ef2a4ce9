"""`policy apply|show`: put a policy in force, see which one is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from services.cli.speak import Json, say, settings, show, troubles
from services.deployment import dsn_of
from services.domain.policy import Policy, policy_hash
from services.ledger.database import migrate
from services.ledger.policies import apply_policy, policy_in_force
from services.policy_files import read_policy_file


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    policy = typer.Typer(help="The policy: everything that decisions rest on beside events.", no_args_is_help=True)
    policy.command("apply")(_apply)
    policy.command("show")(_show)
    app.add_typer(policy, name="policy")


def _apply(file: Annotated[Path, typer.Argument(help="Policy file (TOML).")], *, json: Json = False) -> None:
    """Check a policy file and put it in force; it is kept whole in the ledger under its hash."""
    with troubles():
        policy = read_policy_file(file)
        digest = asyncio.run(_write(dsn_of(settings()), policy))
    if json:
        show({"hash": digest, "name": policy.name, "version": policy.version})
    else:
        say(f"in force: {policy.name} {policy.version} ({digest[:12]})")


async def _write(dsn: str, policy: Policy) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        await migrate(connection)
        return await apply_policy(connection, policy)
    finally:
        await connection.close()


def _show(*, json: Json = False) -> None:
    """Show which policy is in force."""
    with troubles():
        policy = asyncio.run(_read(dsn_of(settings())))
    found = {"name": policy.name, "version": policy.version, "hash": policy_hash(policy)}
    if json:
        show(found)
    else:
        say(f"{policy.name} {policy.version} ({found['hash']})")


async def _read(dsn: str) -> Policy:
    connection = await asyncpg.connect(dsn)
    try:
        return await policy_in_force(connection)
    finally:
        await connection.close()
