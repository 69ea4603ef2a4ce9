"""`describe`: what the doors and the topics are, for programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.cli.speak import Trouble, say
from services.describe.documents import NAMES, Name, document, write_documents


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("describe")(_describe)


def _describe(
    name: Annotated[Name | None, typer.Argument(help="The description to print.")] = None,
    *,
    write: Annotated[Path | None, typer.Option(help="Folder to write openapi.json and asyncapi.json into.")] = None,
) -> None:
    """Print a description of the doors or the topics, or write those that are committed."""
    if write is not None:
        try:
            files = write_documents(write)
        except OSError as why:
            raise Trouble(f"{write} cannot be written: {why.strerror}") from None
        say("wrote " + ", ".join(str(file) for file in files))
    if name is not None:
        sys.stdout.buffer.write(document(name))
        sys.stdout.flush()
    elif write is None:
        raise Trouble(f"say which: {', '.join(NAMES)}; or --write FOLDER")
