"""The whole population: ranges of people are made by processes, and their sorted runs merged.

What comes out depends on the seed, the days and the first day, and neither on
how many processes there are nor on which of them is first. In memory are the
people that are being made and one line of each run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import merge
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from schemas.envelope import to_text
from services.domain.policy import Policy
from services.synth.people import people
from services.synth.rates import Rates
from services.synth.stream import Count, Stream
from services.synth.telling import World, on

#: The first day, where none is named: the same whenever it runs.
FIRST_DAY = date(2026, 1, 5)
_LEAST_RUN, _MOST_RUNS = 500, 256
_KEY_BYTES = len("2026-01-05T00:00:00.000000Z") + 16


@dataclass(frozen=True, slots=True)
class Plan:
    """Which population: so many people for so many days from the first one, by a seed, at these rates."""

    people: int
    days: int
    seed: int
    policy: Policy
    rates: Rates
    start: date = FIRST_DAY

    @property
    def world(self) -> World:
        """What holds for everybody."""
        return World(on(self.start, 0), on(self.start + timedelta(self.days), 0), self.policy, self.rates)


def population(
    plan: Plan, count: Count, processes: int | None = None, told: Callable[[int], None] = lambda _: None
) -> Iterator[bytes]:
    """Every line in the order of ``recordedtime``; ``count`` and ``told`` (people made) hear what was made."""
    size = max(_LEAST_RUN, -(-plan.people // _MOST_RUNS))
    firsts = range(0, plan.people, size)
    with tempfile.TemporaryDirectory(prefix="fitpath-synth-") as folder, ExitStack() as stack:
        runs = [Path(folder) / f"{first}.run" for first in firsts]
        for first, made in zip(firsts, _made(plan, size, firsts, runs, processes or available()), strict=True):
            count.add(made)
            told(min(size, plan.people - first))
        files = [stack.enter_context(run.open("rb")) for run in runs]
        for line in merge(*files):
            yield line[_KEY_BYTES:-1]


def available() -> int:
    """How many processors there are for us."""
    return len(os.sched_getaffinity(0))


def _made(plan: Plan, size: int, firsts: range, runs: list[Path], processes: int) -> Iterator[Count]:
    if processes == 1 or len(firsts) == 1:
        yield from map(_run, repeat(plan), firsts, repeat(size), runs)
        return
    workers = min(processes, len(firsts))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_run, repeat(plan), firsts, repeat(size), runs)


def _run(plan: Plan, first: int, size: int, run: Path) -> Count:
    """One sorted run of a range of people, each line behind its key: moment, person, place in their stream."""
    count, world, lines = Count(), plan.world, []
    for person in people(plan.seed, first, min(first + size, plan.people), plan.start, plan.rates):
        for place, (moment, line) in enumerate(Stream(person, world, count).lines()):
            lines.append(b"%s %07d %06d " % (to_text(moment).encode(), person.number, place) + line + b"\n")
    with run.open("wb") as file:
        file.writelines(sorted(lines))
    return count
