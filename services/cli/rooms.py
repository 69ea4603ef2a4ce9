"""`up`, and one command for each room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from services.bootstrap import ROOMS, RoomName, prepare, run_room
from services.cli.running import forget_place, write_place
from services.cli.speak import Json, Trouble, say, settings, show, troubles
from services.observe import configure
from services.settings import read_settings
from services.up.keys import make_subject_key
from services.up.run import Up, run_up

_HELP: dict[RoomName, str] = {
    "ingest": "Run the doors: HTTP and fitpath.inbound.",
    "streams": "Run the stream room: accepted events become decisions in the ledger.",
    "relay": "Run the relay: the outbox is published to its topics.",
    "timers": "Run the timers: what is due becomes an event.",
    "delivery": "Run the delivery room: outputs are carried to the deployment's destinations.",
    "lookup": "Answer look-ups from a folder, in a national register's place.",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("up")(_up)
    app.command("prepare")(_prepare)
    app.command("key")(_key)
    for name in ROOMS:
        app.command(name, help=_HELP[name])(_room(name))
    app.command("lookup", help=_HELP["lookup"])(_lookup)


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


def _prepare(*, json: Json = False) -> None:
    """Make ready what the rooms need, once for each deployment and release; again it changes nothing.

    Migrates the ledger, makes the topics, begins the log generation, applies the policy where there is none. `up`
    does it by itself.
    """
    with troubles():
        deployment = asyncio.run(prepare(settings()))
    if json:
        show({"ready": True, "generation": deployment.generation})
    else:
        say(f"ready for the rooms: log generation {deployment.generation}")


def _key(file: Annotated[Path, typer.Argument(help="Where the key goes; FITPATH_SUBJECT_KEY_FILE names it.")]) -> None:
    """Make the secret that turns NHS numbers into subject references (mode 0600). Back it up: nothing replaces it."""
    try:
        make_subject_key(file)
    except FileExistsError:
        raise Trouble(f"{file} is there already: a subject key is never overwritten") from None
    except OSError as why:
        raise Trouble(f"{file} cannot be written: {why.strerror}") from None
    say(f"made {file}; back it up apart from the database: losing it orphans every journey")


def _lookup(
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Folder with NUMBER.json, a FHIR Patient each; else FITPATH_LOOKUP_FOLDER.")
    ] = None,
) -> None:
    with troubles():
        settings = read_settings()
        configure(settings.log_level)
        run_room("lookup", settings if folder is None else settings.model_copy(update={"lookup_folder": folder}))


def _room(name: RoomName) -> Callable[[], None]:
    def command() -> None:
        with troubles():
            settings = read_settings()
            configure(settings.log_level)
            run_room(name, settings)

    command.__doc__ = _HELP[name]
    return command
