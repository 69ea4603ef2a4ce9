"""Values that may name a person and therefore never show what they hold, in a log or a traceback."""

from __future__ import annotations

import msgspec


class Quiet(msgspec.Struct, frozen=True):
    """Base: immutable, compared by value, shown by its type alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"
