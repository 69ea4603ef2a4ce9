"""What ends a process that stands still, so that its supervisor starts it again.

A room that waits for a database or broker does not stand still: it looks again and again. What is ended here
hangs in a call that never comes back, and nothing in the process would ever say so.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import time
from collections.abc import Callable, Iterable
from typing import NoReturn

from services.observe import log

#: Exit code of a process that made no progress. (EX_TEMPFAIL: start it again.)
NO_PROGRESS = 75
#: Longer than any call to database or broker may take before it gives up by itself.
STALL_SECONDS = 120.0
_LOOK_SECONDS = 5.0

Seconds = Callable[[], float]


class Pulse:
    """When somebody who works for ever was last seen to come back from what they wait for."""

    def __init__(self, name: str, clock: Seconds = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        """They came back."""
        self._last = self._clock()

    def still_for(self) -> float:
        """Seconds since."""
        return self._clock() - self._last


async def watch_pulses(room: str, pulses: Iterable[Pulse], stall_seconds: float) -> None:
    """Look for ever; end the process when one of them has not come back for so long."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        end_if_still(room, pulses, stall_seconds)


def end_if_still(room: str, pulses: Iterable[Pulse], stall_seconds: float) -> None:
    """End the process when one of them has not come back for so long."""
    for pulse in pulses:
        if pulse.still_for() > stall_seconds:
            end_process(room, f"{pulse.name} has not come back for {pulse.still_for():.0f} s")


def end_process(room: str, reason: str) -> NoReturn:
    """End at once, without the clean-up that would hang where the work hangs."""
    log(room).error("ends itself: no progress", reason=reason, code=NO_PROGRESS)
    os._exit(NO_PROGRESS)


async def guard_loop(stall_seconds: float) -> None:
    """End the process, with the place where it stands on standard error, when its event loop does not turn any more."""
    try:
        while True:
            faulthandler.dump_traceback_later(stall_seconds, exit=True)
            await asyncio.sleep(min(_LOOK_SECONDS, stall_seconds / 4))
    finally:
        faulthandler.cancel_dump_traceback_later()
