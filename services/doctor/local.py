"""What lies on this machine: the key of subject references, and the port of the door."""

from __future__ import annotations

import errno
import socket
import stat
from typing import TYPE_CHECKING

import asyncpg
import httpx2

from services.deployment import read_subject_key
from services.doctor.ground import NoDatabase
from services.finding import Finding
from services.ledger.database import AWAY
from services.ledger.subject_key import fits_subject_key
from services.settings import SettingsNotUsable

if TYPE_CHECKING:
    from services.doctor.ground import Ground

_PATIENCE_SECONDS = 2.0
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, never bound
_OTHER_PORT = "set FITPATH_PORT to a free one, or stop what has it"


async def subject_key(ground: Ground) -> Finding:
    """Whether the key is there, for its owner only, and the one that the ledger's references were made with."""
    path = ground.settings.subject_key_file
    try:
        key = read_subject_key(path)
    except SettingsNotUsable as why:
        return Finding(
            "subject key", False, str(why), "restore it from your backup: without it every journey is orphaned"
        )
    if path is not None and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("subject key", False, "others can read the key file", f"chmod 600 {path}")
    try:
        async with ground.pool.acquire() as connection:
            fits = await fits_subject_key(connection, key)
    except (NoDatabase, asyncpg.PostgresError, *AWAY):
        return Finding("subject key", True, "is there, for its owner only; not compared while the database is away")
    if fits is None:
        return Finding("subject key", True, "is there, for its owner only; this ledger has none yet")
    if not fits:
        return Finding(
            "subject key", False, "is not the one that this ledger was made with: every journey would be orphaned",
            "put the right key back (FITPATH_SUBJECT_KEY_FILE), or use another database",
        )  # fmt: skip
    return Finding("subject key", True, "is there, for its owner only, and fits this ledger")


async def door_port(ground: Ground) -> Finding:
    """Whether a door listens at its address, or could."""
    host, port = ground.settings.host, ground.settings.port
    where = f"{host}:{port}"
    try:
        _bind(host, port)
    except OSError as why:
        if why.errno != errno.EADDRINUSE:
            return Finding(
                "door port", False, f"{where} cannot be had ({why.strerror})", "set FITPATH_HOST and FITPATH_PORT"
            )
    else:
        return Finding("door port", True, f"nobody listens on {where}; a door can")
    if await _is_a_door(host, port):
        return Finding("door port", True, f"a door listens on {where}")
    return Finding("door port", False, f"another program listens on {where}", _OTHER_PORT)


def _bind(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


async def _is_a_door(host: str, port: int) -> bool:
    if host in _EVERY_ADDRESS:
        host = "::1" if ":" in host else "127.0.0.1"
    address = f"[{host}]" if ":" in host else host
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
            answer = await client.get(f"http://{address}:{port}/healthz")
            return bool(answer.json() == {"status": "alive"})
    except (httpx2.HTTPError, ValueError):
        return False
