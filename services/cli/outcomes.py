"""`outcomes`: from first evidence to sustained work, as a table, CSV or a page with pictures."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import asyncpg
import msgspec
import typer
from rich.table import Table

from services.cli.speak import Json, Trouble, console, say, settings, show, troubles
from services.deployment import dsn_of
from services.outcomes.count import Outcomes
from services.outcomes.read import read_outcomes
from services.outcomes.tables import STUDY_DAYS, as_csv, as_page, in_words


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("outcomes")(_outcomes)


def _outcomes(
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print every funnel as CSV.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Every number as it is: for those who may see them, never to publish.")
    ] = False,
    json: Json = False,
) -> None:
    """What became of people: the funnel by source, organisation and track, with days between its stages.

    Small numbers are not told, and what is more is rounded, so that a page can be shown to others.
    """
    with troubles():
        found = asyncio.run(_read(dsn_of(settings()), exact))
    if html is not None:
        try:
            html.write_text(as_page(found), encoding="utf-8")
        except OSError as why:
            raise Trouble(f"{html} cannot be written: {why.strerror}") from None
        say(f"page: {html}")
    if json:
        show(msgspec.to_builtins(found))
    elif csv:
        sys.stdout.write(as_csv(found))
    else:
        _print(found)


async def _read(dsn: str, exact: bool) -> Outcomes:
    connection = await asyncpg.connect(dsn)
    try:
        return await read_outcomes(connection, exact=exact)
    finally:
        await connection.close()


def _print(found: Outcomes) -> None:
    for funnel in found.funnels:
        title = "everybody" if funnel.by == "all" else f"{funnel.by}: {funnel.group}"
        table = Table("stage", "people", "median days since the stage before", title=title)
        for reached in funnel.stages:
            table.add_row(reached.stage, in_words(reached.people), in_words(reached.days, "not told"))
        console.print(table)
    days = in_words(found.days_to_prompt, "too few to tell")
    say(f"days from first evidence to prompt, median: {days} (the study: about {STUDY_DAYS})")
