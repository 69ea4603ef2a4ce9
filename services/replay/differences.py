"""What `replay verify` finds: named differences, by place, without personal data."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["missing", "doubled", "different", "out-of-order", "unknown"]
Half = Literal["ledger", "topics"]


class Difference(msgspec.Struct, frozen=True):
    """One thing that is not as it should be. ``where`` names a row or a record, ``what`` says what it is."""

    half: Half
    kind: Kind
    what: str
    where: str


class Report(msgspec.Struct):
    """Both halves of a verification.

    ``aged`` counts what retention or an older generation took, ``waiting`` the events that were not worked off and
    the outputs that were not published when it began: neither is compared, and neither has failed.
    """

    events: int = 0
    decisions: int = 0
    outputs: int = 0
    published: int = 0
    aged: int = 0
    waiting: int = 0
    topics_read: bool = False
    differences: list[Difference] = []

    @property
    def verified(self) -> bool:
        """Whether both halves were compared and are equal."""
        return self.topics_read and not self.differences
