"""Reads the questions on ``fitpath.lookups``, asks the register, and gives its answers to ``accept``.

A question is committed once its answer has been kept. What cannot be answered is asked again, and holds up no other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.codes import NHS_NUMBER, TASK_ID
from schemas.failures import Refused
from schemas.identifiers import NhsNumber
from schemas.outputs import read_output
from schemas.outputs.lookup import LookupTask
from schemas.topics import LOOKUPS
from services.broker_security import Address, client_settings
from services.ingest.accept import Acceptor, BrokerAway
from services.lookup.message import answer_offer
from services.lookup.register import Register, RegisterAway
from services.observe import log
from services.watchdog import Pulse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.clock import Clock
    from services.log_reader import Found

_GROUP = "fitpath-lookup"
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = (1.0, 30.0)


class LookupRoom:
    """Answers for ever; a broker or a register that is away is waited for."""

    def __init__(self, register: Register, acceptor: Acceptor, broker: Address, clock: Clock) -> None:
        self._register = register
        self._acceptor = acceptor
        self._broker = broker
        self._clock = clock
        self._answered: set[tuple[int, int]] = set()
        self.pulse = Pulse("the look-up")

    async def run(self, ready: asyncio.Event) -> None:
        """Read for ever. Sets ``ready`` once the topic can be read."""
        pause, longest = _PAUSE_SECONDS
        while True:
            consumer = AIOKafkaConsumer(
                LOOKUPS,
                **client_settings(self._broker),
                group_id=_GROUP,
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=6000,
                heartbeat_interval_ms=1000,
                fetch_max_wait_ms=100,
            )
            try:
                await consumer.start()
                ready.set()
                while True:
                    self.pulse.beat()
                    await self._round(consumer)
                    pause = _PAUSE_SECONDS[0]
            except (KafkaError, BrokerAway, RegisterAway) as why:
                log("lookup").warning("waits for broker and register", error=type(why).__name__, pause=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)
            finally:
                await consumer.stop()

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        """Answer what there is. Raises RegisterAway once all that can be answered is, and KafkaError, BrokerAway."""
        fetched = await consumer.getmany(timeout_ms=int(_LOOK_SECONDS * 1000))
        done: dict[TopicPartition, int] = {}
        failed: RegisterAway | None = None
        for part, records in fetched.items():
            upto, why = await self._answer_all(part, records)
            failed = failed or why
            if upto is not None:
                done[part] = upto
        if done:
            await consumer.commit(done)
            self._answered -= {(part, offset) for part, offset in self._answered if offset < _end(done, part)}
        if failed is not None:
            raise failed

    async def _answer_all(
        self, part: TopicPartition, records: Sequence[Found]
    ) -> tuple[int | None, RegisterAway | None]:
        """The offset before which all is answered, where that has moved, and why one could not be."""
        upto: int | None = None
        failed: RegisterAway | None = None
        for record in records:
            here = (part.partition, record.offset)
            try:
                if here not in self._answered:
                    await self._answer(record)
                    self._answered.add(here)
            except RegisterAway as why:
                failed = failed or why
            if failed is None:
                upto = record.offset + 1
        return upto, failed

    async def _answer(self, record: Found) -> None:
        try:
            question = read_output("lookup-requested-1", record.value or b"")
        except Refused:
            log("lookup").error("a record is no question", partition=record.partition, offset=record.offset)
            return
        if not isinstance(question, LookupTask):
            return
        name = next(str(found.value) for found in question.identifier if found.system == TASK_ID)
        number = _number(question)
        offer = answer_offer(name, number, await self._register.ask(number), self._clock.now())
        answer = await self._acceptor.accept(offer)
        if answer.outcome == "rejected":
            codes = [problem.code for problem in answer.problems]
            log("lookup").error("the register's answer is refused", question=name, codes=codes)


def _number(question: LookupTask) -> NhsNumber:
    stated = question.for_.identifier
    if not stated or stated.system != NHS_NUMBER:
        raise ValueError("a question names the person by number")
    return NhsNumber.parse(str(stated.value))


def _end(done: dict[TopicPartition, int], partition: int) -> int:
    return done.get(TopicPartition(LOOKUPS, partition), 0)
