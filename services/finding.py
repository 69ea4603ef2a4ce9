"""A finding of `doctor`."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct):
    """One thing that was looked at. A good one may have advice too: what is allowed, and worth knowing."""

    name: str
    good: bool
    words: str
    advice: str = ""
