"""`policy backtest` and `policy shadow`: try a candidate before it is used."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import msgspec
import typer
from rich.table import Table

from services.backtest.compare import Backtest
from services.backtest.histories import over_ledger, over_lines
from services.backtest.page import CHANGES, render
from services.cli.speak import Json, Trouble, console, moment, say, settings, show, troubles
from services.deployment import dsn_of
from services.domain.policy import Policy, policy_hash
from services.ledger.database import migrate
from services.ledger.shadow import Otherwise, cast_shadow, otherwise, shadow_policy
from services.policy_files import read_policy_file


def add_to(policy: typer.Typer) -> None:
    """Add these commands to those about the policy."""
    policy.command("backtest")(_backtest)
    policy.command("shadow")(_shadow)


def _backtest(
    file: Annotated[Path, typer.Argument(help="The candidate (TOML).")],
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
    begins = moment(since, "--since")
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


def _shadow(
    file: Annotated[
        Path | None,
        typer.Argument(help="The candidate (TOML); none: what the present one would have done."),
    ] = None,
    *,
    off: Annotated[bool, typer.Option("--off", help="Nobody decides in the shadow any more.")] = False,
    json: Json = False,
) -> None:
    """Have a candidate decide beside the policy in force: what it would have done otherwise is noted, acted on nowhere.

    Each event is judged from the journey as it truly stood; `backtest` walks a whole history instead.
    """
    if file is not None and off:
        raise Trouble("either a candidate or --off")
    with troubles():
        candidate = read_policy_file(file) if file is not None else None
        found, differences = asyncio.run(_cast(dsn_of(settings()), candidate, change=file is not None or off))
    if json:
        named = None if found is None else {"name": found.name, "version": found.version, "hash": policy_hash(found)}
        show({"shadow": named, "otherwise": msgspec.to_builtins(differences)})
        return
    say("nobody decides in the shadow" if found is None else f"in the shadow: {found.name} {found.version}")
    table = Table("times", "done", "the candidate would have")
    for item in differences:
        table.add_row(str(item.times), ", ".join(item.done) or "nothing", ", ".join(item.would) or "done nothing")
    if found is not None:
        console.print(table)


async def _cast(dsn: str, candidate: Policy | None, *, change: bool) -> tuple[Policy | None, list[Otherwise]]:
    connection = await asyncpg.connect(dsn)
    try:
        if change:
            await migrate(connection)
            await cast_shadow(connection, candidate)
        found = await shadow_policy(connection)
        return found, [] if found is None else await otherwise(connection, policy_hash(found))
    finally:
        await connection.close()
