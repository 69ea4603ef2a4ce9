"""What is on the topics is taken in once, in each person's order, and waits where it must."""

from __future__ import annotations

import uuid

from delivery_parts import ASKED, Person, files

from schemas.codes import SOURCE
from schemas.envelope import as_headers
from schemas.topics import PROMPTS
from services.delivery.folder import FolderSink


async def test_a_journey_that_is_behind_is_waited_for_and_others_are_not_held_up(house, folder):
    """A ledger that was put back does not know yet what may have overtaken an output."""
    first, other = Person(house, 0), Person(house, 1)
    await first.is_prompted()
    await first.is_invited()
    await other.is_prompted()
    await house.publish()
    row = await house.pool.fetchrow(
        "select version, hold, state::text state from journey where subject = $1", first.subject
    )
    await house.pool.execute("delete from journey where subject = $1", first.subject)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs_of(other))
        await house.waits_for("ledger-behind")
        assert (await house.receipts()).keys().isdisjoint(await house.outputs_of(first))
        await house.pool.execute(
            "insert into journey (subject, version, hold, state) values ($1, $2, $3, $4::json)",
            first.subject, row["version"], row["hold"], row["state"],
        )  # fmt: skip
        await house.has_receipts(*await house.outputs_of(first))


async def test_a_frozen_journey_is_waited_for_without_a_receipt_and_others_are_not_held_up(house, folder):
    frozen, other = Person(house, 0), Person(house, 1)
    for person in (frozen, other):
        await person.is_prompted()
    await house.publish()
    await house.suspend(frozen)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs_of(other))
        await house.waits_for("frozen")
        assert files(folder).keys() == set(await house.outputs_of(other))
        await house.suspend(frozen, lifted=True)
        await house.has_receipts(*await house.outputs_of(frozen))
    assert files(folder).keys() == set(await house.outputs(PROMPTS))


async def test_the_outputs_of_a_person_go_in_their_order(house, folder):
    person = Person(house)
    await person.is_prompted()
    await house.publish()
    order = []
    sink = FolderSink(folder)
    hand_over = sink.hand_over

    async def noting(parcel, may_go):
        order.append(parcel.id)
        return await hand_over(parcel, may_go)

    sink.hand_over = noting  # type: ignore[method-assign]
    async with house.delivering(archive=sink):
        await house.has_receipts(*await house.outputs(PROMPTS))
        await person.agrees()
        await house.publish()
        outputs = await house.outputs(*ASKED)
        await house.has_receipts(*outputs)
    assert order == outputs
    assert files(folder).keys() == set(outputs)


async def test_records_that_are_no_outputs_are_left_where_they_are_and_stop_nothing(house, folder):
    named = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": SOURCE, "subject": "s-" + "0" * 32}
    strange = [
        [],
        as_headers({**named, "id": "no-uuid", "sequence": "0" * 12}, "text/plain"),
        as_headers({**named, "sequence": "9" * 40}, "text/plain"),
        as_headers({**named, "source": "urn:other", "sequence": "0" * 12}, "text/plain"),
        as_headers({**named, "sequence": "0" * 12}, "text/plain"),  # of the right shape, and in no outbox
    ]
    for headers in strange:
        await house.producer.send_and_wait(PROMPTS, value=b"{}", headers=headers, partition=0)
    await Person(house).is_prompted()
    await house.publish()
    outputs = await house.outputs(PROMPTS)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*outputs)
    assert files(folder).keys() == set(outputs)


async def test_what_was_taken_in_before_is_not_carried_again_when_its_topic_is_read_anew(house, folder):
    await Person(house).is_prompted()
    await house.publish()
    outputs = await house.outputs(PROMPTS)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*outputs)
    told = await house.on_topic()
    for file in folder.iterdir():
        file.unlink()
    await house.republish(PROMPTS)
    await Person(house, 1).is_prompted()
    await house.publish()
    (later,) = set(await house.outputs(PROMPTS)) - set(outputs)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(later)
    assert files(folder).keys() == {later}
    assert await house.on_topic() == told + 1


async def test_what_an_embedded_broker_forgot_is_taken_from_the_ledger(house, folder):
    """Published, not taken in, and gone with the broker: the next one begins empty and nothing is published twice."""
    await Person(house).is_prompted()
    await house.publish()
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
    await house.pool.execute("update destination set begun = '2020-01-01'")  # the people of these tests lived before
    await Person(house, 1).is_prompted()
    await house.publish()
    async with house.another_broker(), house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
    assert files(folder).keys() == set(await house.outputs(PROMPTS))
