"""What doors refused, and the duplicates that they answered themselves, become rows: each arrival one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from given_events import BACK_PAIN, FIRST_DAY, fit_note, people, record_of
from ledger_rows import WHERE, as_kept, kept, letters, next_offset, outcomes

from schemas.refusal import Origin, Refusal, pack_record, refusal_headers
from schemas.topics import INBOUND, REFUSALS
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Pool

REFUSED = Where("test", REFUSALS, 0)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORIGINAL = pack_record([("ce_id", b"x")], b"not what we take")


def refused(offset: int, arrival: str, **said: object) -> Record:
    refusal = Refusal(arrival=arrival, outcome="rejected", door="http", recorded=AT, codes=("not-valid", "too-large"))
    return record(offset, Refusal(**{**{f: getattr(refusal, f) for f in refusal.__struct_fields__}, **said}))


def record(offset: int, refusal: Refusal, value: bytes = b"") -> Record:
    return Record(offset, refusal.arrival.encode(), refusal_headers(refusal), value)


def from_kafka(offset: int, arrival: str) -> Record:
    made = refused(offset, arrival, door="kafka", origin=Origin(INBOUND, 1, 17))
    return made._replace(value=ORIGINAL)


@pytest.fixture
def batches(pool: Pool) -> Batches:
    return Batches(pool, RefusalWriter())


async def test_each_becomes_one_row_and_a_kafka_one_a_dead_letter_with_its_original(pool: Pool, batches: Batches):
    duplicate = Refusal(arrival="d", outcome="duplicate", door="http", recorded=AT, source="urn:s", event_id="1")
    log = [refused(0, "r"), record(1, duplicate), from_kafka(2, "k"), refused(3, "r"), record(4, duplicate)]
    assert await batches.handle(REFUSED, log) == 5
    assert await outcomes(pool) == {"r": "rejected", "d": "duplicate", "k": "rejected"}
    assert await pool.fetchval("select codes from rejection where arrival = 'r'") == ["not-valid", "too-large"]
    assert await letters(pool) == {17: "not-valid"}
    assert (await pool.fetchrow("select topic, partition, record from dead_letter"))["record"] == ORIGINAL

    before = await outcomes(pool)
    assert await batches.handle(REFUSED, log[2:]) == 5  # read again
    assert await outcomes(pool) == before


async def test_a_record_that_is_no_refusal_is_a_dead_letter_and_the_others_go_through(pool: Pool, batches: Batches):
    junk = Record(1, None, [("fitpath-refusal", b"\xff{")], b"junk")
    assert await batches.handle(REFUSED, [refused(0, "a"), junk, refused(2, "b")]) == 3
    assert await outcomes(pool) == {"a": "rejected", "b": "rejected", "test:fitpath.refusals:0:1": "rejected"}
    assert await letters(pool) == {1: "record-not-readable"}
    assert await kept(pool, 1) == as_kept(junk)
    assert await batches.handle(REFUSED, [junk, refused(2, "b"), refused(3, "c")]) == 4


async def test_a_refusal_that_cannot_be_stored_is_a_dead_letter_under_its_own_arrival(pool: Pool, batches: Batches):
    poison = refused(1, "p", source="urn:\x00")
    log = [refused(0, "a"), poison, refused(2, "b")]
    assert await batches.handle(REFUSED, log) == 3
    assert await outcomes(pool) == {"a": "rejected", "b": "rejected", "p": "rejected"}
    assert await letters(pool) == {1: "not-storable"}
    assert await kept(pool, 1) == as_kept(poison)
    assert await Batches(pool, RefusalWriter()).handle(REFUSED, [poison, log[2], refused(3, "c")]) == 4


async def test_a_refusal_whose_arrival_cannot_be_stored_is_a_dead_letter_at_its_place(pool: Pool, batches: Batches):
    poison = refused(1, "zero\x00")
    assert await batches.handle(REFUSED, [refused(0, "a"), poison, refused(2, "b")]) == 3
    assert await outcomes(pool) == {"a": "rejected", "b": "rejected", "test:fitpath.refusals:0:1": "rejected"}
    assert await batches.handle(REFUSED, [poison, refused(2, "b")]) == 3
    assert await next_offset(pool, REFUSED) == 3


async def test_a_replayed_letter_that_is_refused_again_is_open_again_and_counts_once(pool: Pool, batches: Batches):
    await batches.handle(REFUSED, [from_kafka(0, "k")])
    await pool.execute("update dead_letter set state = 'replaying'")
    again = refused(1, "k", door="kafka", origin=Origin(INBOUND, 1, 17), codes=("focus-missing",))
    assert await batches.handle(REFUSED, [again._replace(value=ORIGINAL)]) == 2
    assert await letters(pool) == {17: "focus-missing"}
    assert await outcomes(pool) == {"k": "rejected"}


async def test_a_replayed_letter_that_is_accepted_moves_from_rejected_to_accepted(
    pool: Pool, batches: Batches, key: SubjectKey
):
    await batches.handle(REFUSED, [from_kafka(0, "k")])
    await pool.execute("update dead_letter set state = 'replaying'")
    mended = record_of(fit_note(people(1)[0], FIRST_DAY, 7, BACK_PAIN), 0, key, "k")
    assert await Batches(pool, EventWriter(key)).handle(WHERE, [mended]) == 1
    assert await outcomes(pool) == {"k": "accepted"}
    assert await pool.fetchval("select state from dead_letter") == "resolved"
