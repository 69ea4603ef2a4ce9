"""`publish`: files to the HTTP door, as any publisher would."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress

from services.cli.running import read_place
from services.cli.speak import Json, Trouble, console, say, settings, show, troubles
from services.publishing import STRUCTURED, Message, as_backfill, publish_all


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("publish")(_publish)


def _publish(
    files: Annotated[
        list[Path], typer.Argument(help="CloudEvents as JSON or NDJSON; or FHIR (JSON, XML) with --type.")
    ],
    *,
    door: Annotated[str | None, typer.Option(help="Address of the door; default: the running `up`.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Event type of bare FHIR files.")] = None,
    source: Annotated[str, typer.Option(help="Source of bare FHIR files.")] = "urn:fitpath:publish",
    time: Annotated[str | None, typer.Option(help="When it happened, for bare FHIR files (RFC 3339).")] = None,
    person: Annotated[bool, typer.Option(help="Read the NHS number for bare FHIR files from standard input.")] = False,
    backfill: Annotated[
        bool, typer.Option(help="It is no news: facts and the care package, nobody is asked or told.")
    ] = False,
    token_file: Annotated[Path | None, typer.Option(help="File that holds the token of the source.")] = None,
    json: Json = False,
) -> None:
    """Publish events to the HTTP door; the same files again are answered as duplicates. Exit 1 when one is refused."""
    url = door or _running_door()
    subject = sys.stdin.readline().strip() if person else None
    messages = [message for file in files for message in _messages(file, event_type, source, time, subject)]
    if backfill:
        messages = [as_backfill(message) for message in messages]
    token = token_file.read_text(encoding="ascii").strip() if token_file else None
    with troubles(), Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("publishing", total=len(messages))
        answers = asyncio.run(publish_all(url, messages, token, lambda _: progress.advance(task)))
    for answer in answers:
        if json:
            show(msgspec.to_builtins(answer))
        elif answer.outcome != "accepted":
            say(f"{answer.file}: {answer.outcome} ({answer.status}) {', '.join(answer.codes)}")
    counts = {name: sum(answer.outcome == name for answer in answers) for name in ("accepted", "duplicate", "rejected")}
    say(f"published {len(answers)}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    if counts["accepted"] + counts["duplicate"] != len(answers):
        raise typer.Exit(1)


def _messages(
    file: Path, event_type: str | None, source: str, time: str | None, subject: str | None
) -> Iterator[Message]:
    try:
        content = file.read_bytes()
    except OSError as why:
        raise Trouble(f"{file.name} cannot be read: {why.strerror}") from None
    if event_type is None:
        for line in _structured(content):
            yield Message(file.name, line, {"content-type": STRUCTURED})
        return
    if time is None:
        raise Trouble("bare FHIR files need --time: when it happened")
    xml = content.lstrip()[:1] == b"<"
    attributes = {
        "ce-specversion": "1.0", "ce-type": event_type, "ce-source": source, "ce-time": time,
        "ce-id": hashlib.sha256(content).hexdigest()[:32],
        "content-type": "application/fhir+xml" if xml else "application/fhir+json",
    }  # fmt: skip
    if subject:
        attributes["ce-subject"] = subject
    yield Message(file.name, content, attributes)


def _structured(content: bytes) -> list[bytes]:
    """One CloudEvent, or one on each line."""
    lines = [line for line in content.splitlines() if line.strip()]
    try:
        for line in lines:
            msgspec.json.decode(line)
    except msgspec.DecodeError:
        return [content]
    return lines


def _running_door() -> str:
    place = read_place(settings())
    if place is None:
        raise Trouble("no running `fitpath up` was found: start it, or name the door with --door")
    return place.door
