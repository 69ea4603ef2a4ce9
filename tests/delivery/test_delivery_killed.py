"""The room is killed, or taken over by another one: an output goes once, and has one receipt."""

from __future__ import annotations

import os
import signal
from contextlib import AsyncExitStack

from delivery_parts import HeldOpen, Person, files, room_process, until

from schemas.topics import PROMPTS
from services.delivery.folder import FolderSink


async def test_killed_between_the_file_and_its_receipt_both_are_there_once(house, database, folder, tmp_path):
    """The broker stands still while the file is written, so that the receipt cannot be told before the kill."""
    async with house.another_broker() as broker:
        await Person(house).is_prompted()
        await house.publish()
        (prompt,) = await house.outputs(PROMPTS)
        folder.rmdir()
        with room_process(house, database, folder, tmp_path):
            await until(lambda: is_failing(house))  # it has taken in what there is
            os.kill(broker.process.pid, signal.SIGSTOP)
            folder.mkdir()
            file = folder / f"{prompt}.json"
            await until(lambda: is_there(file))
        os.kill(broker.process.pid, signal.SIGCONT)
        written = file.stat()
        assert await house.pool.fetchval("select count(*) from delivery") == 1
        with room_process(house, database, folder, tmp_path):
            await house.has_receipts(prompt)
        assert await house.receipts() == {prompt: "delivered"}
        assert files(folder).keys() == {prompt}
        after = file.stat()
        assert (after.st_ino, after.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
        assert await house.pool.fetchval("select count(*) from delivery") == 0


async def test_killed_in_the_midst_of_a_file_only_the_whole_one_is_ever_seen(house, folder):
    """What an earlier room left half-written is written anew, or goes where the output is recalled by then."""
    said_no, prompted = Person(house, 0), Person(house, 1)
    for person in (said_no, prompted):
        await person.is_prompted()
    await house.publish()
    for output in await house.outputs(PROMPTS):
        (folder / f".{output}.part").write_bytes(b'{"specversion": "1.')
    await said_no.says_no()
    (whole,) = await house.outputs_of(prompted)
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
    assert files(folder).keys() == {whole}


async def test_a_second_room_sends_nothing_until_the_first_is_gone(house, folder):
    await Person(house).is_prompted()
    await house.publish()
    (before,) = await house.outputs(PROMPTS)
    first, second = HeldOpen(folder), HeldOpen(folder)
    second.let_go.set()
    async with AsyncExitStack() as while_the_first_runs:
        await while_the_first_runs.enter_async_context(house.delivering(archive=first))
        await house.reached(first)
        async with house.delivering(archive=second):
            first.let_go.set()
            await house.has_receipts(before)
            assert not second.reached.is_set()
            await while_the_first_runs.aclose()
            await Person(house, 1).is_prompted()
            await house.publish()
            await house.has_receipts(*await house.outputs(PROMPTS))
    assert files(folder).keys() == set(await house.outputs(PROMPTS))
    assert await house.on_topic() == 2


async def test_a_room_that_lost_its_lock_in_the_midst_of_writing_sends_nothing(house, folder):
    """Its connection is cut while the disk takes its time: another room may send by now, so this one asks in vain."""
    await Person(house).is_prompted()
    await house.publish()
    (prompt,) = await house.outputs(PROMPTS)
    sink = HeldOpen(folder)
    async with house.delivering(archive=sink):
        await house.reached(sink)
        assert await house.pool.fetchval(
            "select pg_terminate_backend(pid) from pg_locks l join pg_database d on d.oid = l.database"
            " where locktype = 'advisory' and granted and datname = current_database()"
        )
        sink.reached.clear()
        sink.let_go.set()
        await house.reached(sink)  # the second attempt, by whoever holds the lock then
        await house.has_receipts(prompt)
    assert files(folder).keys() == {prompt}
    assert await house.on_topic() == 1


async def is_failing(house):
    return await house.failing() is not None


async def is_there(path):
    return path.exists()
