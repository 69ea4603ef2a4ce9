"""How many requests a question, and all together, may make at one door process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_KEPT = 10_000


class Limits:
    """A bucket for each question: ``burst`` at once, ``rate`` a second after that. ``tick``: a clock of seconds.

    What has not been asked for longest is forgotten when there are too many: its bucket is full again by then.
    """

    def __init__(self, rate: float = 1.0, burst: float = 30.0, tick: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._tick = rate, burst, tick
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, question: object) -> bool:
        """Whether one more request is let in."""
        now = self._tick()
        left, at = self._left.pop(question, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        let_in = left >= 1.0
        self._left[question] = (left - 1.0 if let_in else left, now)
        if len(self._left) > _MOST_KEPT:
            self._left.popitem(last=False)
        return let_in
