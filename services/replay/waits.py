"""The waits in `replay verify`: what began to wait, as the core says it, beside the rows; and what had its moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from schemas.events.internal import WAIT_DUE
from services.replay.differences import Difference, Report

if TYPE_CHECKING:
    import asyncpg

    from services.domain.waits import Wait
    from services.ledger.database import Connection

#: By id: subject, step, chain, due, until, done.
Waits: TypeAlias = dict[str, tuple[object, ...]]


def note_waits(waits: Waits, row: asyncpg.Record, begun: tuple[Wait, ...]) -> None:
    """Add what an event left waiting; a wait that began before keeps its moment."""
    for wait in begun:
        waits.setdefault(wait.id, (row["subject"], wait.step, wait.about, wait.due, wait.until, False))
    if row["type"] == WAIT_DUE and row["event_id"] in waits:
        waits[row["event_id"]] = (*waits[row["event_id"]][:-1], True)


async def compare_waits(connection: Connection, waits: Waits, report: Report) -> None:
    """Compare with the rows. Adds to the report."""
    stored = {
        str(row["id"]): (row["subject"], row["step"], row["about"], row["due"], row["until"], row["done"])
        for row in await connection.fetch("select * from wait")
    }
    for name in sorted(stored.keys() | waits.keys()):
        if name not in stored:
            report.differences.append(Difference("ledger", "missing", "wait", name))
        elif name not in waits:
            report.differences.append(Difference("ledger", "unknown", "wait that nothing began", name))
        elif stored[name] != waits[name]:
            report.differences.append(Difference("ledger", "different", "wait", name))
