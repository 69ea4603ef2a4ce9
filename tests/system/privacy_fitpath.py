"""A running Fitpath in processes of its own, and the hands to feed it and ask it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx2
import msgspec
from privacy_messages import MARKER, Event, numbers

from schemas.identifiers import NhsNumber, SubjectReference
from services.broker import make_producer
from services.cli.running import Place
from services.deployment import read_subject_key
from services.up.drain import drained

STRUCTURED = "application/cloudevents+json"
PATIENCE_SECONDS = 30.0
#: Runs command lines one after another: the person at the keyboard types a name and what is no number.
_COMMANDS = """
import json, sys
from services.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["fitpath", *words]
    try:
        main()
    except SystemExit as done:
        print("exit", words[0], words[1] if words[1:] else "", done.code, flush=True)
"""


@dataclass
class Run:
    """What was said where; the codes of the failures that were forced, and those that went through in the end."""

    said: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    mended: set[str] = field(default_factory=set)
    answers: set[int] = field(default_factory=set)
    payloads: str = ""
    exit_code: int | None = None


class Fitpath:
    """A running `fitpath up`, its ledger, and who may be asked about there."""

    def __init__(self, place: Place, home: Path, ledger: asyncpg.Connection, run: Run) -> None:
        self.place = place
        self.home = home
        self.ledger = ledger
        self.run = run
        self.door = httpx2.AsyncClient(base_url=place.door, timeout=PATIENCE_SECONDS)
        self._key = read_subject_key(home / "keys" / "subject.key")
        self._numbers = numbers()

    def somebody(self) -> tuple[str, SubjectReference]:
        """Another person: NHS number and subject reference."""
        number = next(self._numbers)
        return number, self._key.reference(NhsNumber.parse(number))

    async def post(self, event: Event) -> httpx2.Response:
        """Post a structured event."""
        return await self.door.post("/events", content=json.dumps(event), headers={"content-type": STRUCTURED})

    async def produce(self, topic: str, value: bytes, key: bytes, headers: list[tuple[str, bytes]]) -> None:
        """Produce a record as an outsider."""
        producer = make_producer(self.place.broker, embedded=True)
        await producer.start()
        try:
            await producer.send_and_wait(topic, value, key=key, headers=headers)
        finally:
            await producer.stop()

    async def settled(self) -> bool:
        """Wait until all that was sent is in the ledger and published."""
        place = self.place
        return await drained(place.database, place.broker, place.generation, inbound=True, within=PATIENCE_SECONDS)

    async def are_in(self, table: str, subjects: Sequence[str], where: str = "true") -> None:
        """Wait until each of these subjects has a row."""
        query = f"select distinct subject from {table} where subject = any($1) and {where}"  # noqa: S608 - ours
        await until(lambda: self._has(query, subjects))

    async def _has(self, query: str, subjects: Sequence[str]) -> bool:
        return len(await self.ledger.fetch(query, list(subjects))) == len(subjects)

    async def commands(self, *commands: Sequence[str]) -> None:
        """Command lines, as somebody at the keyboard has them answered."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _COMMANDS, json.dumps(commands), env=environment(self.home),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate(f"{MARKER} 9990000019\n".encode())
        assert process.returncode == 0, out.decode()
        self.run.said[f"commands from {' '.join(commands[0][:2])} on"] = out.decode()


@asynccontextmanager
async def up(home: Path, folder: Path, broker: str, found: Run) -> AsyncIterator[Fitpath]:
    """`fitpath up` with its log level at DEBUG; what it said to the end, and its exit code, are kept."""
    env = environment(home) | {"FITPATH_BROKER_URL": broker, "FITPATH_EMBEDDED_BROKER": "true"}
    with (folder / "up.err").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", "up", "--json", "--port", "0", env=env,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=said,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            assert line, (folder / "up.err").read_text()
            place = msgspec.json.decode((home / "running.json").read_bytes(), type=Place)
            ledger = await asyncpg.connect(place.database)
            fitpath = Fitpath(place, home, ledger, found)
            try:
                yield fitpath
            finally:
                await fitpath.door.aclose()
                await ledger.close()
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            rest, _ = await process.communicate()
    found.said["standard output of up"] = (line + rest).decode()
    found.said["standard error of up"] = (folder / "up.err").read_text()
    found.exit_code = process.returncode


def environment(home: Path) -> dict[str, str]:
    """Of the machine's settings nothing, and everything at DEBUG."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("FITPATH_")}
    return env | {"FITPATH_HOME": str(home), "FITPATH_LOG_LEVEL": "DEBUG", "FITPATH_PARTITIONS": "2"}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what other processes do."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110 - rows and files of other processes have no event
            await asyncio.sleep(0.05)
