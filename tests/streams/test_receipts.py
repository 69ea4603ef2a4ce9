"""``fitpath.receipts`` become rows, each output once for each destination; what is no receipt is a dead letter."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from schemas.failures import Refused
from schemas.receipt import Receipt, read_receipt, write_receipt
from schemas.topics import RECEIPTS
from services.streams.batch import Batches, Halt
from services.streams.receipts import ReceiptWriter
from services.streams.record import Record
from services.streams.where import REPLAYED, Where

HERE = Where("test", RECEIPTS, 0)
SUBJECT = "s-" + "0" * 32
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def receipt(number: int = 0, outcome: str = "delivered", destination: str = "archive", **more) -> Receipt:
    return Receipt(str(uuid.UUID(int=number)), destination, SUBJECT, outcome, AT, **more)


def records(*receipts: Receipt | bytes, first: int = 0) -> list[Record]:
    values = [item if isinstance(item, bytes) else write_receipt(item) for item in receipts]
    return [Record(first + n, SUBJECT.encode(), (), value) for n, value in enumerate(values)]


async def rows(pool):
    found = await pool.fetch("select output_id, destination, outcome, reason from receipt order by 1, 2")
    return [(row["output_id"].int, row["destination"], row["outcome"], row["reason"]) for row in found]


async def listed(pool, number: int = 0, destination: str = "archive"):
    await pool.execute(
        "insert into delivery (destination, output_id, subject, sequence) values ($1, $2, $3, 1)",
        destination, uuid.UUID(int=number), SUBJECT,
    )  # fmt: skip


async def test_a_receipt_is_a_row_and_ends_its_delivery_and_no_other(pool):
    for number, destination in ((0, "archive"), (0, "other"), (1, "archive")):
        await listed(pool, number, destination)
    await Batches(pool, ReceiptWriter()).handle(HERE, records(receipt(0, "recalled", reason="answered")))
    assert await rows(pool) == [(0, "archive", "recalled", "answered")]
    assert await pool.fetchval("select count(*) from delivery") == 2


async def test_the_first_receipt_for_an_output_and_a_destination_holds(pool):
    batches = Batches(pool, ReceiptWriter())
    await batches.handle(HERE, records(receipt(0), receipt(0, "recalled"), receipt(0, "gave-up", "other")))
    await listed(pool)
    await batches.handle(HERE, records(receipt(0, "gave-up"), first=3))
    assert await rows(pool) == [(0, "archive", "delivered", None), (0, "other", "gave-up", None)]
    assert await pool.fetchval("select count(*) from delivery") == 0


async def test_a_record_that_is_no_receipt_is_a_dead_letter_between_good_ones(pool):
    batch = records(receipt(0), b"no receipt", receipt(1))
    batches = Batches(pool, ReceiptWriter())
    assert await batches.handle(HERE, batch) == 3
    assert [number for number, *_ in await rows(pool)] == [0, 1]
    letter = await pool.fetchrow("select arrival, stage, code, topic from dead_letter")
    assert tuple(letter) == (f"test:{RECEIPTS}:0:1", "receipts", "record-not-readable", RECEIPTS)
    assert await pool.fetchval("select count(*) from arrivals") == 0  # no door has read it
    await pool.execute("update dead_letter set state = 'replaying'")
    assert await batches.handle(HERE, batch) == 3  # read again, after a rebalance: all are rows


async def test_a_log_that_is_another_is_noticed(pool):
    batches = Batches(pool, ReceiptWriter())
    await batches.handle(HERE, records(receipt(0)))
    with pytest.raises(Halt):
        await batches.handle(HERE, records(receipt(1)))
    assert await batches.handle(HERE, records(receipt(0), receipt(1))) == 2


async def test_a_receipt_that_became_a_dead_letter_goes_through_when_it_is_sent_again(pool):
    batches = Batches(pool, ReceiptWriter())
    (record,) = records(receipt(0))
    async with pool.acquire() as connection, connection.transaction():
        await ReceiptWriter().write_dead(connection, HERE, record, "processing-failed")
        await connection.execute("update dead_letter set state = 'replaying'")
    again = record._replace(headers=((REPLAYED, f"test:{RECEIPTS}:0:0".encode()),))
    await batches.handle(HERE, [again])
    assert await rows(pool) == [(0, "archive", "delivered", None)]
    assert await pool.fetchval("select state from dead_letter") == "resolved"
    assert await pool.fetchval("select count(*) from arrivals") == 0


@pytest.mark.parametrize(
    "value",
    [
        b"", b"{}", b"[]", b"\xff",
        write_receipt(receipt()).replace(b"delivered", b"lost"),
        write_receipt(receipt()).replace(SUBJECT.encode(), b"9990000018"),
        write_receipt(receipt()).replace(b"archive", b"Jane Doe"),
        write_receipt(receipt(reason="answered")).replace(b"answered", b"the person said no"),
        write_receipt(receipt()).replace(b"00000000-0000", b"00000000_0000"),
    ],
)  # fmt: skip
def test_a_receipt_holds_codes_and_references_and_nothing_else(value):
    assert read_receipt(write_receipt(receipt()))[1] == SUBJECT
    with pytest.raises(Refused):
        read_receipt(value)
