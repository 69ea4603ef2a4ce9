"""`journey show`, `events status`, `doctor`: ask a running Fitpath."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import asyncpg
import msgspec
import typer

from schemas.identifiers import EventId, NhsNumber, NotAnIdentifier, SubjectReference, parse_subject
from services.cli.speak import Json, Trouble, say, settings, show, troubles
from services.deployment import dsn_of, read_subject_key
from services.doctor import examine_all
from services.journeys import Story, read_story
from services.ledger.status import counts, status_of_event


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    journey = typer.Typer(help="Journeys of people, by subject reference.", no_args_is_help=True)
    journey.command("show")(_journey_show)
    app.add_typer(journey, name="journey")
    events = typer.Typer(help="What became of events.", no_args_is_help=True)
    events.command("status")(_events_status)
    app.add_typer(events, name="events")
    app.command("doctor")(_doctor)


def _journey_show(
    subject: Annotated[str, typer.Argument(help="Subject reference (s-...); - reads an NHS number from stdin.")],
    *,
    json: Json = False,
) -> None:
    """Show a person's journey: events, decisions with their reasons, what was sent. No name and no number is shown."""
    with troubles():
        conf = settings()
        try:
            reference = (
                read_subject_key(conf.subject_key_file).reference(NhsNumber.parse(sys.stdin.readline().strip()))
                if subject == "-"
                else parse_subject(subject)
            )
        except NotAnIdentifier as why:
            raise Trouble(str(why)) from None
        story = asyncio.run(_story(dsn_of(conf), reference))
    if story is None:
        raise Trouble("no journey is known under this subject reference")
    if json:
        show(msgspec.to_builtins(story))
        return
    say(f"{story.subject}  hold: {story.hold or 'none'}")
    for moment in story.moments:
        say(f"{moment.time:%Y-%m-%d %H:%M}  {moment.kind:<28} {moment.words}")
    for spell in story.absences:
        say(
            f"{spell.start} to {spell.end}{', no end stated' if spell.open else ''}: {spell.days} days"
            f" ({spell.working_days} working days), {spell.notes} fit notes, {spell.may_be_fit:.0%} may be fit"
        )


async def _story(dsn: str, subject: SubjectReference) -> Story | None:
    connection = await asyncpg.connect(dsn)
    try:
        return await read_story(connection, subject)
    finally:
        await connection.close()


def _events_status(
    source: Annotated[str | None, typer.Option(help="Source of an event.")] = None,
    event_id: Annotated[str | None, typer.Option("--id", help="Id of an event.")] = None,
    *,
    json: Json = False,
) -> None:
    """What became of one event (--source and --id), or the sum over all arrivals."""
    if (source is None) != (event_id is None):
        raise Trouble("--source and --id go together: an event is known by both")
    with troubles():
        found = asyncio.run(_status(dsn_of(settings()), EventId(source or "", event_id or "") if source else None))
    if json:
        show(found)
    else:
        for name, value in found.items():
            say(f"{name:<12} {value}")


async def _status(dsn: str, event: EventId | None) -> dict[str, object]:
    connection = await asyncpg.connect(dsn)
    try:
        if event is None:
            return dict(await counts(connection))
        found = await status_of_event(connection, event)
    finally:
        await connection.close()
    if found is None:
        raise Trouble("this event is not known here: it has not come, waits on the broker, or was refused")
    return found


def _doctor(*, json: Json = False) -> None:
    """Look at broker, database, keys and partitions: what is wrong and what to do. Exit 1 when something is."""
    with troubles():
        findings = asyncio.run(examine_all(settings()))
    if json:
        show([msgspec.to_builtins(finding) for finding in findings])
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.good else 'BAD '} {finding.name:<12} {finding.words}")
            if finding.advice:
                say(f"     do: {finding.advice}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
