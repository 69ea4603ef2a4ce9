"""A port that stays free while its server is away."""

from __future__ import annotations

import random
import socket


def lasting_port() -> int:
    """A free port that no outgoing connection is given, so that a server that was killed finds it free again.

    Whoever asks again and again for one that the system gives away may be given it, and be connected to itself.
    """
    for port in random.sample(range(10_000, 32_000), k=200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
