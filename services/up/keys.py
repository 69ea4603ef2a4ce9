"""The secret that makes subject references, kept with mode 0600. Losing it orphans every journey."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import asyncpg

from services.ledger.subject_key import OtherSubjectKey, has_subject_key

if TYPE_CHECKING:
    from pathlib import Path


async def ensure_subject_key(path: Path, dsn: str) -> None:
    """Make the key once, for a ledger that has none yet. Raises OtherSubjectKey when the ledger's own key is gone."""
    if path.exists():  # noqa: ASYNC240 - one look at one file, at the start
        return
    connection = await asyncpg.connect(dsn)
    try:
        if await has_subject_key(connection):
            raise OtherSubjectKey(
                f"the subject key {path} is gone, and this ledger was made with it: restore it from your backup;"
                " without it every journey is orphaned"
            )
    finally:
        await connection.close()
    make_subject_key(path)


def make_subject_key(path: Path) -> None:
    """Write a new key with mode 0600. Raises FileExistsError: a key is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
