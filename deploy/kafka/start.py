#!/usr/bin/env python3
"""Apache Kafka on this machine, without Docker: `python3 deploy/kafka/start.py [--nodes 3]`.

One node or three, each broker and controller, on 127.0.0.1 only and, without
``--login``, open to everybody there: for trying and for tests of what must
survive. Needs Java 17 and, once, Maven. Runs until SIGTERM or SIGINT. A node that ended is
started again on its data at SIGHUP, or at once with ``--supervise``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster import Cluster, plan_cluster
from jars import KafkaTrouble, fetch_jars
from node import Login

_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "kafka-jars"


def main() -> int:
    """Read the options and run. A trouble that a person can mend is said in words, exit 2."""
    asked = _options()
    try:
        jars = fetch_jars(asked.jars.absolute())
        asyncio.run(_run(asked, jars))
    except KafkaTrouble as why:
        sys.stderr.write(f"{why}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run Apache Kafka on 127.0.0.1 until Ctrl-C.")
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="how many nodes (default: 1)")
    parser.add_argument("--port", type=int, help="client port of the first node (default: a free one)")
    parser.add_argument(
        "--data", type=Path, help="folder that keeps the data (default: a fresh one, removed at the end)"
    )
    parser.add_argument("--heap", default="512m", help="most memory for the Java heap of a node (default: 512m)")
    parser.add_argument(
        "--jars", type=Path, default=_CACHE, help="cache folder of the jars (default: .cache/kafka-jars)"
    )
    parser.add_argument("--supervise", action="store_true", help="start a node that ended again at once")
    parser.add_argument(
        "--login", type=Path, help="file with user:password; clients then begin where they must log in (SASL PLAIN)"
    )
    parser.add_argument(
        "--certificate", type=Path, help="file with key and certificates (PEM); whoever logs in does so by TLS"
    )
    parser.add_argument("--json", action="store_true", help="say that it is ready as one line of JSON")
    return parser.parse_args()


async def _run(asked: argparse.Namespace, jars: Path) -> None:
    stop, again = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, again.set)
    work = asyncio.create_task(_serve(asked, jars, again))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        return


async def _serve(asked: argparse.Namespace, jars: Path, again: asyncio.Event) -> None:
    with _data_folder(asked.data) as data:
        cluster = plan_cluster(data, asked.nodes, asked.port, jars, asked.heap, _login(asked))
        try:
            await cluster.start()
            _say_ready(cluster, data, as_json=asked.json)
            while True:
                await (_pause_after_an_end(cluster) if asked.supervise else again.wait())
                again.clear()
                await cluster.start_ended()
                _say_ready(cluster, data, as_json=asked.json)
        finally:
            await cluster.stop()


def _login(asked: argparse.Namespace) -> Login | None:
    if asked.login is None:
        return None
    try:
        user, _, password = asked.login.read_text(encoding="ascii").strip().partition(":")
    except (OSError, UnicodeDecodeError):
        raise KafkaTrouble(f"{asked.login} cannot be read: it must hold user:password") from None
    if not re.fullmatch(r"[A-Za-z0-9_-]+:[A-Za-z0-9_-]+", f"{user}:{password}"):
        raise KafkaTrouble(f"{asked.login} must hold user:password, of letters, digits, - and _")
    return Login(user, password, asked.certificate)


async def _pause_after_an_end(cluster: Cluster) -> None:
    await cluster.any_ended()
    await asyncio.sleep(1.0)


@contextmanager
def _data_folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield wanted.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="fitpath-kafka-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say_ready(cluster: Cluster, data: Path, *, as_json: bool) -> None:
    if as_json:
        pids = [node.pid for node in cluster.nodes]
        line = {"ready": True, "bootstrap": cluster.bootstrap, "pids": pids, "data": str(data)}
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        sys.stdout.write(
            f"Apache Kafka runs: {len(cluster.nodes)} node(s), data and logs in {data}\n"
            f"  export FITPATH_BROKER_URL={cluster.bootstrap}\n"
            + (f"  export FITPATH_REPLICATION={len(cluster.nodes)}\n" if len(cluster.nodes) > 1 else "")
            + f"Ctrl-C stops it. If a node ended: kill -HUP {os.getpid()} starts it again on its data.\n"
        )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
