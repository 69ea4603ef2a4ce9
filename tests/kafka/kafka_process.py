"""`deploy/kafka/start.py` as a process of the tests: real Apache Kafka, killed, frozen and brought back at will."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kafka_waiting import until

START = Path(__file__).parents[2] / "deploy" / "kafka" / "start.py"
_CONNECTIONS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_PR_SET_PDEATHSIG = 1
_READY_SECONDS = 180.0  # the first start may have to fetch the jars


class Kafka:
    """A running cluster. ``bootstrap`` stays the same when a node comes back."""

    def __init__(self, process: asyncio.subprocess.Process, said: dict[str, Any]) -> None:
        self._process = process
        self._said = said
        self.bootstrap: str = said["bootstrap"]

    def kill(self, node: int = 1) -> None:
        """SIGKILL a node, as the machine's own killer would."""
        os.kill(self._said["pids"][node - 1], signal.SIGKILL)

    @property
    def addresses(self) -> list[str]:
        """host:port of each node."""
        return self.bootstrap.split(",")

    async def come_back(self) -> None:
        """Start the nodes that ended, each on its own data, and wait until all answer."""
        self._process.send_signal(signal.SIGHUP)
        self._said = await _said(self._process)

    def freeze(self) -> None:
        """Every node stands still, and what is sent to it waits."""
        for pid in self._said["pids"]:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Every node goes on."""
        for pid in self._said["pids"]:
            os.kill(pid, signal.SIGCONT)

    async def is_sent(self, at_least: int) -> None:
        """Return when so many bytes of one client lie before the frozen node, unread (Linux tells)."""

        async def unread() -> bool:
            return self._unread() >= at_least

        await until(unread)

    def _unread(self) -> int:
        port = f":{int(self.addresses[0].rpartition(':')[2]):04X}"
        lines = [line.split() for table in _CONNECTIONS for line in table.read_text(encoding="ascii").splitlines()[1:]]
        return max((int(line[4].partition(":")[2], 16) for line in lines if line[1].endswith(port)), default=0)


@asynccontextmanager
async def running_kafka(nodes: int = 1, *options: str) -> AsyncIterator[Kafka]:
    """A fresh cluster inside this block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(START), "--json", "--nodes", str(nodes), *options,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, preexec_fn=die_with_parent,
    )  # fmt: skip
    try:
        yield Kafka(process, await _said(process))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def die_with_parent() -> None:
    """Between fork and exec: on Linux the child is asked to stop when the tests end, however they end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def _said(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next line that says that all nodes answer."""
    if process.stdout is None:
        raise RuntimeError("its output is a pipe")
    async with asyncio.timeout(_READY_SECONDS):
        line = await process.stdout.readline()
    if not line:
        raise AssertionError("Apache Kafka does not start: its own words stand above")
    said: dict[str, Any] = json.loads(line)
    return said
