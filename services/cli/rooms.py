"""`up`, and one command for each room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from services.bootstrap import ROOMS, RoomName, run_room
from services.cli.running import forget_place, write_place
from services.cli.speak import Json, say, show, troubles
from services.observe import configure
from services.settings import read_settings
from services.up.run import Up, run_up

_HELP: dict[RoomName, str] = {
    "ingest": "Run the doors: HTTP and fitpath.inbound.",
    "streams": "Run the stream room: accepted events become decisions in the ledger.",
    "relay": "Run the relay: the outbox is published to its topics.",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("up")(_up)
    for name in ROOMS:
        app.command(name, help=_HELP[name])(_room(name))


def _up(
    *,
    json: Json = False,
    port: Annotated[int | None, typer.Option(help="Port of the door; a free one is taken when it is taken.")] = None,
) -> None:
    """Run everything on this machine until Ctrl-C; embedded broker and database where none are set."""
    with troubles():
        settings = read_settings()
        configure(settings.log_level)
        if port is not None:
            settings = settings.model_copy(update={"port": port})
        homes = []

        def ready(up: Up) -> None:
            homes.append(up.home)
            write_place(up)
            if json:
                show(up.told())
            else:
                say(f"ready\n  door      {up.door}/events\n  broker    {up.broker}\n  database  {up.database}")
                say(f"  logs      {up.home / 'logs'}\nCtrl-C stops it cleanly.")

        try:
            asyncio.run(run_up(settings, say, ready))
        finally:
            for home in homes:
                forget_place(home)
        say("stopped")


def _room(name: RoomName) -> Callable[[], None]:
    def command() -> None:
        with troubles():
            settings = read_settings()
            configure(settings.log_level)
            run_room(name, settings)

    command.__doc__ = _HELP[name]
    return command
