"""`doctor`: what is wrong and what to do, one finding for each thing that Fitpath needs."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import msgspec
from aiokafka.errors import KafkaError

from schemas.identifiers import SubjectKey
from schemas.topics import TOPICS
from services.broker import topic_names
from services.deployment import read_subject_key
from services.ledger.database import AWAY, LedgerNewer, connect_pool, migration_state
from services.ledger.subject_key import OtherSubjectKey, check_subject_key
from services.settings import Settings, SettingsNotUsable

_PATIENCE_SECONDS = 5.0
T = TypeVar("T")


class Finding(msgspec.Struct):
    """One thing that was looked at."""

    name: str
    good: bool
    words: str
    advice: str = ""


async def examine_all(settings: Settings) -> list[Finding]:
    """Look at everything. Never raises for what is broken: that is what it is for."""
    checks: list[Callable[[Settings], Awaitable[Finding]]] = [
        _broker,
        _database,
        _policy,
        _key,
        _door,
        _halts,
        _letters,
    ]
    return [await check(settings) for check in checks]


async def _broker(settings: Settings) -> Finding:
    advice = (
        "start it, or set FITPATH_BROKER_URL to host:port; `make kafka` starts a real one, `fitpath up` an embedded"
    )
    if settings.broker_url is None:
        return Finding("broker", False, "no broker is set and no `up` runs", advice)
    try:
        names = await asyncio.wait_for(topic_names(settings.broker_url), _PATIENCE_SECONDS)
    except (KafkaError, TimeoutError, OSError) as why:
        return Finding("broker", False, f"{settings.broker_url} does not answer ({type(why).__name__})", advice)
    missing = sorted({topic.name for topic in TOPICS} - names)
    if missing:
        return Finding("broker", False, f"{len(missing)} topics are missing", "`fitpath up` makes them")
    return Finding("broker", True, f"{settings.broker_url} answers, all {len(TOPICS)} topics are there")


async def _database(settings: Settings) -> Finding:
    advice = "start it, or set FITPATH_DATABASE_URL to a PostgreSQL DSN"
    try:
        number, newest = await _ask(settings, migration_state)
    except asyncpg.UndefinedTableError:
        return Finding("database", False, "holds no ledger", "`fitpath up` makes it")
    except _AWAY as why:
        return Finding("database", False, f"does not answer ({type(why).__name__})", advice)
    except LedgerNewer as why:
        return Finding("database", False, str(why), "update Fitpath")
    good = number == newest
    return Finding(
        "database", good, f"ledger at migration {number} of {newest}", "" if good else "`fitpath up` migrates"
    )


async def _policy(settings: Settings) -> Finding:
    try:
        row = await _row(settings, "select p.name, p.version, p.hash from policy_applied join policy p using (hash)"
                                   " order by applied desc limit 1")  # fmt: skip
    except _AWAY:
        return Finding("policy", False, "cannot be asked while the database is away", "see database")
    if row is None:
        return Finding("policy", False, "none is in force", "`fitpath policy apply FILE`")
    return Finding("policy", True, f"{row['name']} {row['version']} ({row['hash'][:12]})")


async def _key(settings: Settings) -> Finding:
    path = settings.subject_key_file
    try:
        read_subject_key(path)
    except SettingsNotUsable as why:
        return Finding(
            "subject key", False, str(why), "restore it from your backup: without it every journey is orphaned"
        )
    if path is not None and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("subject key", False, "others can read the key file", f"chmod 600 {path}")
    try:
        await _ask(settings, lambda pool: _compare(pool, read_subject_key(path)))
    except OtherSubjectKey as why:
        return Finding("subject key", False, "is not the one that this ledger was made with", str(why))
    except _AWAY:
        return Finding("subject key", True, "is there, for its owner only; not compared while the database is away")
    return Finding("subject key", True, "is there, for its owner only, and fits this ledger")


async def _compare(pool: asyncpg.Pool[asyncpg.Record], key: SubjectKey) -> None:
    async with pool.acquire() as connection:
        await check_subject_key(connection, key)


async def _door(settings: Settings) -> Finding:
    if settings.beyond_loopback and settings.tokens_file is None:
        return Finding("door", False, "would listen beyond this machine with nobody told apart",
                       "`fitpath token SOURCE --file FILE`, then set FITPATH_TOKENS_FILE")  # fmt: skip
    return Finding("door", True, "callers are told apart" if settings.tokens_file else "loopback only")


async def _halts(settings: Settings) -> Finding:
    try:
        row = await _row(
            settings, "select count(*) n, min(topic || ' ' || partition || ': ' || reason) first from halt"
        )
    except _AWAY:
        return Finding("partitions", False, "cannot be asked while the database is away", "see database")
    if row is not None and row["n"]:
        return Finding(
            "partitions",
            False,
            f"{row['n']} halted, the first: {row['first']}",
            "restore the topic, or begin a new log generation with a new ledger: nothing is skipped by itself",
        )
    return Finding("partitions", True, "none is halted")


async def _letters(settings: Settings) -> Finding:
    try:
        row = await _row(settings, "select count(*) n from dead_letter where state <> 'resolved'")
    except _AWAY:
        return Finding("dead letters", False, "cannot be asked while the database is away", "see database")
    if row is not None and row["n"]:
        return Finding("dead letters", True, f"{row['n']} wait for somebody", "`fitpath dead-letters list`")
    return Finding("dead letters", True, "none")


async def _row(settings: Settings, query: str) -> asyncpg.Record | None:
    async def ask(pool: asyncpg.Pool[asyncpg.Record]) -> asyncpg.Record | None:
        return await pool.fetchrow(query)

    return await _ask(settings, ask)


async def _ask(settings: Settings, question: Callable[[asyncpg.Pool[asyncpg.Record]], Awaitable[T]]) -> T:
    if settings.database_url is None:
        raise ConnectionError
    async with asyncio.timeout(_PATIENCE_SECONDS):
        async with await connect_pool(settings.database_url.get_secret_value(), most=1) as pool:
            return await question(pool)


_AWAY = (*AWAY, asyncpg.UndefinedTableError)
