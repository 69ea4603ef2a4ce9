"""The offset that counts: what lies above it is sought, what lies below is known, and what cannot be right halts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from given_events import BACK_PAIN, FIRST_DAY, fit_note, moved, people, record_of, records_of
from ledger_rows import WHERE, letters, next_offset, outcomes

from schemas.topics import EVENTS
from services.ledger.generation import begin_generation
from services.streams.batch import Batches, Halt
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.room import StreamRoom
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Pool


class Bounds:
    """Says where a log begins and ends."""

    def __init__(self, first: int, end: int) -> None:
        self.first, self.end = first, end

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self.first, self.end


@pytest.fixture
def log(key: SubjectKey) -> list[Record]:
    return records_of([fit_note(person, FIRST_DAY, 7, BACK_PAIN) for person in people(8)], key)


@pytest.fixture
def batches(pool: Pool, key: SubjectKey) -> Batches:
    return Batches(pool, EventWriter(key))


async def noted(pool: Pool) -> list[tuple[str, int, str]]:
    return [tuple(row) for row in await pool.fetch("select topic, partition, reason from halt")]


async def test_a_batch_above_the_offset_that_counts_writes_nothing_and_is_read_again_from_there(
    pool: Pool, batches: Batches, log: list[Record]
):
    await batches.handle(WHERE, log[:2])
    assert await batches.handle(WHERE, log[4:]) == 2
    assert len(await outcomes(pool)) == 2
    assert await batches.handle(WHERE, log[2:]) == 8
    assert len(await outcomes(pool)) == 8


async def test_what_is_below_is_dropped_when_it_is_a_row_whatever_kind_of_row(
    pool: Pool, batches: Batches, log: list[Record], key: SubjectKey
):
    again = record_of(fit_note(people(1)[0], FIRST_DAY, 7, BACK_PAIN), 8, key)
    broken = log[1]._replace(offset=9, headers=())
    await batches.handle(WHERE, [*log, again, broken])
    before = await outcomes(pool)
    assert sorted(before.values()) == ["accepted"] * 8 + ["duplicate", "rejected"]
    assert await batches.handle(WHERE, log[3:5]) == 10
    assert await batches.handle(WHERE, [again, broken]) == 10
    assert await outcomes(pool) == before


async def test_a_record_below_that_is_no_row_halts_and_writes_nothing(
    pool: Pool, batches: Batches, log: list[Record], key: SubjectKey
):
    await batches.handle(WHERE, log[:4])
    stranger = record_of(fit_note(people(9)[8], FIRST_DAY, 7, BACK_PAIN), 3, key, "not-known")
    with pytest.raises(Halt, match="below the offset that counts is not known"):
        await batches.handle(WHERE, [stranger, *log[4:]])
    assert await next_offset(pool) == 4
    assert len(await outcomes(pool)) == 4
    assert await batches.handle(WHERE, log[3:]) == 8  # the right log goes on


async def test_a_gap_halts_and_writes_nothing(pool: Pool, batches: Batches, log: list[Record]):
    with pytest.raises(Halt, match="a gap in the offsets"):
        await batches.handle(WHERE, [*log[:3], *log[4:]])
    assert await outcomes(pool) == {}
    assert await batches.handle(WHERE, log) == 8


async def test_a_partition_that_the_ledger_did_not_fix_halts(pool: Pool, batches: Batches, log: list[Record]):
    with pytest.raises(Halt, match="did not fix this partition"):
        await batches.handle(Where("test", EVENTS, 7), log)
    assert await letters(pool) == {}
    assert await batches.handle(WHERE, log) == 8


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(5, 9), "the log begins at 5, after the offset that counts, 4: records were lost"),
        (Bounds(0, 3), "the log ends at 3, before the offset that counts, 4: the topic was made anew"),
    ],
)
async def test_a_log_that_is_not_where_ours_was_halts_with_words_until_it_is_right_again(
    bounds: Bounds, words: str, pool: Pool, key: SubjectKey, log: list[Record]
):
    await Batches(pool, EventWriter(key)).handle(WHERE, log[:4])
    room = StreamRoom(pool, bounds, "test", key)  # type: ignore[arg-type]
    with pytest.raises(Halt) as why:
        await room.position(EVENTS, 0)
    assert str(why.value) == words
    await room.halt(EVENTS, 0, str(why.value))
    assert room.halted == {(EVENTS, 0)}
    assert await noted(pool) == [(EVENTS, 0, words)]

    bounds.first, bounds.end = 0, 8
    assert await room.position(EVENTS, 0) == 4
    assert room.halted == set()
    assert await noted(pool) == [(EVENTS, 0, words)]  # not yet: the record below may still be a stranger
    assert await room.handle(EVENTS, 0, log[3:]) == 8
    assert await noted(pool) == []


async def test_a_halt_of_an_unknown_record_is_not_lifted_by_a_look_at_the_bounds(
    pool: Pool, key: SubjectKey, log: list[Record]
):
    await Batches(pool, EventWriter(key)).handle(WHERE, log[:4])
    room = StreamRoom(pool, Bounds(0, 8), "test", key)  # type: ignore[arg-type]
    strangers = [record_of(fit_note(people(9)[8], FIRST_DAY, 7, BACK_PAIN), 3, key, "not-known"), *log[4:]]
    for _ in range(2):
        assert await room.position(EVENTS, 0) == 4
        with pytest.raises(Halt) as why:
            await room.handle(EVENTS, 0, strangers)
        await room.halt(EVENTS, 0, str(why.value))
        assert len(await noted(pool)) == 1
    since = await pool.fetchval("select since from halt")
    await room.halt(EVENTS, 0, str(why.value))
    assert await pool.fetchval("select since from halt") == since

    assert await room.position(EVENTS, 0) == 4
    assert await room.handle(EVENTS, 0, log[3:]) == 8
    assert await noted(pool) == []


async def test_a_halt_of_the_process_before_is_lifted_by_the_next_where_nothing_is_below(pool: Pool, key: SubjectKey):
    await StreamRoom(pool, Bounds(1, 1), "test", key).halt(EVENTS, 0, "was wrong")  # type: ignore[arg-type]
    assert await StreamRoom(pool, Bounds(0, 0), "test", key).position(EVENTS, 0) == 0  # type: ignore[arg-type]
    assert await noted(pool) == []


async def test_the_same_records_in_a_new_log_generation_start_from_its_beginning(
    pool: Pool, batches: Batches, log: list[Record]
):
    await batches.handle(WHERE, log)
    async with pool.acquire() as connection:
        await begin_generation(connection, "new", 2, embedded=True)
    assert await batches.handle(Where("new", EVENTS, 0), moved(log, 0)) == 8
    assert len(await outcomes(pool)) == 8  # our own repetitions: the arrivals are known
