"""What stands and waits for somebody: halted partitions, dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.topics import RELAY
from services.finding import Finding

if TYPE_CHECKING:
    from services.doctor.ground import Ground


async def partitions(ground: Ground) -> Finding:
    """Whether a partition is not read any more, or a lane cannot publish, and why."""
    rows = await ground.pool.fetch("select topic, partition, reason from halt order by topic = $1, 1, 2", RELAY)
    if not rows:
        return Finding("partitions", True, "none is halted")
    first = rows[0]
    advice = (
        "have the broker take it (its largest message, its rights): the relay goes on by itself"
        if first["topic"] == RELAY
        else "restore the topic, or begin a new log generation with a new ledger: nothing is skipped by itself"
    )
    words = f"{len(rows)} halted, the first: {first['topic']} {first['partition']}: {first['reason']}"
    return Finding("partitions", False, words, advice)


async def letters(ground: Ground) -> Finding:
    """Whether dead letters wait. They are no fault of the deployment, and somebody's work."""
    waiting: int = await ground.pool.fetchval("select count(*) from dead_letter where state <> 'resolved'")
    if waiting:
        return Finding("dead letters", True, f"{waiting} wait for somebody", "`fitpath dead-letters list`")
    return Finding("dead letters", True, "none")
