"""Reasons to hold: a closed list. A hold is a decision not to prompt yet, and nothing else."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

HoldReason = Literal[
    "no-evidence", "identity", "safety", "does-not-want", "on-another-programme", "already-prompted",
    "already-invited", "already-referred", "asked-before", "age", "waiting-for-spell", "nobody-to-ask",
    "old-news", "not-now",
]  # fmt: skip
HOLD_REASONS: tuple[HoldReason, ...] = get_args(HoldReason)


class Hold(msgspec.Struct, frozen=True):
    """Why nobody is asked now: the reason, the rule (or family of rules) that says so, words without personal data."""

    reason: HoldReason
    rule: str
    words: str


NO_EVIDENCE = Hold("no-evidence", "evidence", "nothing shows chronic pain so far")
