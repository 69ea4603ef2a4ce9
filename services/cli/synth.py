"""`synth`: a synthetic population's messages, to a file or into a door."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from schemas.envelope import to_text
from services.cli.speak import Json, Trouble, console, say, show, troubles
from services.policy_files import read_policy_file
from services.publishing import STRUCTURED, Message, publish_all
from services.synth.make import FIRST_DAY, Plan, population
from services.synth.people import MOST_PEOPLE
from services.synth.rates import read_rates
from services.synth.stream import Count

_AT_ONCE = 500
_LONGEST_DAYS = 3660


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("synth")(_synth)


def _synth(
    *,
    people: Annotated[int, typer.Option(min=1, max=MOST_PEOPLE, help="How many people.")],
    days: Annotated[int, typer.Option(min=1, max=_LONGEST_DAYS, help="For how many days from the first one.")] = 365,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Where the NDJSON goes; - for standard output.")] = None,
    door: Annotated[str | None, typer.Option(help="Address of a door that gets them instead, as by `publish`.")] = None,
    start: Annotated[str, typer.Option(help="The first day (the default is always the same).")] = FIRST_DAY.isoformat(),
    policy: Annotated[
        Path | None, typer.Option(help="Policy file that answers rest on; default: the default policy.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes make it; default: one for each processor.")
    ] = None,
    token_file: Annotated[Path | None, typer.Option(help="File that holds a token for the door.")] = None,
    json: Json = False,
) -> None:
    """Make the messages of a synthetic population at the published rates: structured CloudEvents, one on each line.

    They come in the order of `recordedtime`: late, twice, in every shape and a few wrong, as publishers send them.
    Answers and updates name what Fitpath makes of the messages before them by the same policy: `fitpath simulate
    FILE --until END` takes them all but the wrong ones (END is the day after the last).

    A door stamps its own time. There what is older than 60 days moves nobody, a message from the future is refused,
    and an answer to a prompt that was never made becomes a dead letter: choose --start and --days so that it ends
    today.
    """
    if (out is None) == (door is None):
        raise Trouble("say --out FILE (- for standard output) or --door URL, one of them")
    with troubles():
        plan = Plan(people, days, seed, read_policy_file(policy), read_rates(), _day(start))
    count, answered = Count(), Counter[str]()
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console=console, transient=True, disable=not console.is_terminal))
        task = progress.add_task("making people", total=people)
        lines = population(plan, count, processes, lambda made: progress.advance(task, made))
        if door is not None:
            answered = _to_door(lines, door, token_file)
        else:
            _to_file(lines, out, stack)
    told = {
        "people": people,
        "events": count.types.total(),
        "repeated": count.repeated,
        "wrong": count.wrong,
        "until": to_text(plan.world.end),
    }
    types = dict(sorted(count.types.items()))
    if json and out != Path("-"):
        show({**told, "types": types, "answered": dict(answered)})
    else:
        say(", ".join(f"{name} {value}" for name, value in told.items()))
        say(", ".join(f"{number} {name}" for name, number in types.items()) or "no events")
        if answered:
            say("the door: " + ", ".join(f"{number} {name}" for name, number in sorted(answered.items())))
    if answered["rejected"] > count.wrong:
        raise typer.Exit(1)


def _to_file(lines: Iterator[bytes], out: Path | None, stack: ExitStack) -> None:
    if out is None or str(out) == "-":
        target = sys.stdout.buffer
    else:
        try:
            target = stack.enter_context(out.open("wb"))
        except OSError as why:
            raise Trouble(f"{out} cannot be written: {why.strerror}") from None
    for line in lines:
        target.write(line + b"\n")
    target.flush()


def _to_door(lines: Iterator[bytes], door: str, token_file: Path | None) -> Counter[str]:
    token = token_file.read_text(encoding="ascii").strip() if token_file else None
    answered: Counter[str] = Counter()
    with troubles():
        while some := list(islice(lines, _AT_ONCE)):
            messages = [Message("synth", line, {"content-type": STRUCTURED}) for line in some]
            answered.update(answer.outcome for answer in asyncio.run(publish_all(door, messages, token)))
    return answered


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Trouble("--start takes a day, such as 2026-01-05") from None
