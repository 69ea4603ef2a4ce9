"""The rooms as processes of their own against a real Kafka, as `fitpath up` runs them; each can be killed or frozen."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from kafka_process import die_with_parent
from kafka_waiting import until
from lasting_port import lasting_port
from pydantic import SecretStr

from services.bootstrap import RoomName, prepare
from services.settings import Settings

KEY = "0f" * 32
#: No timers: what they add to the feed depends on the day.
ROOMS_OF_A_FLOW: tuple[RoomName, ...] = ("ingest", "streams", "relay")
_READY_SECONDS = 90.0
_ENDS_AT_MOST = 5


class Rooms:
    """Room processes by name. One that ends by itself is started again, as its supervisor would do."""

    def __init__(self, settings: Settings, generation: str, folder: Path) -> None:
        self.settings = settings
        self.generation = generation
        self.dsn = settings.database_url.get_secret_value() if settings.database_url else ""
        self.broker = str(settings.broker_url)
        self.door = f"http://127.0.0.1:{settings.port}"
        self.ended_by_themselves: list[str] = []
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._kinds: dict[str, RoomName] = {}

    async def start(self, *names: RoomName, called: str | None = None) -> None:
        """Start rooms and wait until each says that it works. ``called``: a second one of a kind under its own name."""
        for name in names:
            self._kinds[called or name] = name
            self._ready_file(called or name).unlink(missing_ok=True)
            self._spawn(called or name)
        for name in names:
            await until(partial(self._is_ready, called or name), _READY_SECONDS)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    async def end(self, name: str) -> None:
        """A clean stop, as a supervisor asks for it."""
        process = self._running.pop(name)
        process.terminate()
        assert await asyncio.to_thread(process.wait, _READY_SECONDS) == 0, self.log_of(name)[-2000:]

    def freeze(self, name: str) -> None:
        """The room stands still; its peers take it for dead after a while."""
        self._running[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """The room goes on where it stood still, and knows nothing of what happened meanwhile."""
        self._running[name].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End every room at once: what a clean stop does is shown elsewhere."""
        for name in list(self._running):
            self.kill(name)

    def log_of(self, name: str) -> str:
        """What a room wrote."""
        return (self._folder / f"{name}.log").read_text()

    async def command(self, *words: str) -> str:
        """Run a command of ops' with the settings of the rooms and return what it says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", *words,
            env=self._environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    def pids(self) -> dict[str, int]:
        """The process of each room that runs."""
        return {name: process.pid for name, process in self._running.items()}

    async def supervise(self) -> None:
        """Start again what ended by itself, for ever."""
        while True:
            await asyncio.sleep(0.2)
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    self.ended_by_themselves.append(name)
                    self._spawn(name)

    async def _is_ready(self, name: str) -> bool:
        if self.ended_by_themselves.count(name) > _ENDS_AT_MOST:
            raise AssertionError(f"{name} ends again and again: {self.log_of(name)[-2000:]}")
        return self._ready_file(name).exists()

    def _environment(self) -> dict[str, str]:
        dumped = self.settings.model_dump(exclude_none=True, exclude={"database_url", "generation"})
        return {
            **os.environ,
            **{f"FITPATH_{key.upper()}": str(value) for key, value in dumped.items()},
            "FITPATH_DATABASE_URL": self.dsn,
            "FITPATH_GENERATION": self.generation,
        }

    def _spawn(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "services.cli", self._kinds[name]],
                env={**self._environment(), "FITPATH_READY_FILE": str(self._ready_file(name))},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    def _ready_file(self, name: str) -> Path:
        return self._folder / f"{name}.ready"


@asynccontextmanager
async def running_rooms(
    dsn: str,
    broker: str,
    folder: Path,
    *,
    generation: str | None = None,
    replication: int = 1,
    only: tuple[RoomName, ...] = ROOMS_OF_A_FLOW,
    more: Mapping[str, Any] | None = None,
) -> AsyncIterator[Rooms]:
    """The rooms of a flow, ready, inside this block: a ledger in ``dsn``, topics on ``broker``, ``more`` settings."""
    given: dict[str, Any] = {
        "database_url": SecretStr(dsn), "broker_url": broker, "generation": generation,
        "subject_key_file": _key_in(folder), "port": lasting_port(), "partitions": 4, "replication": replication,
        "session_seconds": 3, **(more or {}),
    }  # fmt: skip
    settings = Settings(**given)
    deployment = await prepare(settings)
    rooms = Rooms(settings, deployment.generation, folder)
    supervisor = asyncio.create_task(rooms.supervise())
    try:
        await rooms.start(*only)
        yield rooms
    finally:
        supervisor.cancel()
        rooms.stop()


def _key_in(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "subject.key"
    file.write_text(KEY)
    return file
