"""A ledger that an earlier version wrote opens with this one, and its history verifies.

``ledgers/edition-N.sql.gz`` are dumps of real ledgers (``pg_dump --inserts``, without psql's own commands) whose
policy had that edition: the demo's stories and some hundred events of ``kafka_feed``, all synthetic.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import asyncpg
import pytest

from services.domain.policy import parse_policy, policy_hash
from services.ledger.database import migrate
from services.ledger.policies import apply_policy, policy_in_force
from services.policy_files import default_policy_text
from services.replay.verify import verify

LEDGERS = sorted(Path(__file__).parent.joinpath("ledgers").glob("*.sql.gz"))


def dumped(dump: Path) -> str:
    """The SQL that makes the ledger anew."""
    return gzip.decompress(dump.read_bytes()).decode() + "reset all;"  # a dump sets an empty search path


@pytest.mark.parametrize("dump", LEDGERS, ids=lambda dump: dump.name.partition(".")[0])
async def test_a_ledger_of_an_earlier_version_opens_and_its_history_verifies(empty_database: str, dump: Path):
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute(dumped(dump))
        await migrate(connection)
        kept = await policy_in_force(connection)
        events = await connection.fetchval("select count(*) from inbox")
        hashes = {row["hash"] for row in await connection.fetch("select hash from policy")}
    finally:
        await connection.close()

    report = await verify(empty_database, None, None)
    assert report.differences == []
    assert report.events == events > 150
    assert policy_hash(kept) in hashes  # read by this version, it is still the same policy


async def test_a_policy_of_this_edition_can_be_put_in_force_over_it(empty_database: str):
    newest = parse_policy(default_policy_text())
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute(dumped(LEDGERS[-1]))
        await migrate(connection)
        await apply_policy(connection, newest)
        assert await policy_in_force(connection) == newest
    finally:
        await connection.close()
