"""A clock that is moved by hand, and what stands where the end of a process does."""

from __future__ import annotations

import asyncio

PATIENCE = 120.0


class FakeClock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += seconds


class Ended(BaseException):
    """The process would have ended here."""


class Ends:
    """Stands where the end of the process does. ``codes``: with what it would have ended."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.event = asyncio.Event()

    def __call__(self, code: int) -> None:
        self.codes.append(code)
        self.event.set()
        raise Ended
