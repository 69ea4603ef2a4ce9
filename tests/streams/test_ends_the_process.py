"""An event that ends the process: twice in a batch, then alone, and the next time it is a dead letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from given_events import BACK_PAIN, FIRST_DAY, fit_note, people, records_of
from ledger_rows import WHERE, as_kept, kept, letters, next_offset, outcomes
from simulated_ledger import Crash

from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Connection, Pool
    from services.streams.where import Where

LAST = 8


class Ending(EventWriter):
    """Ends the process at one offset; it notes each batch that it was given."""

    def __init__(self, key: SubjectKey, offset: int | None) -> None:
        super().__init__(key)
        self.given: list[list[int]] = []
        self._offset = offset

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> None:
        self.given.append([record.offset for record in records])
        if self._offset in self.given[-1]:
            raise Crash
        await super().write(connection, where, records)


class Process:
    """What a supervisor does: starts a worker again, which reads from one below the offset that counts."""

    def __init__(self, pool: Pool, key: SubjectKey, log: Sequence[Record], *, at_most: int = 500) -> None:
        self._pool = pool
        self._key = key
        self._log = log
        self._at_most = at_most

    async def run(self, ends_at: int | None) -> tuple[bool, list[list[int]]]:
        """Whether it worked everything off, and the batches that it had."""
        writer = Ending(self._key, ends_at)
        batches = Batches(self._pool, writer)
        position = max(await next_offset(self._pool) - 1, 0)
        try:
            while position < len(self._log):
                position = await batches.handle(WHERE, self._log[position : position + self._at_most])
        except Crash:
            return False, writer.given
        return True, writer.given


@pytest.fixture
def log(key: SubjectKey) -> list[Record]:
    return records_of([fit_note(person, FIRST_DAY, 7, BACK_PAIN) for person in people(LAST)], key)


@pytest.mark.parametrize("bad", [0, 3, LAST - 1])
async def test_the_third_time_it_is_a_dead_letter_and_everything_else_goes_through(
    bad: int, pool: Pool, key: SubjectKey, log: list[Record]
):
    await Process(pool, key, log[:1]).run(None if bad else 0)  # there is something below the offset that counts
    process = Process(pool, key, log)
    ended, tries = 0 if bad else 1, 0 if bad else 1
    while True:
        done, given = await process.run(bad)
        tries += sum(bad in batch for batch in given)
        if done:
            break
        ended += 1
        assert ended <= 3
    assert (ended, tries) == (3, 3)
    assert await letters(pool) == {bad: "ends-the-process"}
    assert await kept(pool, bad) == as_kept(log[bad])
    assert list((await outcomes(pool)).values()).count("accepted") == LAST - 1
    assert await pool.fetchval("select count(*) from attempt") == 0


async def test_only_the_event_itself_is_tried_alone_and_what_comes_before_it_is_kept(
    pool: Pool, key: SubjectKey, log: list[Record]
):
    process = Process(pool, key, log)
    for _ in range(2):
        assert await process.run(3) == (False, [[*range(LAST)]])
    assert await process.run(3) == (False, [[0], [1], [2], [3]])
    assert await next_offset(pool) == 3
    done, given = await process.run(3)
    assert done
    assert [3] not in given


async def test_a_first_batch_that_ends_before_the_event_does_not_forget_it(
    pool: Pool, key: SubjectKey, log: list[Record]
):
    await Process(pool, key, log[:3]).run(None)
    process = Process(pool, key, log, at_most=1)  # a broker may give one record: the one below, that is a row already
    ended = 0
    while not (await process.run(3))[0]:
        ended += 1
        assert ended <= 3
    assert await letters(pool) == {3: "ends-the-process"}


async def test_a_process_that_ends_for_another_reason_loses_nothing(pool: Pool, key: SubjectKey, log: list[Record]):
    process = Process(pool, key, log)
    for _ in range(2):
        assert (await process.run(3))[0] is False
    assert (await process.run(None))[0]
    assert await letters(pool) == {}
    assert list((await outcomes(pool)).values()) == ["accepted"] * LAST


async def test_a_dead_letter_that_ended_the_process_is_accepted_when_it_is_mended_and_replayed(
    pool: Pool, key: SubjectKey, log: list[Record]
):
    process = Process(pool, key, log)
    while not (await process.run(3))[0]:
        assert await next_offset(pool) <= 3
    await pool.execute("update dead_letter set state = 'replaying'")
    await Process(pool, key, [*log, log[3]._replace(offset=LAST)]).run(None)
    assert await letters(pool) == {}
    assert list((await outcomes(pool)).values()) == ["accepted"] * LAST
