"""What the door reads of the ledger, and never writes: was it had before, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import asyncpg

from schemas.identifiers import EventId
from services.ledger.database import AWAY
from services.observe import log

if TYPE_CHECKING:
    from services.ledger.database import Pool

Fate = Literal["accepted", "processed", "duplicate", "rejected"]
T = TypeVar("T")
#: The ledger says nothing: it is away, not made yet, or refuses the question (a zero character).
SILENT = (*AWAY, asyncpg.PostgresError)
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Had:
    """An event that the inbox holds."""

    arrival: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Status:
    """The technical fate of an arrival, and whose it was."""

    arrival: str
    fate: Fate
    source: str | None
    codes: tuple[str, ...] = ()


class _Question:
    """Event ids that are asked for with one query, and its answer."""

    ids: set[EventId]
    answer: asyncio.Task[dict[EventId, Had]]

    def __init__(self) -> None:
        self.ids = set()


class Inbox:
    """Reads by event id and by arrival. ``pool`` is none while the database has never been reached."""

    def __init__(self, pool: Pool | None) -> None:
        self.pool = pool
        self._next: _Question | None = None

    async def find(self, event_id: EventId) -> Had | None:
        """What the inbox holds under an event id; none also when it is silent: the stream room judges then."""
        if self.pool is None:
            return None
        question = self._next
        if question is None:
            question = self._next = _Question()
            question.answer = asyncio.create_task(self._ask(question, self.pool))
        question.ids.add(event_id)
        return (await asyncio.shield(question.answer)).get(event_id)

    async def _ask(self, question: _Question, pool: Pool) -> dict[EventId, Had]:
        """Ask for everybody who wanted to know in the same moment. Whoever comes from now on asks anew."""
        self._next = None
        try:
            rows = await _patiently(
                pool.fetch(
                    "select i.source, i.event_id, i.arrival, i.fingerprint from"
                    " unnest($1::text[], $2::text[]) as asked(source, event_id) join inbox i using (source, event_id)",
                    [event_id.source for event_id in question.ids],
                    [event_id.id for event_id in question.ids],
                )
            )
        except SILENT as why:
            log("ingest").warning("accepts without the database", error=type(why).__name__)
            return {}
        return {EventId(row["source"], row["event_id"]): Had(row["arrival"], row["fingerprint"]) for row in rows}

    async def was_rejected(self, arrival: str) -> bool:
        """Whether an arrival is known to have been rejected in the end; false also when the ledger is silent."""
        if self.pool is None:
            return False
        try:
            status = await self.of_arrival(arrival)
        except SILENT as why:
            log("ingest").warning("accepts without the database", error=type(why).__name__)
            return False
        return status is not None and status.fate == "rejected"

    async def of_arrival(self, arrival: str) -> Status | None:
        """What became of an arrival. Raises what SILENT names."""
        if self.pool is None:
            raise ConnectionError
        row = await _patiently(
            self.pool.fetchrow(
                "select outcome, source, coalesce((select codes from rejection r where r.arrival = a.arrival), '{}')"
                " codes from arrivals a where arrival = $1",
                arrival,
            )
        )
        return _status(arrival, row["outcome"], row["source"], row["codes"]) if row else None

    async def of_event(self, event_id: EventId, identity: str) -> Status | None:
        """What became of an event: of the accepted one, else of the last that was refused under this id.

        Raises what SILENT names.
        """
        if self.pool is None:
            raise ConnectionError
        row = await _patiently(
            self.pool.fetchrow(
                "select arrival, 'accepted' outcome, source, '{}'::text[] codes, 0 rank, recorded from inbox"
                " where source = $1 and event_id = $2"
                " union all select arrival, 'rejected', source, codes, 1, recorded from rejection where identity = $3"
                " order by rank, recorded desc limit 1",
                event_id.source, event_id.id, identity,
            )
        )  # fmt: skip
        return _status(row["arrival"], row["outcome"], row["source"], row["codes"]) if row else None


async def _patiently(answer: Awaitable[T]) -> T:
    return await asyncio.wait_for(answer, _PATIENCE_SECONDS)


def _status(arrival: str, outcome: str, source: str | None, codes: list[str]) -> Status:
    fates: dict[str, Fate] = {"accepted": "processed", "duplicate": "duplicate", "rejected": "rejected"}
    return Status(arrival, fates[outcome], source, tuple(codes))
