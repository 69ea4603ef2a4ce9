"""`token`: a token for a source, so that a door beyond loopback can tell callers apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.speak import say, troubles
from services.ingest.callers import add_token


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("token")(_token)


def _token(
    source: Annotated[str, typer.Argument(help="The source URI that the caller may speak for.")],
    file: Annotated[Path, typer.Option(help="The tokens file; FITPATH_TOKENS_FILE names it to the door.")],
    *,
    keep: Annotated[bool, typer.Option(help="The token before stays good beside it, for the change-over.")] = False,
) -> None:
    """Make a new token for a source; its hash goes into the file, the token is shown once."""
    with troubles():
        token = add_token(file, source, keep=keep)
    say("send it as `Authorization: Bearer ...`; it is not shown again; the door reads the file when it starts")
    typer.echo(token)
