"""`policy`: check, explain and try a policy file, put it in force, see which one is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import msgspec
import typer
from rich.table import Table

from schemas.envelope import from_text, to_text
from services.backtest.compare import Backtest
from services.backtest.histories import over_ledger, over_lines
from services.backtest.page import CHANGES, render
from services.cli.speak import Json, Trouble, console, say, settings, show, troubles
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
    policy.command("backtest")(_backtest)
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


def _backtest(
    file: File,
    *,
    since: Annotated[
        str | None, typer.Option(help="From when on the candidate decides (RFC 3339); default: from the beginning.")
    ] = None,
    events: Annotated[
        Path | None, typer.Option(help="NDJSON of structured CloudEvents, instead of the ledger's history.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="With --events: the policy to compare with; default: the default policy.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with a picture here.")] = None,
    json: Json = False,
) -> None:
    """Try a candidate over the history that there is: who would be prompted earlier, later, newly or no more.

    Nothing is written to the ledger.
    """
    with troubles():
        candidate = read_policy_file(file)
        before = read_policy_file(against) if events else None
    begins = _moment(since, "--since")
    with troubles(), console.status("walking the history under both policies"):
        if events is not None and before is not None:
            found = over_lines(_lines(events), before, candidate, begins)
        else:
            found = asyncio.run(_over_ledger(dsn_of(settings()), candidate, begins))
    named = f"{before.name} {before.version}" if before else "the policies that were in force"
    if html is not None:
        _write_page(html, render(found, named, f"{candidate.name} {candidate.version}"))
    if json:
        show(msgspec.to_builtins(found))
    else:
        _print(found, named)


async def _over_ledger(dsn: str, candidate: Policy, since: datetime | None) -> Backtest:
    connection = await asyncpg.connect(dsn)
    try:
        return await over_ledger(connection, candidate, since)
    finally:
        await connection.close()


def _print(found: Backtest, before: str) -> None:
    table = Table("first prompt", "people", title=f"{found.people} people, compared with {before}")
    for change, words in CHANGES.items():
        table.add_row(words, str(found.changes.get(change, 0)))
    weeks = Table("organisation", "week of", "before", "candidate")
    for row in found.weeks:
        weeks.add_row(row.organisation, str(row.week), str(row.before), str(row.candidate))
    for item in (table, weeks):
        console.print(item)
    say(f"prompts: {found.prompts_before} before, {found.prompts_candidate} under the candidate")


def _write_page(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as why:
        raise Trouble(f"{path} cannot be written: {why.strerror}") from None
    say(f"page: {path}")


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except OSError as why:
        raise Trouble(f"{file} cannot be read: {why.strerror}") from None


def _moment(text: str | None, option: str) -> datetime | None:
    try:
        return None if text is None else from_text(text)
    except (ValueError, OverflowError):
        raise Trouble(f"{option} takes a time with an offset, such as 2026-01-01T00:00:00Z") from None


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
    effective = _moment(since, "--from")
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
