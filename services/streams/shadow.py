"""What a candidate would have decided, from the journey as it truly stood; acted on nowhere.

A candidate that fails must not harm what is in force: its fault is noted as
what it would have done, and the event goes its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.domain.decide import decide
from services.domain.decisions import Decisions, Refusal, kind_of
from services.domain.policy import policy_hash

if TYPE_CHECKING:
    from schemas.facts import Event
    from services.domain.journey import Journey
    from services.domain.policy import Policy
    from services.ledger.database import Connection
    from services.streams.fold import Took
    from services.streams.where import Where

_COLUMNS = ("generation", "partition", "event_offset", "policy", "subject", "done", "would", "body")


class Beside(msgspec.Struct, frozen=True):
    """What the candidate would have done where that differs: kinds, and the decisions where it did not fail."""

    policy: Policy
    would: tuple[str, ...]
    decisions: tuple[Decisions, ...] | None


def beside(journey: Journey, event: Event, done: tuple[Decisions, ...], candidate: Policy) -> Beside | None:
    """None: it would have done the same."""
    try:
        would = decide(journey, event, candidate)
    except Exception as why:  # noqa: BLE001 - noted: whatever it is, it is the candidate's alone
        return Beside(candidate, (f"fault {type(why).__name__}",), None)
    if isinstance(would, Refusal):
        return Beside(candidate, (f"refused {would.code}",), ())
    return None if would == done else Beside(candidate, tuple(map(kind_of, would)), would)


async def write_beside(connection: Connection, where: Where, took: list[Took]) -> None:
    """Note what a candidate would have done, with the batch that it was asked about."""
    rows = [
        (
            where.generation, where.partition, item.arrival.offset, policy_hash(item.beside.policy),
            item.arrival.accepted.subject, list(map(kind_of, item.decisions)), list(item.beside.would),
            None if item.beside.decisions is None else msgspec.json.encode(item.beside.decisions).decode(),
        )
        for item in took
        if item.beside is not None
    ]  # fmt: skip
    if rows:
        await connection.copy_records_to_table("shadow_decision", columns=_COLUMNS, records=rows)
