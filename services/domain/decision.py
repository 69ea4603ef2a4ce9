"""What every decision says: why, on which events, in words."""

from __future__ import annotations

import msgspec


class EventKey(msgspec.Struct, frozen=True, order=True):
    """An event as evidence: its identity, nothing of its content."""

    source: str
    id: str


class Decision(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="decision", kw_only=True):
    """Base: why (rule names), on what (events), in words (no personal data)."""

    rules: tuple[str, ...]
    evidence: tuple[EventKey, ...] = ()
    sentence: str
