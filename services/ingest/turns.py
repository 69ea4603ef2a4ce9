"""Fair turns at the HTTP door: a source that crowds it is told to wait, and nobody else is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.failures import Problem, Refused


class Turns:
    """So many requests are worked on at a time. When they are, each source that is here has an equal share.

    A source below its share is let in all the same, so a crowd of another's never keeps it out. Callers that are
    not told apart (none) are one source.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: Counter[str | None] = Counter()

    @contextmanager
    def turn(self, source: str | None) -> Iterator[None]:
        """One request of a source, worked on inside the block. Raises Refused (`too-fast`) beyond its share."""
        if self._here.total() >= self._most and self._here[source] >= self._share(source):
            raise Refused([Problem("too-fast")])
        self._here[source] += 1
        try:
            yield
        finally:
            self._here[source] -= 1
            if not self._here[source]:
                del self._here[source]

    def _share(self, source: str | None) -> int:
        sources = len(self._here.keys() | {source})
        return max(1, self._most // sources)
