"""`page`: links to the answer pages, and the keys that make them."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from services.answer_links import QUESTIONS, AnswerLinks, add_page_key
from services.cli.speak import Json, Trouble, say, settings, show, troubles
from services.deployment import dsn_of


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    page = typer.Typer(help="The answer pages: links to questions, and their keys.", no_args_is_help=True)
    page.command("link")(_link)
    page.command("list")(_list)
    page.command("key")(_key)
    app.add_typer(page, name="page")


def _link(output: Annotated[uuid.UUID, typer.Argument(help="The id of the output that asks (its ce_id).")]) -> None:
    """Print the link to the question that an output asks. The same output and key always give the same link."""
    with troubles():
        typer.echo(AnswerLinks.by(settings()).of(output))


def _list(*, most: Annotated[int, typer.Option(help="How many, the newest first.")] = 20, json: Json = False) -> None:
    """List outputs that ask somebody, each with its link; no person is named."""
    with troubles():
        found = settings()
        links = AnswerLinks.by(found)
        rows = asyncio.run(_outputs(dsn_of(found), most))
    told = [
        {"output": str(row["output_id"]), "type": row["type"], "time": row["time"], "link": links.of(row["output_id"])}
        for row in rows
    ]
    if json:
        show(told)
        return
    for each in told:
        say(f"{each['time']:%Y-%m-%d %H:%M} {each['type']}\n  {each['link']}")


def _key(
    file: Annotated[Path, typer.Argument(help="The file of keys; FITPATH_PAGE_KEYS_FILE names it.")],
    name: Annotated[str, typer.Argument(help="The name of the new key, such as the month: 2026-12.")],
) -> None:
    """Make a key for links (mode 0600): new links are made with it, those made with the keys before it still open.

    Take the line of an old key out of the file, and all links that were made with it end.
    """
    with troubles():
        try:
            add_page_key(file, name)
        except OSError as why:
            raise Trouble(f"{file} cannot be written: {why.strerror}") from None
    say(f"made the key {name} in {file}; doors read it when they start")


async def _outputs(dsn: str, most: int) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(
            "select output_id, type, time from outbox where type = any($1) order by time desc, output_id limit $2",
            list(QUESTIONS), most,
        )  # fmt: skip
    finally:
        await connection.close()
