"""Where a room process shows its metrics: on this machine alone, for a scraper beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from services.settings import SettingsNotUsable

_LOOPBACK = "127.0.0.1"


@contextmanager
def shown_metrics(port: int) -> Iterator[None]:
    """Show this process's metrics inside this block; port 0: nowhere. Raises SettingsNotUsable when it is taken."""
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, addr=_LOOPBACK)
    except OSError as why:
        raise SettingsNotUsable(
            f"FITPATH_METRICS_PORT={port} cannot be had ({why.strerror}): each room process needs one of its own"
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
