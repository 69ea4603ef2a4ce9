"""A cluster of one or three nodes on loopback. Its identity and ports are kept beside its data."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import socket
import uuid
from pathlib import Path

from answers import known_nodes
from jars import KafkaTrouble
from node import HOST, Login, Node, Ports

_ANSWER_SECONDS = 120.0
_LOWEST = 10_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


class Cluster:
    """The nodes, started and stopped together, each of them restarted alone."""

    def __init__(self, nodes: list[Node], identity: str) -> None:
        self.nodes = nodes
        self._identity = identity

    @property
    def bootstrap(self) -> str:
        """Where clients begin: host:port of every node."""
        return ",".join(node.clients_begin_at for node in self.nodes)

    async def start(self) -> None:
        """Make the data where there is none and start every node. Raises KafkaTrouble."""
        await asyncio.gather(*(node.format(self._identity) for node in self.nodes))
        await self.start_ended()

    async def start_ended(self) -> None:
        """Start the nodes that do not run and wait until all answer and know each other. Raises KafkaTrouble."""
        for node in self.nodes:
            if node.pid is None:
                await node.start()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                while not await self._complete():
                    for node in self.nodes:
                        if node.pid is None:
                            raise node.trouble()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise KafkaTrouble(f"the nodes do not answer within {_ANSWER_SECONDS:.0f} seconds") from None

    async def any_ended(self) -> None:
        """Return when a node has ended."""
        waits = [asyncio.create_task(node.ended()) for node in self.nodes]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def stop(self) -> None:
        """Stop every node."""
        await asyncio.gather(*(node.stop() for node in self.nodes))

    async def _complete(self) -> bool:
        known = await asyncio.gather(*(known_nodes(node.address) for node in self.nodes))
        return all(number == len(self.nodes) for number in known)


def plan_cluster(
    data: Path, count: int, port: int | None, jars: Path, heap: str, login: Login | None = None
) -> Cluster:
    """The cluster that lives in ``data``, or a new one. Raises KafkaTrouble when another one lives there."""
    kept = data / "cluster.json"
    if kept.exists():
        plan = json.loads(kept.read_text(encoding="ascii"))
        ports = [Ports(*pair) for pair in plan["ports"]]
        if len(ports) != count or port not in (None, ports[0].client) or (login and ports[0].login is None):
            raise KafkaTrouble(
                f"{data} holds a cluster of {len(ports)} nodes from port {ports[0].client} on: start it as it is"
            )
    else:
        ports = _free_ports(count, port, with_login=login is not None)
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
        plan = {"cluster": identity, "ports": [(own.client, own.controller, own.login) for own in ports]}
        kept.write_text(json.dumps(plan), encoding="ascii")
    nodes = [Node(number, data / f"node-{number}", ports, jars, heap, login) for number in range(1, count + 1)]
    return Cluster(nodes, plan["cluster"])


def _free_ports(count: int, first: int | None, *, with_login: bool) -> list[Ports]:
    """Ports below those that the system gives to outgoing connections.

    A client that looks for a dead node on one of the latter may be given
    that very port and so connect to itself: the node could not come back.
    """
    if first is not None and not _is_free(first):
        raise KafkaTrouble(f"port {first} is taken on {HOST}: name another one with --port")
    highest = int(_RANGE.read_text(encoding="ascii").split()[0]) if _RANGE.exists() else 32_768
    found = [] if first is None else [first]
    for candidate in random.sample(range(_LOWEST, max(highest, _LOWEST + 10_000)), k=1_000):
        if len(found) == 3 * count:
            break
        if candidate != first and _is_free(candidate):
            found.append(candidate)
    else:
        raise KafkaTrouble(f"no free ports were found on {HOST}")
    return [Ports(found[i], found[i + 1], found[i + 2] if with_login else None) for i in range(0, len(found), 3)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
