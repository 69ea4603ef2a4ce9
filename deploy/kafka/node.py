"""One Kafka node, broker and controller (KRaft), with its data in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jars import KafkaTrouble, needed
from processes import die_with_parent

HOST = "127.0.0.1"
_STOP_SECONDS = 20.0
_CONFIG = "node.properties"
_LOG = "node.log"


@dataclass(frozen=True)
class Ports:
    """Where a node listens on loopback: for clients, for the other controllers, and for clients that log in."""

    client: int
    controller: int
    login: int | None = None


@dataclass(frozen=True)
class Login:
    """The one client that may log in (SASL PLAIN); with a certificate (PEM, key and chain) by TLS."""

    user: str
    password: str = field(repr=False)
    certificate: Path | None = None


class Node:
    """A node that can be started again and again on the same data."""

    def __init__(
        self, number: int, folder: Path, ports: Sequence[Ports], jars: Path, heap: str, login: Login | None = None
    ) -> None:
        own = ports[number - 1]
        self.number = number
        self.address = f"{HOST}:{own.client}"
        self.clients_begin_at = f"{HOST}:{own.login or own.client}"
        self._folder = folder
        self._java = [
            needed("java", "Java 17 or newer", "openjdk-17-jre-headless"), "-cp", f"{jars}/*", f"-Xmx{heap}",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        ]  # fmt: skip
        self._config = _properties(number, ports) + (_with_login(own, login) if login else "")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process, when it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def format(self, cluster: str) -> None:
        """Write the configuration and, at the first time, make the data folder. Raises KafkaTrouble."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        (self._folder / _CONFIG).write_text(self._config, encoding="ascii")
        if (self._folder / "data" / "meta.properties").exists():
            return
        tool = await self._spawn("kafka.tools.StorageTool", "format", "-t", cluster, "-c", _CONFIG)
        if await tool.wait() != 0:
            raise KafkaTrouble(f"the data folder of node {self.number} cannot be made: see {self._folder / _LOG}")

    async def start(self) -> None:
        """Start the process; it answers some seconds later."""
        self._process = await self._spawn("kafka.Kafka", _CONFIG)

    async def ended(self) -> None:
        """Return when the process has ended."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Ask the node to stop, wait, and end it if it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def trouble(self) -> KafkaTrouble:
        """Why a node that ended by itself did so, as far as its log says."""
        return KafkaTrouble(f"node {self.number} ended by itself: see {self._folder / _LOG}")

    async def _spawn(self, *words: str) -> asyncio.subprocess.Process:
        with (self._folder / _LOG).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self._java, *words, cwd=self._folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent, start_new_session=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
            )  # fmt: skip


def _with_login(own: Ports, login: Login) -> str:
    """One more listener, beside the open one that the nodes themselves use. What is set last counts."""
    protocol = "SASL_PLAINTEXT" if login.certificate is None else "SASL_SSL"
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    settings = {
        "listeners": f"PLAINTEXT://{HOST}:{own.client},LOGIN://{HOST}:{own.login},CONTROLLER://{HOST}:{own.controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{own.client},LOGIN://{HOST}:{own.login}",
        "listener.security.protocol.map": f"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:{protocol}",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.name.login.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.login.plain.sasl.jaas.config": f'{module} required user_{login.user}="{login.password}";',
    }
    if login.certificate is not None:
        settings["listener.name.login.ssl.keystore.type"] = "PEM"
        settings["listener.name.login.ssl.keystore.location"] = str(login.certificate.absolute())
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _properties(number: int, ports: Sequence[Ports]) -> str:
    """Relative paths only: a folder above may hold a space, or a comma, which ``log.dirs`` would split at."""
    own, copies = ports[number - 1], len(ports)
    voters = ",".join(f"{other}@{HOST}:{port.controller}" for other, port in enumerate(ports, 1))
    in_sync = 2 if copies >= 3 else 1
    settings = {
        "process.roles": "broker,controller",
        "node.id": number,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{HOST}:{own.client},CONTROLLER://{HOST}:{own.controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{own.client}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": "data",
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 8,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 2000,
        # A node that was killed may come back only when its old session is over: by default that takes 9 seconds.
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 1000,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
