"""Policies in the ledger: whole, under their hash; the last applied is in force (EXACTNESS 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.domain.policy import Policy, PolicyNotValid, policy_from_json, policy_hash, policy_json

if TYPE_CHECKING:
    from services.ledger.database import Connection

_KNOWS_MORE = "the policy in the ledger was written by a Fitpath that knows more: update this one"


class PolicyNotKnown(Exception):  # noqa: N818 - named after what is wrong
    """The ledger has no policy in force, or holds one that this program cannot read."""


async def apply_policy(connection: Connection, policy: Policy) -> str:
    """Put a policy in force; the same policy again changes nothing. Returns its hash."""
    digest = policy_hash(policy)
    async with connection.transaction():
        await connection.execute(
            "insert into policy (hash, name, version, body) values ($1, $2, $3, $4) on conflict do nothing",
            digest, policy.name, policy.version, policy_json(policy),
        )  # fmt: skip
        if await _hash_in_force(connection) != digest:
            await connection.execute("insert into policy_applied (hash) values ($1)", digest)
    return digest


async def policy_in_force(connection: Connection) -> Policy:
    """The policy in force. Raises PolicyNotKnown."""
    digest = await _hash_in_force(connection)
    if digest is None:
        raise PolicyNotKnown("no policy is in force: apply one with `fitpath policy apply FILE`")
    return await policy_by_hash(connection, digest)


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
    digest: str | None = await connection.fetchval("select hash from policy_applied order by applied desc limit 1")
    return digest


_read: dict[str, Policy] = {}  # by hash: a policy under a hash never changes
