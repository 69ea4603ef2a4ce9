"""A destination that takes nothing: the others go on, the reason is told, nothing is lost, it comes back by itself."""

from __future__ import annotations

import pytest
from delivery_parts import ASKED, HeldOpen, Person, files, until

from schemas.topics import PROMPTS
from services.delivery.folder import FolderSink
from services.delivery.sink import Reject


async def test_a_folder_that_is_away_is_waited_for_while_others_get_theirs(house, folder, tmp_path):
    away = tmp_path / "not-mounted"
    people = [Person(house, number) for number in range(3)]
    for person in people:
        await person.is_prompted()
    await house.publish()
    outputs = await house.outputs(*ASKED)
    async with house.delivering(archive=FolderSink(away), other=FolderSink(folder)):
        await until(lambda: is_failing(house, "archive"))
        await house.has_receipts(*outputs)
        assert files(folder).keys() == set(outputs)
        assert await house.failing("archive") == "the folder cannot be written (No such file or directory)"
        assert await house.failing("other") is None
        assert await house.pool.fetchval("select count(*) from receipt where destination = 'archive'") == 0
        away.mkdir()
        await until(lambda: has_all(house, "archive", outputs))
        assert files(away) == files(folder)
        assert await house.failing("archive") is None


async def test_what_is_overtaken_while_its_folder_is_away_is_not_written_when_it_is_back(house, folder):
    person = Person(house)
    await person.is_prompted()
    await house.publish()
    folder.rmdir()
    async with house.delivering(archive=FolderSink(folder)):
        await until(lambda: is_failing(house, "archive"))
        await person.says_no()
        folder.mkdir()
        await house.has_receipts(*await house.outputs(PROMPTS))
    assert set((await house.receipts()).values()) == {"recalled answered"}
    assert files(folder) == {}


async def test_a_disk_that_stands_still_holds_up_no_other_destination(house, folder, tmp_path):
    (still := tmp_path / "still").mkdir()
    await Person(house).is_prompted()
    await house.publish()
    sink = HeldOpen(still)
    async with house.delivering(still=sink, archive=FolderSink(folder)):
        await house.reached(sink)
        (prompt,) = await house.outputs(PROMPTS)
        await until(lambda: has_all(house, "archive", [prompt]))
        sink.let_go.set()
        await until(lambda: has_all(house, "still", [prompt]))
    assert files(still) == files(folder)


async def test_what_a_destination_refuses_for_good_is_given_up_and_its_persons_next_output_goes(house, folder):
    person = Person(house)
    await person.is_prompted()
    await house.publish()
    (prompt,) = await house.outputs(PROMPTS)
    async with house.delivering(archive=Refusing(folder, prompt)):
        await house.has_receipts(prompt)
        await person.is_invited()
        await house.publish()
        await house.has_receipts(*await house.outputs(*ASKED))
    receipts = await house.receipts()
    assert receipts.pop(prompt) == "gave-up too-large"
    assert set(receipts.values()) == {"delivered"}
    assert files(folder).keys() == receipts.keys()


async def test_a_fault_at_one_output_stops_neither_its_destination_nor_itself_for_ever(house, folder, monkeypatch):
    monkeypatch.setattr("services.delivery.sender._AFTER_A_FAULT", house.soon)
    ill, well = Person(house, 0), Person(house, 1)
    for person in (ill, well):
        await person.is_prompted()
    await house.publish()
    (first,) = await house.outputs_of(ill)
    (second,) = await house.outputs_of(well)
    sink = Faulty(folder, first)
    async with house.delivering(archive=sink):
        await house.has_receipts(second)
        await house.waits_for("fault")
        sink.mended = True
        await house.has_receipts(first)
    assert files(folder).keys() == {first, second}


class Refusing(FolderSink):
    """A destination that will never take one of the outputs."""

    def __init__(self, path, refused):
        super().__init__(path)
        self._refused = refused

    async def hand_over(self, parcel, may_go):
        if parcel.id == self._refused:
            raise Reject("too-large")
        return await super().hand_over(parcel, may_go)


class Faulty(FolderSink):
    """A sink with a fault that one of the outputs brings out, until it is mended."""

    def __init__(self, path, brings_it_out):
        super().__init__(path)
        self._brings_it_out = brings_it_out
        self.mended = False

    async def hand_over(self, parcel, may_go):
        if parcel.id == self._brings_it_out and not self.mended:
            raise ValueError
        return await super().hand_over(parcel, may_go)


async def is_failing(house, name):
    return await house.failing(name) is not None


async def has_all(house, name, outputs):
    await house.work_off()
    rows = await house.pool.fetch("select output_id::text id from receipt where destination = $1", name)
    return {row["id"] for row in rows} == set(outputs)


@pytest.mark.parametrize("number", [0, 1])
async def test_a_file_that_is_too_large_for_its_disk_is_given_up(house, folder, number, monkeypatch):
    """What the system calls too large is the output's own fault; another error is the folder's."""
    await Person(house, number).is_prompted()
    await house.publish()
    sink = FolderSink(folder)
    monkeypatch.setattr(sink, "_write_beside", TooLarge())
    async with house.delivering(archive=sink):
        await house.has_receipts(*await house.outputs(PROMPTS))
    assert set((await house.receipts()).values()) == {"gave-up too-large"}
    assert files(folder) == {}


class TooLarge:
    """A disk that has no room for files of this size."""

    def __call__(self, _parcel):
        raise OSError(27, "File too large")
