"""The port of a destination: what a sink is handed, what it asks, and what it may answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

#: Whether an output still holds, asked of the ledger at this very moment.
MayGo = Callable[[], Awaitable[bool]]


class Parcel(msgspec.Struct, frozen=True):
    """One output to hand over: its id, by which it is the same wherever it is sent again, and the CloudEvent."""

    id: str
    content: bytes

    def __repr__(self) -> str:
        return f"Parcel({self.id}, ...)"  # the content names a person


class Retry(Exception):  # noqa: N818 - named after what follows
    """The destination takes nothing at present; the text says why, for ops: no personal data in it."""


class Reject(Exception):  # noqa: N818 - named after what it says
    """The destination will never take this output, others it may; ``code`` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Sink(Protocol):
    """Hands outputs over to one destination. The same output again changes nothing there."""

    async def hand_over(self, parcel: Parcel, may_go: MayGo) -> bool:
        """Hand over and return whether the destination has it now. Raises Retry, Reject.

        ``may_go`` is asked before anything is done and again at the last moment at which it can be held back;
        where it says no nothing is left at the destination. What went on an earlier attempt is there: true.
        """
        ...
