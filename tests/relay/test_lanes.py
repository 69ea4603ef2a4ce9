"""The relay on the embedded broker: in order, from where it was, woken at once; what cannot be sent holds its lane."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
from aiokafka.errors import KafkaError
from outbox_rows import cut, halts, new_generation, on_topic, published, relaying, rooms_pool, until, write

from schemas.topics import PROMPTS, RELAY
from services.relay.lanes import EmbeddedLane
from services.relay.outbox import Position, mark, marked, next_outputs
from services.relay.room import RelayRoom

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.relay.outbox import Outputs

TOO_LARGE = b"{}" + b" " * 9_000_000


async def test_outputs_go_out_in_the_order_of_their_events_each_once(broker: str, pool: Pool):
    late = await write(pool, 0, [4, 7, 9])
    early = await write(pool, 0, [1, 2, 3], person=1)  # committed later, stands earlier
    other = await write(pool, 1, [0, 1], person=2)
    async with relaying(pool, broker):
        await published(pool, 0, 9)
        await published(pool, 1, 1)
        more = await write(pool, 0, [10, 11])
        await published(pool, 0, 11)
    found = await on_topic(broker)
    assert sorted(found) == sorted([*late, *early, *other, *more])
    for mine in ([*late, *more], early, other):
        assert [name for name in found if name in mine] == mine


async def test_a_wake_up_of_the_database_is_enough(broker: str, pool: Pool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.relay.owner._LOOK_SECONDS", 3600.0)
    async with relaying(pool, broker):
        for offset in range(3):
            await write(pool, offset % 2, [offset])
            await published(pool, offset % 2, offset)


async def test_a_relay_whose_connections_are_cut_goes_on_and_is_woken_again(broker: str, database: str, pool: Pool):
    made = await write(pool, 0, [0])
    async with rooms_pool(database) as own, relaying(own, broker):
        for offset in range(1, 6):
            await published(pool, 0, offset - 1)
            await cut(pool)
            made += await write(pool, 0, [offset])
        await published(pool, 0, 5)
    found = await on_topic(broker)
    assert list(dict.fromkeys(found)) == made  # a cut between sending and marking may repeat one


async def test_a_new_owner_goes_on_from_the_position_and_repeats_nothing(broker: str, pool: Pool):
    first = await write(pool, 0, [0, 1])
    async with relaying(pool, broker):
        await published(pool, 0, 1)
    second = await write(pool, 0, [2, 3])
    async with relaying(pool, broker):
        await published(pool, 0, 3)
    assert await on_topic(broker) == [*first, *second]


async def test_a_kill_between_sending_and_marking_repeats_and_never_loses(
    broker: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
):
    made = await write(pool, 0, [0, 1, 2])

    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    lane = EmbeddedLane(pool, broker, "test", 0)
    position = await lane.take()
    outputs = await next_outputs(pool, "test", 0, position, 2)
    monkeypatch.setattr("services.relay.lanes.mark", killed)
    with pytest.raises(asyncio.CancelledError):
        await lane.publish(outputs)
    await lane.leave()
    monkeypatch.undo()
    assert await marked(pool, "test", 0) == Position()

    async with relaying(pool, broker):
        await published(pool, 0, 2)
    assert await on_topic(broker) == [*made[:2], *made]


async def test_a_clean_stop_between_sending_and_marking_repeats_nothing(broker: str, database: str, pool: Pool):
    made = await write(pool, 0, [0, 1])
    holder = await asyncpg.connect(database)
    running = asyncio.create_task(RelayRoom(pool, broker, "test", embedded=True).run(asyncio.Event()))
    try:
        await holder.execute("begin; lock table relay_position in exclusive mode")
        waits = "select exists (select 1 from pg_locks where relation = 'relay_position'::regclass and not granted)"
        await until(lambda: holder.fetchval(waits), True)  # they have left, and are not marked
        running.cancel()
        await asyncio.sleep(0)
    finally:
        await holder.close()
        await asyncio.gather(running, return_exceptions=True)
    async with relaying(pool, broker):
        made += await write(pool, 0, [2])
        await published(pool, 0, 2)
    assert await on_topic(broker) == made


async def test_what_cannot_be_sent_holds_its_lane_alone_and_is_told_until_it_is_mended(broker: str, pool: Pool):
    before = await write(pool, 0, [0, 1], person=1)
    stuck = await write(pool, 0, [2], data=TOO_LARGE)
    behind = await write(pool, 0, [3, 4])
    other = await write(pool, 1, [0], person=2)
    async with relaying(pool, broker):
        await published(pool, 0, 1)
        await published(pool, 1, 0)
        await halts(pool, 1)
        topic, partition, reason = await pool.fetchrow("select topic, partition, reason from halt")
        assert (topic, partition) == (RELAY, 0)
        assert reason == "the output after 1:0 cannot be sent (MessageSizeTooLargeError), and what comes after it waits"
        assert sorted(await on_topic(broker)) == sorted([*before, *other])  # none of them twice

        await pool.execute("update outbox set data = '{}' where output_id = $1", stuck[0])
        await published(pool, 0, 4)
        await halts(pool, 0)
    found = await on_topic(broker)
    assert sorted(found) == sorted([*before, *stuck, *behind, *other])
    assert [name for name in found if name in {*stuck, *behind}] == [*stuck, *behind]


async def test_what_an_older_generation_left_goes_first_and_once(broker: str, pool: Pool):
    left = await write(pool, 0, [0, 1, 2])
    await mark(pool, "test", 0, Position(0, 0))
    left_alone = await write(pool, 1, [5], person=2)
    await new_generation(pool, "new")
    new = await write(pool, 0, [0, 1], generation="new")
    for _ in range(2):
        async with relaying(pool, broker, "new"):
            await published(pool, 0, 1, "new")
    found = await on_topic(broker)
    assert sorted(found) == sorted([*left[1:], *left_alone, *new])
    assert [name for name in found if name in {*left, *new}] == [*left[1:], *new]
    assert await marked(pool, "test", 0) == Position(2, 0)


async def test_what_an_older_generation_left_and_cannot_be_sent_does_not_stop_the_new_one(broker: str, pool: Pool):
    stuck = await write(pool, 0, [0], data=TOO_LARGE)
    await new_generation(pool, "new")
    async with relaying(pool, broker, "new"):
        new = await write(pool, 0, [0], generation="new", person=1)
        await published(pool, 0, 0, "new")
    assert await on_topic(broker) == new
    assert await pool.fetchval("select generation from halt") == "test"
    await pool.execute("update outbox set data = '{}' where output_id = $1", stuck[0])
    async with relaying(pool, broker, "new"):
        await published(pool, 0, 0, "test")
    assert sorted(await on_topic(broker)) == sorted([*new, *stuck])
    assert await pool.fetchval("select count(*) from halt") == 0


async def test_a_broker_that_answers_with_an_error_is_asked_again(
    broker: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
):
    publish, failures = EmbeddedLane.publish, iter([KafkaError(), KafkaError()])

    async def sometimes(self: EmbeddedLane, outputs: Outputs) -> None:
        for failure in failures:
            raise failure
        await publish(self, outputs)

    monkeypatch.setattr(EmbeddedLane, "publish", sometimes)
    made = await write(pool, 0, [0, 1], topic=PROMPTS)
    async with relaying(pool, broker):
        await published(pool, 0, 1)
    assert await on_topic(broker, PROMPTS) == made
    assert await on_topic(broker) == []
