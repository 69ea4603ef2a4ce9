"""What the checks stand on: settings, and broker and database as far as they can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from services.broker import cluster_id
from services.broker_security import Broker
from services.ledger.database import AWAY, connect_pool

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.settings import Settings

_PATIENCE_SECONDS = 5.0


class NoDatabase(Exception):  # noqa: N818 - named after what is wrong
    """The database cannot be asked; the text is the type of what it answered."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A deployment to be examined. ``database``: a pool, or why there is none."""

    settings: Settings
    database: Pool | str

    @property
    def pool(self) -> Pool:
        """The database. Raises NoDatabase."""
        if isinstance(self.database, str):
            raise NoDatabase(self.database)
        return self.database

    def broker(self) -> Broker:
        """The broker, as it is set. Raises SettingsNotUsable."""
        return Broker.of(self.settings)

    async def generation(self) -> str:
        """The log generation of the deployment. Raises SettingsNotUsable, KafkaError."""
        return self.settings.generation or await cluster_id(self.broker())


@asynccontextmanager
async def ground_of(settings: Settings) -> AsyncIterator[Ground]:
    """Connect to what can be reached. Never raises for what cannot."""
    if settings.database_url is None:
        yield Ground(settings, "none is set")
        return
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            pool = await connect_pool(settings.database_url.get_secret_value(), most=2)
    except (*AWAY, asyncpg.PostgresError, ValueError) as why:  # a wrong password, a wrong name, no DSN
        yield Ground(settings, type(why).__name__)
        return
    try:
        yield Ground(settings, pool)
    finally:
        pool.terminate()  # nothing is under way, and a dead server would be waited for
