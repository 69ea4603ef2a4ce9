"""`policy`: check, explain and try a policy file, put it in force, see which one is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from schemas.envelope import to_text
from services.cli import policy_trials
from services.cli.speak import Json, Trouble, moment, say, settings, show, troubles
from services.deployment import dsn_of
from services.domain.policy import EDITION, Policy, policy_hash
from services.domain.rules import RULES
from services.ledger.database import migrate
from services.ledger.policies import apply_policy, planned_policies, policy_in_force
from services.policy_files import read_policy_file
from services.policy_words import explain

File = Annotated[Path, typer.Argument(help="Policy file (TOML).")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    policy = typer.Typer(help="The policy: everything that decisions rest on beside events.", no_args_is_help=True)
    policy.command("check")(_check)
    policy.command("explain")(_explain)
    policy_trials.add_to(policy)
    policy.command("apply")(_apply)
    policy.command("show")(_show)
    app.add_typer(policy, name="policy")


def _check(file: File, *, json: Json = False) -> None:
    """Say everything that is wrong with a policy file; exit 1 if it cannot be used. Nothing is put in force."""
    with troubles():
        policy = read_policy_file(file)
    if json:
        show({"hash": policy_hash(policy), "name": policy.name, "version": policy.version, "edition": policy.edition})
        return
    say(f"{policy.name} {policy.version} can be used ({policy_hash(policy)[:12]})")
    if policy.edition < EDITION:
        later = sum(rule.since > policy.edition for rule in RULES.values())
        say(f"it is of edition {policy.edition}: {later} rules that came later do not speak (`fitpath policy explain`)")


def _explain(
    file: Annotated[Path | None, typer.Argument(help="Policy file (TOML); default: the default policy.")] = None,
    *,
    json: Json = False,
) -> None:
    """Tell a policy in words: which rules speak and where they come from, and every number, list and text."""
    with troubles():
        said = explain(read_policy_file(file))
    if json:
        show({part.heading: part.lines for part in said})
        return
    for heading, lines in said:
        print(f"{heading}\n" + "".join(f"  {line}\n" for line in lines))


def _apply(
    file: File,
    *,
    since: Annotated[
        str | None,
        typer.Option("--from", help="Put it in force for what is recorded from then on (RFC 3339); default: at once."),
    ] = None,
    json: Json = False,
) -> None:
    """Check a policy file and put it in force; it is kept whole in the ledger under its hash."""
    effective = moment(since, "--from")
    if effective is not None and effective <= datetime.now(UTC):
        raise Trouble("--from takes a time to come: what was decided before stays as it was")
    with troubles():
        policy = read_policy_file(file)
        digest = asyncio.run(_write(dsn_of(settings()), policy, effective))
    if json:
        show({"hash": digest, "name": policy.name, "version": policy.version, "effective": effective})
    else:
        when = "in force" if effective is None else f"in force from {to_text(effective)}"
        say(f"{when}: {policy.name} {policy.version} ({digest[:12]})")


async def _write(dsn: str, policy: Policy, effective: datetime | None) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        await migrate(connection)
        return await apply_policy(connection, policy, effective=effective)
    finally:
        await connection.close()


def _show(*, json: Json = False) -> None:
    """Show which policy is in force, and what is planned."""
    with troubles():
        policy, planned = asyncio.run(_read(dsn_of(settings())))
    digest = policy_hash(policy)
    if json:
        found = {"name": policy.name, "version": policy.version, "edition": policy.edition, "hash": digest}
        show({**found, "planned": [{"effective": effective, "hash": item} for effective, item in planned]})
        return
    say(f"{policy.name} {policy.version} ({digest})")
    for effective, item in planned:
        say(f"from {to_text(effective)}: {item}")


async def _read(dsn: str) -> tuple[Policy, list[tuple[datetime, str]]]:
    connection = await asyncpg.connect(dsn)
    try:
        return await policy_in_force(connection), await planned_policies(connection)
    finally:
        await connection.close()
