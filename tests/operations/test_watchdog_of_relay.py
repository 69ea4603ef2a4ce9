"""A lane that hangs ends the relay, one whose broker is away does not; and no process stands still unseen."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from aiokafka.errors import KafkaConnectionError
from given_events import records_of, told
from prometheus_client import REGISTRY
from watchdog_parts import PATIENCE, Ended, Ends, FakeClock

from schemas.topics import EVENTS
from services.relay.lanes import EmbeddedLane
from services.relay.outbox import Position, unpublished
from services.relay.owner import Owner
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.where import Where
from services.watchdog import NO_PROGRESS, Pulse, end_if_still

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool
    from services.relay.outbox import Outputs


class Lane:
    """A lane that does as it is told: nothing for ever, or an error each time."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.asked = asyncio.Event()
        self.over = asyncio.Event()

    async def take(self) -> Position:
        if self.fault is not None:
            self.asked.set()
            raise self.fault
        return Position()

    async def publish(self, outputs: Outputs) -> None:
        self.asked.set()
        await self.over.wait()

    async def leave(self) -> None:
        return


async def test_a_lane_that_hangs_ends_the_relay_and_the_next_owner_publishes_what_waited(
    broker: str, pool: Pool, policy: Policy, key: SubjectKey, clock: FakeClock, ends: Ends
):
    await Batches(pool, EventWriter(key)).handle(Where("test", EVENTS, 0), records_of(told(policy, key), key))
    lane = Lane()
    owner = Owner(pool, lane, "test", 0, Pulse("lane 0", clock))
    running = asyncio.create_task(owner.run())
    await lane.asked.wait()
    end_if_still("relay", [owner.pulse], PATIENCE)
    clock.move(PATIENCE + 1)
    with pytest.raises(Ended):
        end_if_still("relay", [owner.pulse], PATIENCE)
    assert ends.codes == [NO_PROGRESS]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    waits = await unpublished(pool, "test")
    assert waits == {0: await pool.fetchval("select count(*) from outbox"), 1: 0}

    published = REGISTRY.get_sample_value("fitpath_relay_transactions_total") or 0
    await Owner(pool, EmbeddedLane(pool, broker, "test", 0), "test", 0).run(until_empty=True)
    assert await unpublished(pool, "test") == {0: 0, 1: 0}
    assert (REGISTRY.get_sample_value("fitpath_relay_transactions_total") or 0) > published


async def test_a_lane_whose_broker_is_away_is_taken_again_and_again_and_not_ended(
    pool: Pool, clock: FakeClock, ends: Ends, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.relay.owner._LONGEST_WAIT_SECONDS", 0.01)
    lane = Lane(KafkaConnectionError())
    owner = Owner(pool, lane, "test", 0, Pulse("lane 0", clock))
    running = asyncio.create_task(owner.run())
    for _ in range(3):
        lane.asked.clear()
        clock.move(PATIENCE)
        await lane.asked.wait()
        end_if_still("relay", [owner.pulse], PATIENCE)
    lane.fault = None
    await owner.taken.wait()
    assert ends.codes == []
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_process_whose_event_loop_does_not_turn_ends_and_says_where_it_stood():
    program = (
        "import asyncio, time\n"
        "from services.watchdog import guard_loop\n"
        "def stands_here(number):\n    time.sleep(600)\n"
        "async def main():\n"
        "    guard = asyncio.create_task(guard_loop(0.2))\n"
        "    await asyncio.sleep(1)\n"  # turning, it goes on for longer than that
        "    print('turned', flush=True)\n"
        "    stands_here(9990000018)\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "turned\n")
    assert "Timeout" in ended.stderr
    assert "in stands_here" in ended.stderr
    assert "9990000018" not in ended.stderr
