"""Whether a partition makes progress: records lie after the offset that counts, and it does not move."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.watchdog import Seconds

Part = tuple[str, int]


class Progress:
    """What was seen of each partition. Who waits for the database, or has halted, is excused by ``forget``."""

    def __init__(self, clock: Seconds) -> None:
        self._clock = clock
        self._seen: dict[Part, tuple[int, float]] = {}

    def still_for(self, part: Part, ours: int, end: int) -> float:
        """For how many seconds the offset that counts has stood at ``ours``, before the ``end`` of the log."""
        if ours >= end:
            self.forget(part)
            return 0.0
        now = self._clock()
        before, since = self._seen.get(part, (ours, now))
        if before != ours:
            since = now
        self._seen[part] = (ours, since)
        return now - since

    def forget(self, part: Part | None = None) -> None:
        """Begin anew with one partition, or with all."""
        if part is None:
            self._seen.clear()
        else:
            self._seen.pop(part, None)
