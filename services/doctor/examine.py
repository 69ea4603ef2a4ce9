"""Every check in the order in which one thing rests on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import asyncpg
from aiokafka.errors import KafkaError

from services.access import broker_access, database_access, door, sources
from services.doctor.brokers import broker, topics
from services.doctor.deliveries import destinations
from services.doctor.flow import letters, partitions
from services.doctor.ground import Ground, NoDatabase, ground_of
from services.doctor.ledgers import database, policy
from services.doctor.local import door_port, subject_key
from services.doctor.server_log import server_log
from services.doctor.stuck import outputs, records, waits
from services.finding import Finding
from services.ledger.database import AWAY
from services.settings import SettingsNotUsable

if TYPE_CHECKING:
    from services.settings import Settings

_PATIENCE_SECONDS = 30.0
Check = Callable[[Ground], Awaitable[Finding]]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("broker", broker),
    ("broker access", lambda ground: broker_access(ground.settings)),
    ("topics", topics),
    ("database", database),
    ("database access", lambda ground: database_access(ground.settings)),
    ("database log", server_log),
    ("policy", policy),
    ("subject key", subject_key),
    ("door", lambda ground: door(ground.settings)),
    ("door port", door_port),
    ("sources", lambda ground: sources(ground.settings)),
    ("partitions", partitions),
    ("dead letters", letters),
    ("streams", records),
    ("relay", outputs),
    ("timers", waits),
    ("destinations", destinations),
)


async def examine_all(settings: Settings) -> list[Finding]:
    """Look at everything, at once. Never raises for what is broken: that is what it is for."""
    async with ground_of(settings) as ground:
        return list(await asyncio.gather(*(_examine(name, check, ground) for name, check in _CHECKS)))


async def _examine(name: str, check: Check, ground: Ground) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await check(ground)
    except SettingsNotUsable:
        return Finding(name, False, "cannot be asked as it is set", "see broker, broker access and sources")
    except KafkaError as why:
        return Finding(name, False, f"cannot be asked: the broker is away ({type(why).__name__})", "see broker")
    except (NoDatabase, asyncpg.PostgresError, *AWAY) as why:
        return Finding(name, False, f"cannot be asked: the database is away ({_said(why)})", "see database")


def _said(why: BaseException) -> str:
    return str(why) if isinstance(why, NoDatabase) else type(why).__name__
