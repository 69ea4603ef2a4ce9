"""The candidate that decides in the shadow, and what it would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.domain.policy import Policy
from services.ledger.policies import keep_policy, policy_by_hash

if TYPE_CHECKING:
    from services.ledger.database import Connection


class Otherwise(msgspec.Struct, frozen=True):
    """How often the candidate would have decided otherwise in one way: kinds of decisions, done and would."""

    done: tuple[str, ...]
    would: tuple[str, ...]
    times: int


async def cast_shadow(connection: Connection, policy: Policy | None) -> None:
    """Have a candidate decide in the shadow from the next batch on; none: nobody."""
    async with connection.transaction():
        digest = None if policy is None else await keep_policy(connection, policy)
        await connection.execute("insert into shadow_policy (hash) values ($1)", digest)


async def shadow_policy(connection: Connection) -> Policy | None:
    """Who decides in the shadow. Raises PolicyNotKnown."""
    digest: str | None = await connection.fetchval("select hash from shadow_policy order by chosen desc limit 1")
    return None if digest is None else await policy_by_hash(connection, digest)


async def otherwise(connection: Connection, digest: str) -> list[Otherwise]:
    """Where a candidate would have decided otherwise, the most frequent first."""
    rows = await connection.fetch(
        "select done, would, count(*) times from shadow_decision where policy = $1 group by 1, 2 order by 3 desc, 1, 2",
        digest,
    )
    return [Otherwise(tuple(row["done"]), tuple(row["would"]), row["times"]) for row in rows]
