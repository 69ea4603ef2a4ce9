"""Journeys in the ledger: compare-and-swap on their version, unknown fields kept (EXACTNESS 13)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from services.domain.journey import Journey
from services.domain.stopping import present_reason

if TYPE_CHECKING:
    from services.ledger.database import Connection

_UPDATE = """
    update journey set version = v, hold = h, state = j::json
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) as new(s, v, h, j, was)
    where subject = s and version = was returning 1
"""
_INSERT = """
    insert into journey (subject, version, hold, state) select s, v, h, j::json
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) as new(s, v, h, j, was)
    on conflict do nothing returning 1
"""
_FIELDS = frozenset(Journey.__struct_fields__)
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])
_WHOLE = msgspec.json.Decoder(Journey)


class JourneyMoved(Exception):  # noqa: N818 - named after what happened
    """Somebody else wrote a journey since it was read: read again."""


def journey_json(journey: Journey) -> bytes:
    """A journey as it is stored."""
    if not journey.kept:
        return msgspec.json.encode(journey)
    state: dict[str, Any] = msgspec.to_builtins(journey)
    return msgspec.json.encode({**state.pop("kept"), **state})


def journey_from_json(stored: bytes | str) -> Journey:
    """A stored journey; top-level fields that this version does not know end in ``kept``."""
    journey = _WHOLE.decode(stored)
    unknown = {name: msgspec.json.decode(raw) for name, raw in _TOP.decode(stored).items() if name not in _FIELDS}
    return msgspec.structs.replace(journey, kept=unknown) if unknown else journey


async def load_journeys(connection: Connection, subjects: Iterable[str]) -> dict[str, Journey]:
    """The stored journeys of these subjects; who has none is not in it."""
    rows = await connection.fetch(
        "select state::text as state from journey where subject = any($1)", sorted(set(subjects))
    )
    return {journey.subject: journey for journey in (journey_from_json(row["state"]) for row in rows)}


async def save_journeys(connection: Connection, journeys: Iterable[Journey], before: dict[str, int]) -> None:
    """Write journeys, in key order. ``before`` has the version that each was read at. Raises JourneyMoved."""
    ordered = sorted(journeys, key=lambda journey: journey.subject)
    for statement, some in (
        (_UPDATE, [journey for journey in ordered if journey.subject in before]),
        (_INSERT, [journey for journey in ordered if journey.subject not in before]),
    ):
        if not some:
            continue
        written = await connection.fetch(
            statement,
            [journey.subject for journey in some],
            [journey.version for journey in some],
            [present_reason(journey) for journey in some],
            [journey_json(journey).decode() for journey in some],
            [before.get(journey.subject, 0) for journey in some],
        )
        if len(written) != len(some):
            raise JourneyMoved
