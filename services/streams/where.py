"""Where a record stands: a topic partition in a log generation."""

from __future__ import annotations

import msgspec


class Where(msgspec.Struct, frozen=True):
    """A topic partition in a log generation."""

    generation: str
    topic: str
    partition: int

    def arrival(self, offset: int) -> str:
        """The arrival id of a record that carries none (EXACTNESS 1)."""
        return f"{self.generation}:{self.topic}:{self.partition}:{offset}"
