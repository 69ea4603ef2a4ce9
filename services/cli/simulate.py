"""`simulate`: the pure core over NDJSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.progress import Progress

from services.cli.speak import Json, Trouble, console, moment, say, show, troubles
from services.policy_files import read_policy_file
from services.simulate import Simulation


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("simulate")(_simulate)


def _simulate(
    file: Annotated[Path, typer.Argument(help="NDJSON of structured CloudEvents; - for standard input.")],
    *,
    policy: Annotated[Path | None, typer.Option(help="Policy file; default: the default policy.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where decisions and outputs go; default: standard output.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Run a virtual clock to this moment (RFC 3339): what is due happens.")
    ] = None,
    json: Json = False,
) -> None:
    """What would Fitpath do with these events? Every decision and output as NDJSON; no broker, no database.

    A refused event gives an `event-rejected-1` with its OperationOutcome, and exit 1 at the end.
    """
    with troubles():
        simulation = Simulation(read_policy_file(policy))
    end = moment(until, "--until")
    with ExitStack() as stack:
        lines = _lines(file, stack)
        try:
            target = stack.enter_context(out.open("wb")) if out else sys.stdout.buffer
        except OSError as why:
            raise Trouble(f"{out} cannot be written: {why.strerror}") from None
        for line in simulation.run(lines, end):
            target.write(line + b"\n")
        target.flush()
    summary = asdict(simulation.summary)
    if json and out is not None:
        show(summary)
    else:
        outputs = summary.pop("outputs")
        say(", ".join(f"{count} {name}" for name, count in summary.items()))
        say(", ".join(f"{count} {name}" for name, count in sorted(outputs.items())) or "no outputs")
    if simulation.summary.rejected:
        raise typer.Exit(1)


def _lines(file: Path, stack: ExitStack) -> Iterator[bytes]:
    source: IO[bytes]
    if str(file) == "-":
        source = sys.stdin.buffer
    else:
        try:
            source = stack.enter_context(file.open("rb"))
        except OSError as why:
            raise Trouble(f"{file} cannot be read: {why.strerror}") from None
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("simulating", total=None)
        for line in source:
            progress.advance(task)
            yield line
