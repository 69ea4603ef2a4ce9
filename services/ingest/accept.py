"""``accept``: the one function that all doors lead to.

Who is it, is it well formed, is it valid, whom is it about, have we had it?
It answers accepted, duplicate or rejected, and only after the broker has
acknowledged the event or its refusal (EXACTNESS 1 and 3).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from schemas.codec import seal
from schemas.envelope import is_attribute, to_headers
from schemas.failures import Problem, Refused
from schemas.identifiers import EventId, SubjectKey
from schemas.quiet import Quiet
from schemas.refusal import Origin, Refusal, pack_record, refusal_headers
from schemas.topics import EVENTS, REFUSALS
from services.ingest.examine import Examined, Offer, examine
from services.ingest.inbox import Had
from services.observe import log, place

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


class Answer(msgspec.Struct, frozen=True):
    """What became of an offer. ``arrival`` is the one to ask about: of a duplicate, the first one's where known."""

    outcome: Outcome
    arrival: str
    problems: tuple[Problem, ...] = ()


class Original(Quiet, frozen=True):
    """A Kafka record as it came, kept if it is refused."""

    topic: str
    partition: int
    offset: int
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes

    @property
    def origin(self) -> Origin:
        """Where it stood."""
        return Origin(self.topic, self.partition, self.offset)

    def packed(self) -> bytes:
        """The record in one piece of bytes."""
        return pack_record(self.headers, self.value)


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
        """Take an offer. Raises BrokerAway when neither it nor its refusal could be kept.

        Raises Refused (`too-large`) when the broker takes no message of this size and there is no original to keep.
        """
        recorded = self._clock.now()
        try:
            examined = examine(offer, recorded, self._key)
        except Refused as why:
            return await self._refuse(offer, recorded, why.problems, original)
        except Exception as why:  # noqa: BLE001 - a fault of ours must neither stop a door nor lose a message
            log("ingest").error("an offer could not be examined", arrival=offer.arrival, **place(why))
            return await self._refuse(offer, recorded, (Problem("processing-failed"),), original)
        try:
            return await self._take(offer, examined, original)
        except Refused as why:  # too large for the broker
            if original is None:
                raise
            return await self._refuse(offer, recorded, why.problems, original)

    async def _take(self, offer: Offer, examined: Examined, original: Original | None) -> Answer:
        accepted = examined.accepted
        event_id = EventId(accepted.source, accepted.id)
        mark = self._key.fingerprint(accepted.type.encode(), accepted.subject.encode(), examined.payload)
        before = self._memory.find(event_id)
        if before is not None:
            if await self._stands(before, offer):
                return await self._settle(offer, examined, mark, Had(before.arrival, before.fingerprint), original)
            self._memory.forget(event_id, before)
            return await self._take(offer, examined, original)
        flying = self._memory.remember(event_id, offer.arrival, mark)
        had = None
        try:
            had = await self._inbox.find(event_id)
            if had is None:
                sealed = seal(accepted.subject, examined.payload)
                await self._send(EVENTS, accepted.subject.encode(), sealed, to_headers(accepted))
        except BaseException:
            self._memory.forget(event_id, flying)
            flying.kept.set_result(False)
            raise
        if had is not None:
            self._memory.forget(event_id, flying)
            flying.kept.set_result(False)
            return await self._settle(offer, examined, mark, had, original)
        flying.kept.set_result(True)
        return Answer("accepted", offer.arrival)

    async def _stands(self, before: Remembered, offer: Offer) -> bool:
        """Whether what this door took before still counts: the broker has it and no stream has refused it since."""
        if not await asyncio.shield(before.kept):
            return False
        return before.arrival == offer.arrival or not await self._inbox.was_rejected(before.arrival)

    async def _settle(
        self, offer: Offer, examined: Examined, mark: str, first: Had, original: Original | None
    ) -> Answer:
        accepted = examined.accepted
        if first.arrival == offer.arrival:
            return Answer("accepted", offer.arrival)  # read again: our own repetition counts nowhere (EXACTNESS 1)
        if first.fingerprint != mark:
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
        return Answer("duplicate", first.arrival, (Problem("duplicate", "id"),))

    async def _refuse(
        self, offer: Offer, recorded: datetime, problems: tuple[Problem, ...], original: Original | None
    ) -> Answer:
        event_id = EventId(offer.attributes.get("source") or "", offer.attributes.get("id") or "")
        refusal = Refusal(
            arrival=offer.arrival,
            outcome="rejected",
            door=self._door,
            recorded=recorded,
            codes=tuple(dict.fromkeys(problem.code for problem in problems)),
            source=offer.caller or _tellable(event_id.source),
            identity=identity(self._key, event_id) if event_id.source and event_id.id else None,
            fingerprint=self._key.fingerprint(offer.body),
            origin=original.origin if original else None,
        )
        headers = refusal_headers(refusal)
        value = seal(None, original.packed()) if original else b""
        try:
            await self._send(REFUSALS, offer.arrival.encode(), value, headers)
        except Refused:  # an original at the broker's limit does not fit beside its refusal: its place must do
            log("ingest").warning("an original is too large to be kept", arrival=offer.arrival)
            await self._send(REFUSALS, offer.arrival.encode(), b"", headers)
        return Answer("rejected", offer.arrival, problems)

    async def _send(self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        try:
            await self._producer.send_and_wait(topic, key=key, value=value, headers=headers)
        except MessageSizeTooLargeError:  # waiting does not mend it
            raise Refused([Problem("too-large")]) from None
        except KafkaError as why:
            raise BrokerAway from why


def _tellable(source: str) -> str | None:
    """The source of a refused offer, where it is a usable attribute and cannot hold an NHS number."""
    return source if source and is_attribute(source) and not _PERHAPS_A_NUMBER.search(source) else None


def identity(key: SubjectKey, event_id: EventId) -> str:
    """A keyed hash of (source, id): a refused id may itself be an NHS number."""
    return key.fingerprint(b"identity", event_id.source.encode(), event_id.id.encode())
