"""Room processes and their supervision: what ends is started again, with a growing pause."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from services.observe import log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 15.0


class RoomNotReady(Exception):  # noqa: N818 - named after what is wrong
    """A room did not get ready; the text names the room and its log file."""


@dataclass(slots=True)
class Child:
    """One room as a process; ``restarts`` counts how often it was started again."""

    name: str
    env: Mapping[str, str]
    log_file: Path
    ready_file: Path
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    _supervisor: asyncio.Task[None] | None = field(default=None, repr=False)
    _stopping: bool = False

    async def start(self, ready_within: float) -> None:
        """Start and supervise; returns when the room says that it works. Raises RoomNotReady."""
        self.ready_file.unlink(missing_ok=True)
        self._supervisor = asyncio.create_task(self._supervise())
        try:
            async with asyncio.timeout(ready_within):
                while not self.ready_file.exists():  # noqa: ASYNC110 - a file of another process has no event
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise RoomNotReady(f"the room {self.name} did not get ready; see {self.log_file}") from None

    async def stop(self) -> None:
        """Ask the room to stop, wait, and end it if it does not."""
        self._stopping = True
        process = self.process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                log("up").warning("room does not stop and is ended", name=self.name)
                process.kill()
                await process.wait()
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)

    def _is_stopping(self) -> bool:
        return self._stopping  # asked again after every wait

    async def _supervise(self) -> None:
        pause = 0.2
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            with self.log_file.open("ab") as output:
                self.process = await _spawn(self.name, self.env, output)
                code = await self.process.wait()
            if self._is_stopping():
                return
            lasted = asyncio.get_running_loop().time() - began
            pause = 0.2 if lasted > 10.0 else min(pause * 2, 5.0)
            self.restarts += 1
            log("up").warning("room ended and is started again", name=self.name, code=code, pause=pause)
            await asyncio.sleep(pause)


async def _spawn(name: str, env: Mapping[str, str], output: IO[bytes]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.cli",
        name,
        env={**os.environ, **env},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        preexec_fn=_die_with_parent,
        start_new_session=True,  # Ctrl-C reaches `up` alone, which stops its rooms in order
    )


def _die_with_parent() -> None:
    """On Linux a room ends when `up` is killed; elsewhere the next `up` tells about the old one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
