"""A log generation has its partitions fixed once, and the offsets that count begin with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.topics import EVENTS, REFUSALS
from services.domain.policy import policy_hash
from services.ledger.generation import PartitionsDiffer, begin_generation, halt, lift_halt, offset_that_counts
from services.ledger.policies import apply_policy, policy_by_hash, policy_in_force

if TYPE_CHECKING:
    from services.domain.policy import Policy
    from services.ledger.database import Pool


async def test_a_generation_begins_at_zero_for_every_partition_and_again_changes_nothing(pool: Pool):
    async with pool.acquire() as connection:
        await connection.execute("update log_position set next_offset = 7 where topic = $1 and partition = 1", EVENTS)
        for generation, wanted in (("test", [0, 7]), ("next", [0, 0])):
            await begin_generation(connection, generation, 2, embedded=True)
            offsets = [await offset_that_counts(connection, generation, EVENTS, part) for part in range(2)]
            assert offsets == wanted
        assert await offset_that_counts(connection, "next", REFUSALS, 1) == 0
        assert await offset_that_counts(connection, "next", EVENTS, 2) is None


async def test_another_number_of_partitions_is_refused_with_words(pool: Pool):
    async with pool.acquire() as connection:
        with pytest.raises(PartitionsDiffer, match="the ledger fixed 2 partitions for this log, the topics have 3"):
            await begin_generation(connection, "test", 3, embedded=True)
        assert await offset_that_counts(connection, "test", EVENTS, 2) is None
        await begin_generation(connection, "test", 2, embedded=True)


async def test_a_halt_is_noted_once_with_its_last_reason_and_since_when_it_lasts(pool: Pool):
    async with pool.acquire() as connection:
        since = []
        for reason in ("one", "one", "two"):
            await halt(connection, "test", EVENTS, 0, reason)
            row = await connection.fetchrow("select reason, since from halt")
            assert row is not None
            assert row["reason"] == reason
            since.append(row["since"])
        assert since[0] == since[1] < since[2]
        await lift_halt(connection, "test", EVENTS, 0)
        await lift_halt(connection, "test", EVENTS, 0)
        assert await connection.fetchval("select count(*) from halt") == 0


async def test_a_policy_is_kept_whole_under_its_hash_and_the_last_applied_is_in_force(pool: Pool, policy: Policy):
    changed = policy.without("information.note")
    async with pool.acquire() as connection:
        for applied in (policy, policy, changed, changed, policy):
            assert await apply_policy(connection, applied) == policy_hash(applied)
            assert await policy_in_force(connection) == applied
        assert await connection.fetchval("select count(*) from policy_applied") == 3
        assert await connection.fetchval("select count(*) from policy") == 2
        assert await policy_by_hash(connection, policy_hash(changed)) == changed
