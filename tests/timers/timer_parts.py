"""A clock that stands where it is put, and a stream room that works off what is on the topic, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.envelope import to_headers
from schemas.identifiers import ArrivalId
from schemas.topics import EVENTS
from services.ingest.examine import Offer, examine
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.where import Where

PARTITIONS = 2  # of the fixtures in tests/conftest.py
EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class FakeClock:
    """Tells the time it was told."""

    def __init__(self) -> None:
        self.time = BEGIN

    def now(self) -> datetime:
        return self.time

    def day(self, day: float) -> None:
        self.time = BEGIN + timedelta(days=day)


class Stream:
    """Puts events on ``fitpath.events`` as a door would, and works them off as the stream room does."""

    def __init__(self, pool, reader, producer, key, clock):
        self._pool, self._reader, self._producer, self._key, self._clock = pool, reader, producer, key, clock
        self._batches = Batches(pool, EventWriter(key))

    async def publish(self, example: str, change: dict[str, str] | None = None) -> None:
        """An example as if it happened and came now; ``change``: texts to put in the place of others."""
        text = (EXAMPLES / example).read_text()
        for old, new in (change or {}).items():
            text = text.replace(old, new)
        event = json.loads(text)
        attributes = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
        attributes["time"] = self._clock.now().isoformat().replace("+00:00", "Z")
        attributes["id"] = f"{event['id']}-{self._clock.now():%j}"
        body = json.dumps(event["data"]).encode()
        offer = Offer(attributes, event["datacontenttype"], body, ArrivalId(f"a-{attributes['id']}"))
        found = examine(offer, self._clock.now(), self._key)
        await self._producer.send_and_wait(
            EVENTS, key=found.accepted.subject.encode(), value=found.payload, headers=to_headers(found.accepted)
        )

    async def work_off(self) -> None:
        """Everything that is on the topic becomes rows."""
        for partition in range(PARTITIONS):
            ours = await self._pool.fetchval(
                "select next_offset from log_position where topic = $1 and partition = $2", EVENTS, partition
            )
            async for batch in self._reader.read(EVENTS, partition):
                fresh = [Record(r.offset, r.key, tuple(r.headers), r.value) for r in batch if r.offset >= ours]
                if fresh:
                    await self._batches.handle(Where("test", EVENTS, partition), fresh)
