"""`demo`: see Fitpath work, from nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.cli.speak import Json, Trouble, say, show, troubles
from services.demo.actors import ActorsSilent
from services.demo.page import write_page
from services.demo.run import NotWorkedOff, Result, run_demo
from services.observe import configure
from services.settings import read_settings

_COUNTS = ("accepted", "duplicate", "rejected")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("demo")(_demo)


def _demo(
    *,
    out: Annotated[Path, typer.Option(help="Folder for the page with the timelines.")] = Path("out"),
    json: Json = False,
) -> None:
    """Tell the stories of synthetic people on an embedded broker and database of its own; everything is gone after it.

    Writes an HTML page with each person's timeline. Exit 1 unless all counts add up and `replay verify` found
    both halves equal.
    """
    with troubles():
        settings = read_settings()
        configure("WARNING")
        try:
            result = asyncio.run(run_demo(settings, say))
        except (ActorsSilent, NotWorkedOff) as why:
            raise Trouble(f"{why}: run it again, and if that is no accident report it") from None
    page = write_page(out, result)
    if json:
        _journeys(result)
        show(result.told())
    else:
        _journeys(result)
        _sums(result)
    say(f"timelines as a picture: {page}")
    if not result.report.verified or result.published != sum(result.counts[name] for name in _COUNTS):
        raise typer.Exit(1)


def _journeys(result: Result) -> None:
    for title, story in result.journeys:
        say(f"\n{title} ({story.subject})")
        for moment in story.moments:
            if moment.what == "event":
                say(f"  {moment.time:%d %b %H:%M}  {moment.kind}")
            elif moment.kind != "care-package-updated" and moment.what == "decision":
                say(f"                  {moment.words}  [{', '.join(moment.rules)}]")


def _sums(result: Result) -> None:
    told = result.told()
    say("")
    say(f"published {told['published']} = " + " + ".join(f"{told[name]} {name}" for name in _COUNTS))
    for name in ("prompts", "referrals", "patient_information", "care_packages", "feedback", "holds", "dead_letters",
                 "journeys"):  # fmt: skip
        say(f"  {name.replace('_', ' '):<20} {told[name]}")
    say("verified: the ledger equals the pure core, the topics equal the ledger" if result.report.verified
        else f"NOT verified: {len(result.report.differences)} differences")  # fmt: skip
