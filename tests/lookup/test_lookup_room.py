"""A signal freezes, the question goes out, the register answers when it can, and the answer lifts: over real rooms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from given_events import line_of, people, reference
from own_events import published, relaying, work_off

from schemas.codes import NHS_NUMBER
from schemas.identifiers import ArrivalId, NhsNumber
from services.broker import make_producer
from services.clock import MachineClock
from services.demo.messages import fit_note
from services.domain.stopping import frozen
from services.ingest.accept import Acceptor
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.ingest.structured import read_structured
from services.ledger.journeys import load_journeys
from services.lookup.folder import FolderRegister
from services.lookup.register import Answer, RegisterAway
from services.lookup.room import LookupRoom
from services.replay.verify import verify

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey, SubjectReference
    from services.demo.messages import Event, Patient
    from services.domain.journey import Journey
    from services.ledger.database import Pool


class Asked(FolderRegister):
    """A folder that tells when it was asked in vain."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.in_vain = asyncio.Event()

    async def ask(self, number: NhsNumber) -> Answer:
        try:
            return await super().ask(number)
        except RegisterAway:
            self.in_vain.set()
            raise


def signal(person: Patient, kind: str = "pds-death-notification-2") -> Event:
    """A signal as MNS publishes it: an envelope alone."""
    return {
        "specversion": "1.0", "id": f"signal-{person.nhs_number[-4:]}", "source": "urn:example:mns",
        "type": kind, "time": "2026-03-03T09:00:00Z", "subject": person.nhs_number,
        "dataref": f"https://register.example/Patient/{person.nhs_number}",
    }  # fmt: skip


def put(folder: Path, person: Patient) -> None:
    record = {"resourceType": "Patient", "identifier": [{"system": NHS_NUMBER, "value": person.nhs_number}]}
    (folder / f"{person.nhs_number}.json").write_text(json.dumps(record))


async def take(acceptor: Acceptor, *events: Event) -> None:
    for event in events:
        answer = await acceptor.accept(read_structured(line_of(event), ArrivalId(str(event["id"]))))
        assert answer.outcome == "accepted", answer


async def journey_of(pool: Pool, subject: SubjectReference) -> Journey:
    async with pool.acquire() as connection:
        return (await load_journeys(connection, [subject]))[subject]


@asynccontextmanager
async def accepting(broker: str, pool: Pool, key: SubjectKey) -> AsyncIterator[Acceptor]:
    async with make_producer(broker, embedded=True) as producer:
        yield Acceptor(producer, Inbox(pool), Memory(), MachineClock(), key, "http")


@asynccontextmanager
async def looking_up(register: FolderRegister, acceptor: Acceptor, broker: str) -> AsyncIterator[None]:
    room = asyncio.create_task(LookupRoom(register, acceptor, broker, MachineClock()).run(asyncio.Event()))
    try:
        yield
    finally:
        room.cancel()
        await asyncio.gather(room, return_exceptions=True)


async def lifted(pool: Pool, broker: str, key: SubjectKey, subject: SubjectReference) -> None:
    """Work off what comes until the journey goes on."""
    async with asyncio.timeout(60):
        while frozen(await journey_of(pool, subject)):
            await work_off(pool, broker, key)


async def outputs(pool: Pool, subject: SubjectReference) -> list[str]:
    rows = await pool.fetch("select type from outbox where subject = $1 order by sequence", subject)
    return [row["type"] for row in rows if row["type"] != "decision-recorded-1"]


async def test_the_register_is_away_at_first_and_nothing_goes_out_until_it_has_answered(
    broker: str, database: str, pool: Pool, key: SubjectKey, tmp_path: Path
):
    (person,), folder = people(1), tmp_path / "register"
    subject, register = reference(person, key), Asked(folder)
    note = fit_note(person, MachineClock().now().date(), 35, "278860009", work="in-work")
    async with accepting(broker, pool, key) as acceptor, relaying(pool, broker):
        await take(acceptor, signal(person), note)
        await work_off(pool, broker, key)
        await published(pool)
        async with looking_up(register, acceptor, broker):
            async with asyncio.timeout(60):
                await register.in_vain.wait()
            await work_off(pool, broker, key)
            assert frozen(await journey_of(pool, subject))
            assert await outputs(pool, subject) == ["lookup-requested-1"]
            folder.mkdir()
            put(folder, person)
            await lifted(pool, broker, key, subject)
        await published(pool)

    assert "ips-referral-prompted-1" in await outputs(pool, subject)
    assert (await journey_of(pool, subject)).put_off == ()
    report = await verify(database, broker, "test")
    assert (report.differences, report.waiting) == ([], 0)


async def test_one_that_cannot_be_answered_holds_up_no_other_and_is_answered_once_it_is_mended(
    broker: str, database: str, pool: Pool, key: SubjectKey, tmp_path: Path
):
    broken, other = people(2)
    register = Asked(tmp_path)
    (tmp_path / f"{broken.nhs_number}.json").write_text("no JSON")
    put(tmp_path, other)
    async with accepting(broker, pool, key) as acceptor, relaying(pool, broker):
        await take(acceptor, signal(broken), signal(other))
        await work_off(pool, broker, key)
        await published(pool)
        async with looking_up(register, acceptor, broker):
            await lifted(pool, broker, key, reference(other, key))
            async with asyncio.timeout(60):
                await register.in_vain.wait()
            assert frozen(await journey_of(pool, reference(broken, key)))
            put(tmp_path, broken)
            await lifted(pool, broker, key, reference(broken, key))
        await published(pool)

    assert await pool.fetchval("select count(*) from inbox where type = 'lookup-answered-1'") == 2
    report = await verify(database, broker, "test")
    assert (report.differences, report.waiting) == ([], 0)
