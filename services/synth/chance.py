"""Chance that is the same each time: a stream of its own for each (seed, person, what for)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from schemas.identifiers import length_prefixed

T = TypeVar("T")


class Chance:
    """What happens to one person in one respect. Another kind of event leaves the others' chance as it was."""

    def __init__(self, seed: int, person: int, what: str) -> None:
        name = length_prefixed(str(seed).encode(), str(person).encode(), what.encode())
        self._random = Random(int.from_bytes(hashlib.sha256(name).digest()[:16]))  # noqa: S311 - no secret is made

    def happens(self, share: float) -> bool:
        """Whether something that happens so often happens now."""
        return self._random.random() < share

    def one_of(self, things: Sequence[T]) -> T:
        """One of them, each as likely."""
        return things[int(self._random.random() * len(things))]

    def by_share(self, shares: Mapping[T, float]) -> T:
        """One of them, by its share."""
        place = self._random.random() * sum(shares.values())
        for name, share in shares.items():
            place -= share
            if place < 0:
                return name
        return name

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends possible."""
        return least + int(self._random.random() * (most - least + 1))

    def days(self, mean: float) -> timedelta:
        """A time that is mostly short and sometimes long; to the second."""
        seconds = self._random.expovariate(1.0) * mean * 86_400
        return timedelta(seconds=int(seconds) + 1)

    def times(self, rate: float, days: float) -> list[float]:
        """The days (fractions) within ``days`` on which something happens that has a rate for each day."""
        found: list[float] = []
        at = self._random.expovariate(rate) if rate > 0 else days
        while at < days:
            found.append(at)
            at += self._random.expovariate(rate)
        return found

    def unevenness(self, shape: float) -> float:
        """A factor of mean one by which people differ."""
        return self._random.gammavariate(shape, 1 / shape)
