"""Free ports: the usual one, or another when it is taken."""

from __future__ import annotations

import socket


def free_port(host: str, wanted: int) -> int:
    """``wanted`` when it can be bound on ``host``, else one that the system gives."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no port can be bound on {host}")
