"""Where a history comes from: the ledger, or NDJSON of structured CloudEvents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from schemas.events.internal import WAIT_DUE
from schemas.facts import Event
from schemas.failures import Refused
from schemas.identifiers import ArrivalId, EventId, SubjectReference
from services.backtest.compare import Backtest, Comparison, Past
from services.domain.policy import Policy
from services.ingest.examine import examine
from services.ingest.structured import read_structured
from services.ledger.policies import policy_by_hash
from services.replay.ledger_half import event_of, was_discarded
from services.simulate import SIMULATION_KEY, recorded_of
from services.streams.record import read_event

if TYPE_CHECKING:
    from services.ledger.database import Connection

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def over_ledger(connection: Connection, candidate: Policy, since: datetime | None) -> Backtest:
    """The candidate over everything that the ledger took, each event against the policy of its row. Read only."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        until = await connection.fetchval("select max(recorded) from inbox") or _LONG_AGO
        policies = {
            row["hash"]: await policy_by_hash(connection, row["hash"])
            for row in await connection.fetch("select distinct policy as hash from inbox")
        }
        comparison = Comparison(candidate, until=until, since=since)
        subject: SubjectReference | None = None
        history: list[Past] = []
        async for row in connection.cursor(
            "select i.* from inbox i join log_generation g using (generation) where i.type <> $1"
            " order by i.subject, g.begun, i.event_offset",
            WAIT_DUE,
        ):
            if row["subject"] != subject and subject is not None:
                comparison.add(subject, history)
                history = []
            subject = SubjectReference(row["subject"])
            if not was_discarded(row):  # what the person objects to is not looked at again
                history.append(Past(event_of(row), policies[row["policy"]]))
        if subject is not None:
            comparison.add(subject, history)
    return comparison.result()


def over_lines(lines: Iterable[bytes], before: Policy, candidate: Policy, since: datetime | None) -> Backtest:
    """The candidate over NDJSON, against another policy. What a door would refuse is counted, and left out."""
    events, refused = _events(lines)
    until = max((event.recorded for event in events), default=_LONG_AGO)
    comparison = Comparison(candidate, until=until, since=since)
    for subject, theirs in groupby(sorted(events, key=lambda event: event.subject), lambda event: event.subject):
        comparison.add(subject, [Past(event, before) for event in theirs])
    return msgspec.structs.replace(comparison.result(), refused=refused)


def _events(lines: Iterable[bytes]) -> tuple[list[Event], int]:
    had: set[EventId] = set()
    events = []
    refused = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            offer = read_structured(line, ArrivalId(f"line:{number}"))
            examined = examine(offer, recorded_of(offer), SIMULATION_KEY)
        except Refused:
            refused += 1
            continue
        event = read_event(examined.accepted, examined.payload)
        if event.event_id not in had:
            had.add(event.event_id)
            events.append(event)
    return events, refused
