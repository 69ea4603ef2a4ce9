"""Who may learn what: one vocabulary of items, one ceiling for each audience, in force from the first output on.

The table itself is part of the policy, so that a deployment can narrow it;
no policy can go beyond the ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from schemas.topics import AUDIENCES, Audience

Table = dict[Audience, tuple[str, ...]]
Item = Literal[
    "person", "contact", "track", "prompt-reasons", "notes", "adjustments", "functional-effects", "condition",
    "agreed-condition", "pain-care", "pacing", "referral-state", "referral-reason", "named-worker", "information-sent",
    "employment-progress", "support-started", "job-started", "in-work-13-weeks", "waiting-list",
]  # fmt: skip

_HEALTH: frozenset[Item] = frozenset({
    "person", "track", "prompt-reasons", "notes", "adjustments", "functional-effects", "condition", "pain-care",
    "referral-state", "referral-reason", "named-worker", "information-sent", "employment-progress", "waiting-list",
})  # fmt: skip

#: The most that each audience may ever be told.
CEILING: Mapping[Audience, frozenset[Item]] = {
    "gp-practice": _HEALTH,
    "pain-service": _HEALTH,
    "ips-provider": frozenset(
        {"person", "contact", "track", "adjustments", "pacing", "agreed-condition", "named-worker"}
    ),
    "job-centre": frozenset({"support-started", "job-started", "in-work-13-weeks"}),
    "employer": frozenset(),
    "person": _HEALTH | {"contact"},
}


def may(table: Table, audience: Audience, item: Item) -> bool:
    """Whether an audience may be told an item: the policy's table says so and the ceiling allows it."""
    return item in table.get(audience, ()) and item in CEILING[audience]


def beyond_ceiling(table: Table) -> list[tuple[str, str]]:
    """What a table would tell that may never be told: (audience, item). An audience left out is told nothing."""
    return [(name, item) for name in AUDIENCES for item in table.get(name, ()) if item not in CEILING[name]]
