"""kill -9 of PostgreSQL in the middle of a transaction: the rooms wait, say so, and go on by themselves."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from kafka_feed import feed, publish
from kafka_held_tables import held
from kafka_process import Kafka
from kafka_proof import in_the_ledger, prove, worked_off
from kafka_rooms import running_rooms

from services.embedded.postgres import RunningPostgres, start_postgres

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PEOPLE = 40


class Server:
    """A PostgreSQL that can be killed and comes back on its own data, at the same address."""

    def __init__(self, data: Path, running: RunningPostgres) -> None:
        self._data = data
        self._running = running
        self.dsn = running.dsn

    def kill(self) -> None:
        """SIGKILL the postmaster and every process of it, as a machine that loses its power."""
        children = Path(f"/proc/{self._running.pid}/task/{self._running.pid}/children").read_text().split()
        for pid in (self._running.pid, *map(int, children)):
            with suppress(ProcessLookupError):  # a child that saw the postmaster go has gone by itself
                os.kill(pid, signal.SIGKILL)

    async def come_back(self) -> None:
        """Start it again: it recovers from its log of writes.

        Its lock files go first: a killed process that nobody has reaped yet looks alive to a server that starts.
        """
        for lock in (self._data / "postmaster.pid", *self._data.glob(".s.PGSQL.*.lock")):
            lock.unlink()
        await asyncio.to_thread(self._running._server.ensure_postgres_running)
        self._running = replace(self._running, pid=self._running._server.get_pid())

    async def open_transactions(self) -> int:
        """How many transactions have written something and stand still before a lock."""
        connection = await asyncpg.connect(self.dsn)
        try:
            found: int = await connection.fetchval(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and backend_xid is not null"
            )
            return found
        finally:
            await connection.close()

    def log(self) -> str:
        """What the server wrote."""
        return (self._data / "log").read_text()

    async def stop(self) -> None:
        """End it."""
        await self._running.stop()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    """A server of its own: the one of the other tests must live."""
    folder = Path(tempfile.mkdtemp(prefix="fitpath-killed-", dir="/var/tmp"))
    server = Server(folder / "data", await start_postgres(folder / "data"))
    try:
        yield server
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def test_a_database_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    kafka: Kafka, server: Server, tmp_path: Path
) -> None:
    fed = feed(240, PEOPLE, seed=31)
    async with running_rooms(server.dsn, kafka.bootstrap, tmp_path / "rooms") as rooms:
        await publish(rooms.door, fed[:80])
        await worked_off(rooms)
        was_killed = False
        try:
            async with held(server.dsn, "outbox") as point:
                publishing = asyncio.create_task(publish(rooms.door, fed[80:160]))
                await point.somebody_waits()  # the inbox and the journeys are written, and not committed
                assert await server.open_transactions() > 0
                server.kill()
                was_killed = True
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            assert was_killed
        await publishing  # the door needs no database
        await server.come_back()
        await in_the_ledger(rooms, fed[:160])
        await publish(rooms.door, fed[160:])

        await prove(rooms, fed)
        assert "was not properly shut down" in server.log()
        assert "waits for the database" in rooms.log_of("streams")
        assert rooms.ended_by_themselves == []
