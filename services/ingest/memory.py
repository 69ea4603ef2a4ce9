"""What a door has in flight or took a moment ago, before the inbox knows it (EXACTNESS 3). A help, never the judge."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from schemas.identifiers import EventId

_MOST = 20_000


@dataclass(slots=True)
class Remembered:
    """An event that this door took; ``kept`` tells whether the broker has it."""

    arrival: str
    fingerprint: str
    source: str
    kept: asyncio.Future[bool]

    @property
    def is_kept(self) -> bool:
        """Whether the broker has acknowledged it."""
        return self.kept.done() and self.kept.result()


class Memory:
    """The last events of this door, by event id and by arrival."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._by_event: OrderedDict[EventId, Remembered] = OrderedDict()
        self._by_arrival: dict[str, Remembered] = {}

    def find(self, event_id: EventId) -> Remembered | None:
        """What this door knows of an event."""
        return self._by_event.get(event_id)

    def find_arrival(self, arrival: str) -> Remembered | None:
        """What this door knows of an arrival."""
        return self._by_arrival.get(arrival)

    def remember(self, event_id: EventId, arrival: str, fingerprint: str) -> Remembered:
        """An event is in flight."""
        item = Remembered(arrival, fingerprint, event_id.source, asyncio.get_running_loop().create_future())
        self._by_event[event_id] = item
        self._by_arrival[arrival] = item
        while len(self._by_event) > self._most:
            _, oldest = self._by_event.popitem(last=False)
            self._by_arrival.pop(oldest.arrival, None)
        return item

    def forget(self, event_id: EventId, item: Remembered) -> None:
        """It was not taken after all: whoever sends it again starts anew. What came after it stays."""
        if self._by_event.get(event_id) is item:
            del self._by_event[event_id]
        if self._by_arrival.get(item.arrival) is item:
            del self._by_arrival[item.arrival]
