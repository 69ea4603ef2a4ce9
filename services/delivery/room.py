"""The delivery room: an intake and a sender for each destination, none of which ever waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from services.delivery import pending
from services.delivery.intake import Intake
from services.delivery.metrics import FAILING, WAITING
from services.delivery.sender import ASK_AGAIN, Sender
from services.ledger.database import AWAY
from services.observe import log, place
from services.watchdog import STALL_SECONDS, Pulse, watch_pulses

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from services.broker_security import Address
    from services.clock import Clock
    from services.delivery.sink import Sink
    from services.ledger.database import Pool

_MEASURE_SECONDS = 5.0
_AFTER_A_FAULT_SECONDS = 30.0


class Carrier:
    """What is needed to serve one destination."""

    def __init__(self, name: str, topics: Sequence[str], sink: Sink) -> None:
        self.name = name
        self.topics = topics
        self.sink = sink


class DeliveryRoom:
    """Serves destinations for ever. ``ask_again``: after how long an output that must wait is asked about again."""

    def __init__(
        self,
        pool: Pool,
        broker: Address,
        producer: AIOKafkaProducer,
        clock: Clock,
        carriers: Sequence[Carrier],
        *,
        stall_seconds: float = STALL_SECONDS,
        ask_again: timedelta = ASK_AGAIN,
    ) -> None:
        self._pool = pool
        self._broker = broker
        self._producer = producer
        self._clock = clock
        self._carriers = carriers
        self._stall_seconds = stall_seconds
        self._ask_again = ask_again

    async def run(self) -> None:
        """Serve them all; where none is named nothing is to be done."""
        if not self._carriers:
            log("delivery").warning("no destination is named (FITPATH_DESTINATIONS_FILE): nothing is carried out")
        pulses: list[Pulse] = []
        async with asyncio.TaskGroup() as group:
            for carrier in self._carriers:
                FAILING.labels(destination=carrier.name).set(0)
                for run, pulse in self._works(carrier).items():
                    pulses.append(pulse)
                    group.create_task(_supervised(carrier.name, run))
            group.create_task(self._measure())
            group.create_task(watch_pulses("delivery", pulses, self._stall_seconds))

    def _works(self, carrier: Carrier) -> Mapping[Callable[[], Awaitable[None]], Pulse]:
        reads, sends = Pulse(f"the intake of {carrier.name}"), Pulse(f"the sender of {carrier.name}")
        intake = Intake(self._pool, self._broker, carrier.name, carrier.topics, reads)
        sender = Sender(
            self._pool, self._producer, self._clock, carrier.name, carrier.sink, intake.wake, sends,
            ask_again=self._ask_again,
        )  # fmt: skip
        return {intake.run: reads, sender.run: sends}

    async def _measure(self) -> None:
        while True:
            try:
                for carrier in self._carriers:
                    WAITING.labels(destination=carrier.name).set(await pending.waiting(self._pool, carrier.name))
            except AWAY as why:
                log("delivery").info("cannot count what waits", error=type(why).__name__)
            await asyncio.sleep(_MEASURE_SECONDS)


async def _supervised(destination: str, run: Callable[[], Awaitable[None]]) -> None:
    """A fault of ours at one destination is told, and tried again: it ends no other's work."""
    while True:
        try:
            await run()
        except Exception as why:  # noqa: BLE001 - whatever it is: one destination must not take others with it
            log("delivery").error("a destination is not served", destination=destination, **place(why))
        await asyncio.sleep(_AFTER_A_FAULT_SECONDS)
