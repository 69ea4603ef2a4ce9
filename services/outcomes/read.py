"""Every journey of a ledger, one after the other: memory stays small however many there are. Read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.ledger.journeys import journey_from_json
from services.ledger.policies import policy_in_force
from services.outcomes.count import Outcomes, count
from services.outcomes.milestones import milestones

if TYPE_CHECKING:
    from services.ledger.database import Connection


async def read_outcomes(connection: Connection, *, exact: bool = False) -> Outcomes:
    """Count what stands in the ledger, under the policy in force. Raises PolicyNotKnown."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        policy = await policy_in_force(connection)
        reached = [
            found
            async for row in connection.cursor("select state::text as state from journey")
            if (found := milestones(journey_from_json(row["state"]), policy)) is not None
        ]
    return count(reached, exact=exact)
