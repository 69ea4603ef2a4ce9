"""Hands over what is on a destination's list: asks before each attempt, and tells each final outcome as a receipt."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from aiokafka.errors import KafkaError

from schemas.envelope import MEDIA_TYPE
from schemas.outputs import read_output
from schemas.receipt import Outcome, Receipt, write_receipt
from schemas.topics import RECEIPTS
from services.delivery import pending
from services.delivery.metrics import FAILING, OUTCOMES
from services.delivery.sink import Parcel, Reject, Retry, Sink
from services.domain.overtaking import Recalled, Send, Standing, Waits, standing_of
from services.domain.taking_back import taking_back
from services.domain.told_things import takes_back
from services.ledger.database import AWAY
from services.ledger.journeys import load_journeys
from services.ledger.outputs import attributes, output, payload
from services.ledger.policies import policy_in_force
from services.observe import log, place

if TYPE_CHECKING:
    import asyncpg
    from aiokafka import AIOKafkaProducer

    from services.clock import Clock
    from services.ledger.database import Connection, Pool
    from services.watchdog import Pulse

_MOST = 100
_LOOK_SECONDS = 1.0
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.5, 30.0
#: An output that waits for its person's journey is asked about again; one that failed by a fault of ours, later.
ASK_AGAIN = timedelta(seconds=10)
_AFTER_A_FAULT = timedelta(minutes=1)


class Sender:
    """Sends for one destination for ever. ``wake`` tells that something came on its list.

    One process at a time sends for a destination: it holds a lock of the ledger, and asks about each output over the
    very connection that holds it. Whoever lost the one has lost the other, and sends nothing.
    """

    def __init__(
        self,
        pool: Pool,
        producer: AIOKafkaProducer,
        clock: Clock,
        destination: str,
        sink: Sink,
        wake: asyncio.Event,
        pulse: Pulse,
        *,
        ask_again: timedelta = ASK_AGAIN,
    ) -> None:
        self._pool = pool
        self._producer = producer
        self._clock = clock
        self._destination = destination
        self._sink = sink
        self._wake = wake
        self._pulse = pulse
        self._ask_again = ask_again
        self._failing: str | None = ""  # not known: whoever had the destination before may have noted something
        self._log = log("delivery").bind(destination=destination)

    async def run(self) -> None:
        """Send for ever; a destination, broker or database that is away is waited for."""
        wait = _SHORTEST_SECONDS
        while True:
            self._pulse.beat()
            try:
                async with self._alone() as connection:
                    if connection is not None:
                        wait = _SHORTEST_SECONDS
                        for receipt in await pending.finished(connection, self._destination):
                            await self._tell(receipt)
                        await self._send_all(connection)
            except (KafkaError, *AWAY) as why:
                self._log.warning("waits for broker and database", error=type(why).__name__)
            await asyncio.sleep(wait + random.random() * wait)  # noqa: S311 - jitter, no secret
            wait = min(wait * 2, _LOOK_SECONDS * 5)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Connection | None]:
        """The connection by which this process alone may send; none while another one does."""
        async with self._pool.acquire() as connection:
            mine = await connection.fetchval(
                "select pg_try_advisory_lock(hashtextextended($1, 0))", f"fitpath-delivery {self._destination}"
            )
            try:
                yield connection if mine else None
            finally:
                if mine:
                    connection.terminate()  # the lock goes with it

    async def _send_all(self, connection: Connection) -> None:
        wait = _SHORTEST_SECONDS
        while True:
            self._pulse.beat()
            self._wake.clear()
            rows = await pending.next_outputs(connection, self._destination, _MOST)
            try:
                for row in rows:
                    self._pulse.beat()
                    await self._send(connection, row)
            except Retry as why:
                await self._fails(connection, str(why))
                await asyncio.sleep(wait + random.random() * wait)  # noqa: S311 - jitter, no secret
                wait = min(wait * 2, _LONGEST_SECONDS)
                continue
            if rows:
                wait = _SHORTEST_SECONDS
            else:
                await self._woken()

    async def _send(self, connection: Connection, row: asyncpg.Record) -> None:
        """One attempt. Raises Retry when the destination takes nothing; KafkaError, database errors."""
        stands: Standing = Send()

        async def may_go() -> bool:
            nonlocal stands
            stands = await self._stands(connection, row)
            return isinstance(stands, Send)

        try:
            went = await self._sink.hand_over(_parcel(row), may_go)
        except Reject as why:
            await self._finish(connection, row, "gave-up", why.code)
        except (Retry, KafkaError, *AWAY):
            raise
        except Exception as why:  # noqa: BLE001 - one output of one person: the others must not wait for it
            self._log.error("an output cannot be handed over", output=str(row["output_id"]), **place(why))
            await self._later(connection, row, "fault", _AFTER_A_FAULT)
        else:
            await self._fails(connection, None)
            match stands:
                case Recalled(reason=reason) if not went:
                    await self._finish(connection, row, "recalled", reason)
                case Waits(reason=reason) if not went:
                    await self._later(connection, row, reason, self._ask_again)
                case _:
                    await self._finish(connection, row, "delivered")

    async def _stands(self, connection: Connection, row: asyncpg.Record) -> Standing:
        """How an output stands in the ledger now. A person of whom it knows nothing: it was put back, and will."""
        journeys = await load_journeys(connection, [row["subject"]])
        journey = journeys.get(row["subject"])
        if journey is None:
            return Waits("ledger-behind")
        waits = output(row)
        stands = standing_of(waits, journey, await policy_in_force(connection))
        if isinstance(stands, Send) and takes_back(read_output(waits.type, waits.data)) is not None:
            outcomes = await pending.outcomes_of(connection, self._destination, row["subject"])
            return taking_back(waits, [(output(item), item["outcome"] == "delivered") for item in outcomes])
        return stands

    async def _finish(
        self, connection: Connection, row: asyncpg.Record, outcome: Outcome, reason: str | None = None
    ) -> None:
        """Note the outcome, then tell its receipt: killed in between, it is told by whoever comes next."""
        receipt = Receipt(str(row["output_id"]), self._destination, row["subject"], outcome, self._clock.now(), reason)
        await pending.finish(connection, receipt)
        OUTCOMES.labels(destination=self._destination, outcome=outcome).inc()
        if outcome == "gave-up":
            self._log.error("the destination will not take an output", output=receipt.output, reason=reason)
        else:
            self._log.info("output finished", output=receipt.output, outcome=outcome, reason=reason)
        await self._tell(receipt)

    async def _tell(self, receipt: Receipt) -> None:
        await self._producer.send_and_wait(RECEIPTS, key=receipt.key, value=write_receipt(receipt))

    async def _later(self, connection: Connection, row: asyncpg.Record, reason: str, after: timedelta) -> None:
        await pending.ask_again(connection, self._destination, str(row["output_id"]), reason, after)

    async def _fails(self, connection: Connection, reason: str | None) -> None:
        if reason is not None:
            self._log.warning("the destination takes nothing: it is asked again", reason=reason)
        if reason == self._failing:
            return
        if reason is None and self._failing:
            self._log.warning("the destination takes outputs again")
        FAILING.labels(destination=self._destination).set(reason is not None)
        await pending.fails(connection, self._destination, reason)
        self._failing = reason

    async def _woken(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return


def _parcel(row: asyncpg.Record) -> Parcel:
    """An output as a structured CloudEvent; its resource stands in it as it was made."""
    named = {name: value for name, value in attributes(row).items() if value is not None}
    event = {**named, "datacontenttype": MEDIA_TYPE, "data": msgspec.Raw(payload(row))}
    return Parcel(str(row["output_id"]), msgspec.json.encode(event))
