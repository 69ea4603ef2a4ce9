"""`make bench`: how fast is the whole job, beside the bare loop in the same run? Interleaved rounds, medians.

A real Kafka, a real PostgreSQL and every room share this machine's cores with
the bench itself. Absolute figures drift with the machine; quote the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

_TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(_TESTS / "bench"), str(_TESTS / "kafka"), str(_TESTS)]

from bench_runs import Measured, bare_loop, from_events, whole_job  # noqa: E402 - after the path above
from new_database import new_database  # noqa: E402

from services.embedded.postgres import RunningPostgres, start_postgres  # noqa: E402

Run = Callable[[], Awaitable[Measured]]


def main() -> int:
    """Run the rounds and print a table, and with ``--json`` one line."""
    asked = _options()
    with tempfile.TemporaryDirectory(prefix="fitpath-bench-", dir="/var/tmp") as folder:
        results = asyncio.run(_rounds(asked, Path(folder)))
    _table(results)
    if asked.json:
        line = {
            "events_per_second": round(_median(results["whole job"])),
            "from_events_per_second": round(_median(results["from fitpath.events"])),
            "bare_loop": round(_median(results["bare loop"])),
            "events": asked.events,
            "rounds": asked.rounds,
        }
        sys.stdout.write(json.dumps(line) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the whole job beside the bare loop.")
    parser.add_argument("--events", type=int, default=30_000, help="events in each run (default: 30000)")
    parser.add_argument("--people", type=int, default=6_000, help="people whom they are about (default: 6000)")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (default: 3)")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser.parse_args()


async def _rounds(asked: argparse.Namespace, folder: Path) -> dict[str, list[Measured]]:
    postgres = await _database_with_room(folder / "postgres")
    results: dict[str, list[Measured]] = {"whole job": [], "from fitpath.events": [], "bare loop": []}
    try:
        for number in range(asked.rounds):
            for name, job in (("whole job", whole_job), ("from fitpath.events", from_events)):
                sys.stderr.write(f"round {number + 1}: {name}\n")
                place = folder / f"{name.split()[0]}-{number}"
                place.mkdir()
                # gone after its run: what one run left to be written must not be written during the next
                async with new_database(postgres) as database:
                    await _checkpoint(database)
                    results[name].append(await job(asked.events, asked.people, database, place))
                shutil.rmtree(place)
                sys.stderr.write(f"         {results[name][-1].events_per_second:.0f} events/s\n")
            sys.stderr.write(f"round {number + 1}: bare loop\n")
            results["bare loop"].append(await bare_loop(asked.events, asked.people))
    finally:
        await postgres.stop()
    return results


async def _database_with_room(data: Path) -> RunningPostgres:
    """PostgreSQL as README tells ops to set it."""
    postgres = await start_postgres(data)
    connection = await asyncpg.connect(postgres.dsn)
    await connection.execute("alter system set shared_buffers = '512MB'")
    await connection.execute("alter system set max_wal_size = '4GB'")
    await connection.close()
    await postgres.stop()
    return await start_postgres(data)


async def _checkpoint(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("checkpoint")
    await connection.close()


def _table(results: dict[str, list[Measured]]) -> None:
    ratios = {
        name: statistics.median(
            run.events_per_second / bare.events_per_second for run, bare in zip(runs, results["bare loop"], strict=True)
        )
        for name, runs in results.items()
    }
    sys.stdout.write(f"{'':<22}{'events/s':>10}{'outputs/s':>11}{'of bare loop':>14}   processor seconds\n")
    for name, runs in results.items():
        middle = sorted(runs, key=lambda run: run.events_per_second)[len(runs) // 2]
        total = sum(middle.cpu.values())
        per_event = {room: seconds for room, seconds in middle.cpu.items() if total}
        words = ", ".join(f"{room} {seconds:.2f} s" for room, seconds in per_event.items())
        speed = f"{middle.events_per_second:>10.0f}{middle.outputs_per_second:>11.0f}{ratios[name]:>14.3f}"
        sys.stdout.write(f"{name:<22}{speed}   {words}\n")


def _median(runs: list[Measured]) -> float:
    return statistics.median(run.events_per_second for run in runs)


if __name__ == "__main__":
    sys.exit(main())
