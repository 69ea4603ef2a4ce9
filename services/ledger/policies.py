"""Policies in the ledger: whole, under their hash; the latest is in force, from its day on (EXACTNESS 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.domain.policy import Policy, PolicyNotValid, policy_from_json, policy_hash, policy_json

if TYPE_CHECKING:
    from services.ledger.database import Connection

_KNOWS_MORE = "the policy in the ledger was written by a Fitpath that knows more: update this one"


_NONE = "no policy is in force: apply one with `fitpath policy apply FILE`"
_LATEST_FIRST = (
    "select hash, effective from policy_applied where effective is null or effective <= $1"
    " order by coalesce(effective, at) desc, applied desc"
)


class PolicyNotKnown(Exception):  # noqa: N818 - named after what is wrong
    """The ledger has no policy in force, or holds one that this program cannot read."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The policies that may be in force for a batch, the latest first, each with the moment from which it is."""

    policies: tuple[tuple[datetime | None, Policy], ...]

    def at(self, recorded: datetime) -> Policy:
        """The one in force for what was recorded then."""
        return next(policy for since, policy in self.policies if since is None or since <= recorded)


async def apply_policy(connection: Connection, policy: Policy, *, effective: datetime | None = None) -> str:
    """Put a policy in force, at once or for what is recorded from a moment on. Returns its hash.

    The one that is in force, applied again, changes nothing.
    """
    async with connection.transaction():
        digest = await keep_policy(connection, policy)
        if effective is not None or await _hash_in_force(connection) != digest:
            await connection.execute("insert into policy_applied (hash, effective) values ($1, $2)", digest, effective)
    return digest


async def keep_policy(connection: Connection, policy: Policy) -> str:
    """Keep a policy whole under its hash, in force or not."""
    digest = policy_hash(policy)
    await connection.execute(
        "insert into policy (hash, name, version, body) values ($1, $2, $3, $4) on conflict do nothing",
        digest, policy.name, policy.version, policy_json(policy),
    )  # fmt: skip
    return digest


async def policies_in_force(connection: Connection, until: datetime) -> InForce:
    """Which policies are in force for what was recorded up to a moment. Raises PolicyNotKnown."""
    found: list[tuple[datetime | None, Policy]] = []
    for row in await connection.fetch(_LATEST_FIRST, until):
        found.append((row["effective"], await policy_by_hash(connection, row["hash"])))
        if row["effective"] is None:
            return InForce(tuple(found))
    raise PolicyNotKnown(_NONE)


async def policy_in_force(connection: Connection) -> Policy:
    """The policy in force now. Raises PolicyNotKnown."""
    digest = await _hash_in_force(connection)
    if digest is None:
        raise PolicyNotKnown(_NONE)
    return await policy_by_hash(connection, digest)


async def planned_policies(connection: Connection) -> list[tuple[datetime, str]]:
    """What is applied ahead of its day: from when on, and its hash."""
    rows = await connection.fetch(
        "select effective, hash from policy_applied where effective > now() order by effective, applied"
    )
    return [(row["effective"], row["hash"]) for row in rows]


async def policy_by_hash(connection: Connection, digest: str) -> Policy:
    """A policy that was in force once. Raises PolicyNotKnown."""
    if digest not in _read:
        body = await connection.fetchval("select body from policy where hash = $1", digest)
        if body is None:
            raise PolicyNotKnown("a decision names a policy that the ledger does not hold")
        try:
            policy = policy_from_json(body)
        except PolicyNotValid:
            raise PolicyNotKnown(_KNOWS_MORE) from None
        if policy_hash(policy) != digest:
            raise PolicyNotKnown(_KNOWS_MORE)
        _read[digest] = policy
    return _read[digest]


async def any_policy(connection: Connection) -> bool:
    """Whether a policy is in force."""
    return await _hash_in_force(connection) is not None


async def _hash_in_force(connection: Connection) -> str | None:
    row = await connection.fetchrow(f"{_LATEST_FIRST} limit 1", datetime.now(UTC))
    return row["hash"] if row else None


_read: dict[str, Policy] = {}  # by hash: a policy under a hash never changes
