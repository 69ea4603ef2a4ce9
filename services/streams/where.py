"""Where a record stands: a topic partition in a log generation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

#: Header of a dead letter that was sent again: its arrival id. It counts where the record itself carries none.
REPLAYED = "fitpath-replayed"


class Placed(Protocol):
    """A record with its place: ours, or as a client of the broker gives it."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Its headers."""
        ...


class Where(msgspec.Struct, frozen=True):
    """A topic partition in a log generation."""

    generation: str
    topic: str
    partition: int

    def arrival(self, record: Placed) -> str:
        """The arrival id of a record that carries none: where it stands, or where it stood before it was replayed."""
        for name, value in record.headers:
            if name == REPLAYED:
                return value.decode("ascii", "replace")
        return f"{self.generation}:{self.topic}:{self.partition}:{record.offset}"
