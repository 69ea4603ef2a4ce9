"""``accept``: the one function that all doors lead to.

Who is it, is it well formed, is it valid, whom is it about, have we had it?
It answers accepted, duplicate or rejected, and only after the broker has
acknowledged the event or its refusal (EXACTNESS 1 and 3).
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aiokafka.errors import KafkaError

from schemas.codec import seal
from schemas.envelope import to_headers
from schemas.failures import Problem, Refused
from schemas.identifiers import EventId, SubjectKey
from schemas.refusal import Origin, Refusal, refusal_headers
from schemas.topics import EVENTS, REFUSALS
from services.ingest.examine import Examined, Offer, examine

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from services.clock import Clock
    from services.ingest.inbox import Inbox
    from services.ingest.memory import Memory, Remembered

_PERHAPS_A_NUMBER = re.compile(r"(\d[ -]?){10}")
Outcome = Literal["accepted", "duplicate", "rejected"]
DoorKind = Literal["http", "kafka"]


class BrokerAway(Exception):  # noqa: N818 - named after what is wrong
    """The event could not be kept: not known whether the broker has it. Sending it again is safe."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an offer. ``arrival`` is the one to ask about: of a duplicate, the first one's where known."""

    outcome: Outcome
    arrival: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """A Kafka record as it came, kept if it is refused."""

    origin: Origin
    packed: bytes

    @classmethod
    def of(cls, topic: str, partition: int, offset: int, packed: bytes) -> Original:
        """A packed record and where it stood."""
        return cls(Origin(topic, partition, offset), packed)


class Acceptor:
    """Everything that ``accept`` needs, given once."""

    def __init__(
        self, producer: AIOKafkaProducer, inbox: Inbox, memory: Memory, clock: Clock, key: SubjectKey, door: DoorKind
    ) -> None:
        self._producer = producer
        self._inbox = inbox
        self._memory = memory
        self._clock = clock
        self._key = key
        self._door = door

    async def accept(self, offer: Offer, original: Original | None = None) -> Answer:
        """Take an offer. Raises BrokerAway when neither it nor its refusal could be kept."""
        recorded = self._clock.now()
        try:
            examined = examine(offer, recorded, self._key)
        except Refused as why:
            return await self._refuse(offer, recorded, why.problems, original)
        return await self._take(offer, examined, original)

    async def refuse(self, offer: Offer, problems: tuple[Problem, ...]) -> Answer:
        """Count an offer as refused for what its door found. Raises BrokerAway."""
        return await self._refuse(offer, self._clock.now(), problems, None)

    async def _take(self, offer: Offer, examined: Examined, original: Original | None) -> Answer:
        accepted = examined.accepted
        event_id = EventId(accepted.source, accepted.id)
        mark = self._key.fingerprint(accepted.type.encode(), accepted.subject.encode(), examined.payload)
        before = self._memory.find(event_id)
        if before is not None:
            return await self._again(offer, examined, mark, before, original)
        flying = self._memory.remember(event_id, offer.arrival, mark)
        had = None
        try:
            had = await self._inbox.fingerprint(event_id)
            if had is None:
                await self._send(
                    EVENTS,
                    accepted.subject.encode(),
                    seal(accepted.subject, examined.payload),
                    to_headers(accepted),
                )
        except BaseException:
            self._memory.forget(event_id)
            flying.kept.set_result(False)
            raise
        if had is not None:
            self._memory.forget(event_id)
            flying.kept.set_result(False)
            return await self._settle(offer, examined, same=had == mark, original=original)
        flying.kept.set_result(True)
        return Answer("accepted", offer.arrival)

    async def _again(
        self, offer: Offer, examined: Examined, mark: str, before: Remembered, original: Original | None
    ) -> Answer:
        if not await asyncio.shield(before.kept):
            return await self._take(offer, examined, original)
        return await self._settle(
            offer, examined, same=before.fingerprint == mark, original=original, first=before.arrival
        )

    async def _settle(
        self, offer: Offer, examined: Examined, *, same: bool, original: Original | None, first: str | None = None
    ) -> Answer:
        accepted = examined.accepted
        if not same:
            return await self._refuse(offer, accepted.recorded, (Problem("id-reused", "id"),), original)
        refusal = Refusal(
            arrival=offer.arrival,
            outcome="duplicate",
            door=self._door,
            recorded=accepted.recorded,
            source=accepted.source,
            event_id=accepted.id,
        )
        await self._send(REFUSALS, offer.arrival.encode(), b"", refusal_headers(refusal))
        return Answer("duplicate", first or offer.arrival, (Problem("duplicate", "id"),))

    async def _refuse(
        self, offer: Offer, recorded: datetime, problems: tuple[Problem, ...], original: Original | None
    ) -> Answer:
        source = offer.attributes.get("source") or ""
        refusal = Refusal(
            arrival=offer.arrival,
            outcome="rejected",
            door=self._door,
            recorded=recorded,
            codes=tuple(dict.fromkeys(problem.code for problem in problems)),
            source=source if source.isprintable() and not _PERHAPS_A_NUMBER.search(source) else None,
            identity=identity(self._key, EventId(source, offer.attributes.get("id") or "")),
            fingerprint=self._key.fingerprint(offer.body),
            origin=original.origin if original else None,
        )
        value = seal(None, original.packed) if original else b""
        await self._send(REFUSALS, offer.arrival.encode(), value, refusal_headers(refusal))
        return Answer("rejected", offer.arrival, problems)

    async def _send(self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        try:
            await self._producer.send_and_wait(topic, key=key, value=value, headers=headers)
        except KafkaError as why:
            raise BrokerAway from why


def identity(key: SubjectKey, event_id: EventId) -> str:
    """A keyed hash of (source, id): a refused id may itself be an NHS number."""
    return key.fingerprint(b"identity", event_id.source.encode(), event_id.id.encode())
