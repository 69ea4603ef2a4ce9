"""The clock port: rooms ask it, the core and the stream room never read one (EXACTNESS 2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present time, in UTC."""
        ...


class MachineClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present time, in UTC."""
        return datetime.now(UTC)
