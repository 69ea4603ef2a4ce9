"""One event that cannot be processed, among others that can: they go through, it alone is a dead letter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from given_events import (
    BACK_PAIN,
    FIRST_DAY,
    Event,
    fit_note,
    moved,
    pain_discharge,
    people,
    record_of,
    records_of,
    told,
)
from ledger_rows import WHERE, as_kept, kept, letters, next_offset, outcomes, written
from simulated_ledger import once

from schemas.identifiers import SubjectKey
from services.domain.policy import Policy
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record

if TYPE_CHECKING:
    from services.ledger.database import Connection, Pool
    from services.streams.where import Where

SOMEBODY = people(9)[8]


def note(name: str) -> Event:
    return {**fit_note(SOMEBODY, FIRST_DAY, 14, BACK_PAIN), "id": name}


def at_the_end_of_the_calendar(key: SubjectKey) -> Record:
    somebody = replace(SOMEBODY, born=date(9960, 1, 1))
    return record_of(pain_discharge(somebody, date(9999, 12, 30), work="out-of-work"), 0, key, "far")


def with_a_name_that_no_index_takes(key: SubjectKey) -> Record:
    record = record_of(note("long"), 0, key, "long")
    long = bytes(random.Random(1).choices(range(33, 127), k=9000))
    return record._replace(headers=[(name, long if name == "ce_id" else value) for name, value in record.headers])


def with_broken_bytes(key: SubjectKey) -> Record:
    record = record_of(note("broken"), 0, key, "broken")
    return record._replace(value=record.value[:200] + b"\xff\xfe" + record.value[200:])


def without_headers(key: SubjectKey) -> Record:
    return record_of(note("bare"), 0, key)._replace(headers=())


POISONS = {
    at_the_end_of_the_calendar: ("far", "processing-failed"),
    with_a_name_that_no_index_takes: ("long", "not-storable"),
    with_broken_bytes: ("broken", "body-not-readable"),
    without_headers: ("test:fitpath.events:0:10", "record-not-readable"),
}


@pytest.mark.parametrize("poison", POISONS, ids=lambda poison: poison.__name__)
async def test_everything_around_it_goes_through_and_it_is_kept_as_it_came(
    poison, pool: Pool, policy: Policy, key: SubjectKey
):
    arrival, code = POISONS[poison]
    whole = records_of(told(policy, key), key)
    records = [*whole[:10], poison(key)._replace(offset=10), *moved(whole[10:], 11)]

    assert await Batches(pool, EventWriter(key)).handle(WHERE, records) == len(records)

    assert await letters(pool) == {10: code}
    assert await kept(pool, 10) == as_kept(records[10])
    found = await outcomes(pool)
    assert found.pop(arrival) == "rejected"
    assert found == {f"arrival-{n}": "accepted" for n in range(len(whole))}
    assert await next_offset(pool) == len(records)

    # read again from one below, as after every start: everything is a row, and nothing changes
    before = await written(pool)
    assert await Batches(pool, EventWriter(key)).handle(WHERE, records[10:]) == len(records)
    assert await written(pool) == before
    assert await letters(pool) == {10: code}


async def test_all_kinds_in_one_batch_are_each_a_dead_letter(pool: Pool, policy: Policy, key: SubjectKey):
    whole = records_of(told(policy, key), key)
    records = moved([*whole[:4], *(poison(key) for poison in POISONS), *whole[4:]], 0)
    assert await Batches(pool, EventWriter(key)).handle(WHERE, records) == len(records)
    assert sorted((await letters(pool)).values()) == sorted(code for _, code in POISONS.values())
    found = await outcomes(pool)
    assert sorted(found.values()) == ["accepted"] * len(whole) + ["rejected"] * len(POISONS)


class Failing(EventWriter):
    """A writer with a fault at one offset; it notes what it was given."""

    def __init__(self, key: SubjectKey, offset: int) -> None:
        super().__init__(key)
        self.given: list[list[int]] = []
        self._offset = offset

    async def write(self, connection: Connection, where: Where, records: Sequence[Record]) -> None:
        self.given.append([record.offset for record in records])
        await super().write(connection, where, records)
        if self._offset in self.given[-1]:
            raise LookupError("a fault of ours")


async def test_a_batch_that_fails_runs_again_in_halves_down_to_the_one_event(pool: Pool, key: SubjectKey):
    records = records_of([fit_note(person, FIRST_DAY, 7, BACK_PAIN) for person in people(8)], key)
    writer = Failing(key, 5)
    assert await Batches(pool, writer).handle(WHERE, records) == 8
    assert writer.given == [[*range(8)], [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7]]
    assert await letters(pool) == {5: "processing-failed"}
    assert list((await outcomes(pool)).values()).count("accepted") == 7


async def test_an_output_id_that_is_there_for_another_cause_is_an_error_and_overwrites_nothing(
    pool: Pool, policy: Policy, key: SubjectKey
):
    records = records_of(told(policy, key), key)[:3]
    taken = once(records, WHERE, policy, key).outputs[1][0].id
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, records[:1])
    await pool.execute(
        "insert into outbox select generation, partition, 999, ordinal, $1, topic, type, subject, sequence, time,"
        " cause_source, cause_id, correlation, traceparent, policy, data from outbox where event_offset = 0 limit 1",
        taken,
    )

    assert await batches.handle(WHERE, records[1:]) == 3
    assert await letters(pool) == {1: "processing-failed"}
    assert await pool.fetchval("select event_offset from outbox where output_id = $1", taken) == 999

    await pool.execute("delete from outbox where event_offset = 999")
    await pool.execute("update dead_letter set state = 'replaying'")
    assert await batches.handle(WHERE, [records[1]._replace(offset=3)]) == 4
    assert await letters(pool) == {}
    assert await outcomes(pool) == {f"arrival-{n}": "accepted" for n in range(3)}
