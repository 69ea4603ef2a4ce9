"""How fast a source may speak: so many events a second, and so many at once after a silence."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.sources import Source, Sources

NO_LIMIT = 1_000_000


@dataclass(slots=True)
class _Bucket:
    """What is left of a source's burst, and when that was so (seconds)."""

    left: float
    at: float


class Rates:
    """What each source may still send. A source without a rate has no limit. ``tick`` is a clock of seconds."""

    def __init__(self, sources: Sources, tick: Callable[[], float] = time.monotonic) -> None:
        self._sources = sources
        self._tick = tick
        self._buckets: dict[str, _Bucket] = {}

    def left(self, uri: str | None) -> int:
        """How many events a source may send now."""
        source = self._sources.find(uri)
        if uri is None or source is None or source.rate is None:
            return NO_LIMIT
        return int(self._filled(uri, source).left)

    def wait(self, uri: str | None) -> float:
        """Seconds until a source may send one event; 0 when it may now."""
        source = self._sources.find(uri)
        if uri is None or source is None or source.rate is None:
            return 0.0
        return max(0.0, (1.0 - self._filled(uri, source).left) / source.rate)

    def take(self, uri: str | None, events: int = 1) -> None:
        """A source has sent events."""
        source = self._sources.find(uri)
        if uri is not None and source is not None and source.rate is not None:
            self._filled(uri, source).left -= events

    def _filled(self, uri: str, source: Source) -> _Bucket:
        rate = source.rate or math.inf
        most = float(source.burst or max(1, math.ceil(rate)))
        now = self._tick()
        bucket = self._buckets.setdefault(uri, _Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        return bucket
