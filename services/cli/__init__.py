"""The command `fitpath`: run it, publish to it, ask it, mend it."""

from __future__ import annotations

import sys

import typer

from services.cli import (
    ask,
    demo,
    describe,
    ledger,
    letters,
    outcomes,
    pages,
    policy,
    publish,
    rooms,
    simulate,
    synth,
    tokens,
    topics,
    verify,
)
from services.cli.speak import Trouble, say_trouble
from services.observe import configure, log, place

app = typer.Typer(
    name="fitpath",
    help="From fit note to care package: links primary care, pain services and employment support by events.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (
    rooms, publish, simulate, synth, ask, ledger, letters, verify, outcomes, policy, topics, tokens, pages,
    describe, demo,
):  # fmt: skip
    part.add_to(app)


def main() -> None:
    """Entry point.

    Troubles that a person can mend are said in words, exit 2; anything else by type and place, exit 1.
    """
    configure("WARNING")  # a room sets its own level
    try:
        app()
    except Trouble as why:
        say_trouble(why)
        sys.exit(2)
    except Exception as why:  # noqa: BLE001 - the last one to see it; its text may hold personal data
        log("cli").error("ended by a fault of Fitpath", **place(why))
        sys.exit(1)
