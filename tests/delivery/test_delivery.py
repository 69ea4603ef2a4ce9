"""Outputs are carried to a folder: each once, whole, with a receipt."""

from __future__ import annotations

import json

from delivery_parts import ASKED, HeldOpen, Person, files, until

from schemas.codes import SOURCE
from schemas.topics import PROMPTS, REFERRALS
from services.delivery.folder import FolderSink


async def test_each_output_of_a_destinations_topics_is_a_file_and_has_a_receipt(house, folder):
    person = Person(house)
    await person.is_prompted()
    await person.agrees()
    await house.publish()
    (prompt,) = await house.outputs(PROMPTS)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(*ASKED))
    receipts = await house.receipts()
    went = {output for output, said in receipts.items() if said == "delivered"}
    assert receipts.pop(prompt) == "recalled answered"  # its answer was there before it could go
    assert went == receipts.keys() == files(folder).keys()
    assert await house.pool.fetchval("select count(*) from delivery") == 0


async def test_a_file_is_the_cloudevent_as_it_stands_on_its_topic(house, folder):
    await Person(house).is_prompted()
    await house.publish()
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
    ((output, event),) = files(folder).items()
    row = await house.pool.fetchrow("select * from outbox where output_id = $1::uuid", output)
    assert (event["id"], event["source"], event["type"]) == (output, SOURCE, "ips-referral-prompted-1")
    assert (event["subject"], event["sequence"]) == (row["subject"], f"{row['sequence']:012d}")
    assert event["datacontenttype"] == "application/fhir+json"
    assert event["data"] == json.loads(row["data"])
    assert (folder / f"{output}.json").stat().st_mode & 0o007 == 0


async def test_what_waits_while_the_person_says_no_is_recalled_and_nothing_is_written(house, folder):
    """The disk is held open in the midst of writing the first of the outputs; the no comes while they all wait."""
    person = Person(house)
    await person.is_prompted()
    await person.agrees()
    await house.publish()
    sink = HeldOpen(folder)
    async with house.delivering(archive=sink):
        await house.reached(sink)
        outputs = await house.outputs(*ASKED)
        await person.says_no()
        sink.let_go.set()
        await house.has_receipts(*outputs)
    assert set((await house.receipts()).values()) == {"recalled answered", "recalled wish"}
    assert list(folder.iterdir()) == []


async def test_the_end_of_a_prompt_that_was_held_back_is_held_back_too(house, folder):
    """Who was never asked about somebody does not learn of them by being told that they need not answer."""
    await Person(house).is_prompted()
    await house.publish()
    folder.rmdir()
    async with house.delivering(archive=FolderSink(folder)):
        await until(lambda: is_failing(house))
        await house.time_passes(days=40)
        await house.publish()
        folder.mkdir()
        prompt, ended = await house.outputs(PROMPTS)
        await house.has_receipts(prompt, ended)
    assert await house.receipts() == {prompt: "recalled lapsed", ended: "recalled not-sent"}
    assert files(folder) == {}


async def test_the_end_of_a_prompt_that_was_sent_is_sent(house, folder):
    await Person(house).is_prompted()
    await house.publish()
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
        await house.time_passes(days=40)
        await house.publish()
        prompt, ended = await house.outputs(PROMPTS)
        await house.has_receipts(prompt, ended)
    assert await house.receipts() == {prompt: "delivered", ended: "delivered"}
    assert files(folder)[ended]["data"]["status"] == "cancelled"


async def is_failing(house):
    return await house.failing() is not None


async def test_a_referral_that_was_held_back_is_not_cancelled_with_a_provider_who_never_had_it(house, folder):
    person = Person(house)
    await person.is_prompted()
    await person.agrees()
    await house.publish()
    folder.rmdir()
    async with house.delivering(archive=FolderSink(folder)):
        await until(lambda: is_failing(house))
        await person.says_no()
        await house.publish()
        folder.mkdir()
        await house.has_receipts(*await house.outputs(*ASKED))
    became = await house.receipts()
    assert {became[output] for output in await house.outputs(REFERRALS)} == {"recalled wish", "recalled not-sent"}
    assert files(folder) == {}
