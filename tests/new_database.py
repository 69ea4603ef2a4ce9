"""A database of its own on a running server, gone at the end: for tests and for the bench."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.embedded.postgres import RunningPostgres


@asynccontextmanager
async def new_database(postgres: RunningPostgres) -> AsyncIterator[str]:
    """The DSN of a database with nothing in it."""
    name = f"t{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.dsn)
    try:
        await admin.execute(f"create database {name}")
        try:
            yield postgres.dsn_of(name)
        finally:
            await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()
