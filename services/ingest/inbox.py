"""What the door reads of the ledger, and never writes: was it had before, and what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from schemas.identifiers import EventId
from services.ledger.database import AWAY
from services.observe import log

if TYPE_CHECKING:
    from services.ledger.database import Pool

Fate = Literal["accepted", "processed", "duplicate", "rejected"]
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Status:
    """The technical fate of an arrival, and whose it was."""

    arrival: str
    fate: Fate
    source: str | None
    codes: tuple[str, ...] = ()


class Inbox:
    """Reads by event id and by arrival. ``pool`` is none while the database has never been reached."""

    def __init__(self, pool: Pool | None) -> None:
        self.pool = pool

    async def fingerprint(self, event_id: EventId) -> str | None:
        """The fingerprint under an event id; none also when the database is away: the stream room judges then."""
        if self.pool is None:
            return None
        try:
            found: str | None = await asyncio.wait_for(
                self.pool.fetchval(
                    "select fingerprint from inbox where source = $1 and event_id = $2", event_id.source, event_id.id
                ),
                _PATIENCE_SECONDS,
            )
        except AWAY as why:
            log("ingest").warning("accepts without the database", error=type(why).__name__)
            return None
        return found

    async def of_arrival(self, arrival: str) -> Status | None:
        """What became of an arrival. Raises what AWAY names."""
        if self.pool is None:
            raise ConnectionError
        row = await self.pool.fetchrow(
            "select outcome, source, coalesce((select codes from rejection r where r.arrival = a.arrival), '{}') codes"
            " from arrivals a where arrival = $1",
            arrival,
        )
        return _status(arrival, row["outcome"], row["source"], row["codes"]) if row else None

    async def of_event(self, event_id: EventId, identity: str) -> Status | None:
        """What became of an event: of the accepted one, else of the last that was refused under this id."""
        if self.pool is None:
            raise ConnectionError
        row = await self.pool.fetchrow(
            "select arrival, 'accepted' outcome, source, '{}'::text[] codes, 0 rank, recorded from inbox"
            " where source = $1 and event_id = $2"
            " union all select arrival, 'rejected', source, codes, 1, recorded from rejection where identity = $3"
            " order by rank, recorded desc limit 1",
            event_id.source, event_id.id, identity,
        )  # fmt: skip
        return _status(row["arrival"], row["outcome"], row["source"], row["codes"]) if row else None


def _status(arrival: str, outcome: str, source: str | None, codes: list[str]) -> Status:
    fates: dict[str, Fate] = {"accepted": "processed", "duplicate": "duplicate", "rejected": "rejected"}
    return Status(arrival, fates[outcome], source, tuple(codes))
