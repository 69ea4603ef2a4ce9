"""The owner of a lane: takes it, publishes in order, and takes it anew after any error (EXACTNESS 8)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from aiokafka.errors import InvalidTopicError, KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError

from schemas.topics import RELAY
from services.ledger.database import AWAY
from services.ledger.generation import halt, lift_halt
from services.observe import log
from services.relay.metrics import OUTPUTS, TRANSACTIONS
from services.relay.outbox import Position, next_outputs
from services.watchdog import Pulse

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.relay.lanes import Lane

_MOST = 500
_APART_SECONDS = 0.010  # transactions closer than this make aiokafka wait 20 ms (EXACTNESS 8)
#: A transaction has a price of its own: when so many outputs came at once, more are on their way and can share it.
_BUSY = 50
_GATHER_SECONDS = 0.060
_LOOK_SECONDS = 1.0  # a missed wake-up costs this much, never an output
_LONGEST_WAIT_SECONDS = 5.0
#: Somebody must do something before the same output can go.
_NOT_MENDED_BY_WAITING = (InvalidTopicError, MessageSizeTooLargeError, TopicAuthorizationFailedError)


class Owner:
    """Publishes one lane. ``taken`` is set when it has it; ``wake`` tells it to look at the outbox.

    ``pulse`` beats whenever the lane answers, also by an error: one that does neither hangs.
    """

    def __init__(self, pool: Pool, lane: Lane, generation: str, partition: int, pulse: Pulse | None = None) -> None:
        self.pulse = pulse or Pulse(f"lane {partition}")
        self.taken = asyncio.Event()
        self.wake = asyncio.Event()
        self._pool = pool
        self._lane = lane
        self._generation = generation
        self._partition = partition
        self._position = Position()
        self._most = _MOST
        self._noted = True  # a halt; perhaps by the owner before

    async def run(self, *, until_empty: bool = False) -> None:
        """Publish for ever; ``until_empty``: until nothing is left, or what is left cannot be sent."""
        wait, stuck = 0.1, ""
        while True:
            try:
                self.pulse.beat()
                if stuck:
                    await self._halt(stuck)
                    if until_empty:
                        return
                self._position = await self._lane.take()
                self.taken.set()
                while True:
                    some = await self._publish_some()
                    wait, stuck = 0.1, ""
                    if not some and until_empty:
                        return
                    if not some:
                        await self._woken()
            except (KafkaError, *AWAY) as why:
                log("relay").warning("lane is taken anew", partition=self._partition, error=type(why).__name__)
                if isinstance(why, _NOT_MENDED_BY_WAITING) and self._most == 1:
                    stuck = type(why).__name__
                self._most = 1  # what cannot be sent must not hold back what comes before it
            finally:
                await self._leave()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    async def _publish_some(self) -> bool:
        """Publish what is next and say whether there was something."""
        self.pulse.beat()
        self.wake.clear()
        outputs = await next_outputs(self._pool, self._generation, self._partition, self._position, self._most)
        if outputs:
            await self._lane.publish(outputs)
            self._position = outputs[-1].position
            TRANSACTIONS.inc()
            for topic, count in Counter(item.topic for item in outputs).items():
                OUTPUTS.labels(topic=topic).inc(count)
        self._most = min(self._most * 2, _MOST)
        if self._noted:
            async with self._pool.acquire() as connection:
                await lift_halt(connection, self._generation, RELAY, self._partition)
            self._noted = False
        if outputs:
            await asyncio.sleep(_GATHER_SECONDS if _BUSY <= len(outputs) < _MOST else _APART_SECONDS)
        return bool(outputs)

    async def _woken(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):  # wait_for may swallow a stop that comes with a wake-up
                await self.wake.wait()
        except TimeoutError:
            return

    async def _halt(self, stuck: str) -> None:
        after = f"{self._position.event_offset}:{self._position.ordinal}"
        reason = f"the output after {after} cannot be sent ({stuck}), and what comes after it waits"
        log("relay").error("lane halted", partition=self._partition, reason=reason)
        async with self._pool.acquire() as connection:
            await halt(connection, self._generation, RELAY, self._partition, reason)
        self._noted = True

    async def _leave(self) -> None:
        try:
            await self._lane.leave()
        except KafkaError as why:
            log("relay").warning("lane was not left cleanly", error=type(why).__name__)
