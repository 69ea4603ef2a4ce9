"""What the tests of the answer pages are made of: a door with pages, people who come to it, and what they leave."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import lxml.html
from door_parts import Door, open_door, records, settle, structured
from given_events import BACK_PAIN, people

from schemas.codes import PAGES
from schemas.identifiers import SubjectKey
from schemas.topics import EVENTS
from services.answer_links import AnswerLinks, PageKeys
from services.demo.messages import Event, Patient, fit_note, pain_discharge
from services.ingest.pages import Pages
from services.ingest.pages.limits import Limits
from services.ingest.pages.sending import CodeFolder
from services.ingest.pages.texts import read_texts
from services.ledger.journeys import journey_json, load_journeys

if TYPE_CHECKING:
    from services.domain.journey import Journey
    from services.ledger.database import Pool

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
ADDRESS = "http://door.example"
KEYS = PageKeys((("test", b"a key of the tests, never a secret"),))
ASTER = Patient("aster", people(1)[0].nhs_number, "Aster", "Testback", date(1979, 5, 17))
#: What a clinician writes below every answer.
CLINICIAN = {"name": "Dr Example Onetest", "role": "GP"}
AGREED = {
    "answer": "refer", "agreed_by": "person", "agreed_how": "spoken", "agreed_on-day": "6", "agreed_on-month": "3",
    "agreed_on-year": "2026", "items": ["contact", "work-plan"], "wish": "keen", "wish_by": "person",
}  # fmt: skip
WORKER = {"name": "Gorse Testworker", "role": "Employment specialist"}


@dataclass
class Standing:
    """A clock that stands where a test puts it."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


@dataclass
class Desk:
    """A door with answer pages, its ledger, and the folder where codes go."""

    door: Door
    pool: Pool
    key: SubjectKey
    clock: Standing
    folder: Path
    links: AnswerLinks = field(default_factory=lambda: AnswerLinks(ADDRESS, KEYS))

    def visitor(self) -> Visitor:
        """Somebody with a browser of their own."""
        transport = httpx2.ASGITransport(self.door.app)
        return Visitor(self, httpx2.AsyncClient(transport=transport, base_url=ADDRESS))

    def codes(self) -> list[str]:
        """The codes that were sent, the newest last."""
        return [json.loads(path.read_text())["code"] for path in self._sent()]

    def _sent(self) -> list[Path]:
        return sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)

    async def tell(self, *events: Event) -> None:
        """Publishers tell something, and the rooms work on it."""
        for event in events:
            answer = await self.door.post(event, structured)
            assert answer.status_code == 202, answer.text
        await self.settle()

    async def settle(self) -> None:
        """The rooms work on what stands on the topics."""
        await settle(self.door.broker, self.pool, self.key)

    async def prompted(self) -> str:
        """The path of the link to a prompt about Aster, who has chronic pain and is out of work."""
        await self.tell(fit_note(ASTER, DAY, 14, BACK_PAIN, work="in-work"))
        await self.tell(pain_discharge(ASTER, DAY + timedelta(days=3), work="out-of-work"))
        return await self.link("ips-referral-prompted-1")

    async def link(self, kind: str) -> str:
        """The path of the link to the last output of a type."""
        output = await self.pool.fetchval(
            "select output_id from outbox where type = $1 order by sequence desc limit 1", kind
        )
        assert output is not None
        return self.links.of(uuid.UUID(str(output))).removeprefix(ADDRESS)

    async def journey(self) -> Journey:
        """Aster's journey."""
        async with self.pool.acquire() as connection:
            (journey,) = (
                await load_journeys(connection, [await connection.fetchval("select subject from journey")])
            ).values()
        return journey

    async def keep(self, journey: Journey) -> None:
        """Aster's journey is another one: what a test cannot tell by an event."""
        await self.pool.execute(
            "update journey set state = $2::text::json where subject = $1",
            journey.subject,
            journey_json(journey).decode(),
        )

    async def made(self) -> list[dict[str, Any]]:
        """The payloads of the events that the pages made."""
        return [
            json.loads(record.value)
            for record in await records(self.door.broker, EVENTS)
            if dict(record.headers)["ce_source"].decode() == PAGES
        ]


@dataclass
class Visitor:
    """Somebody at the pages, with their cookies and the page before them."""

    desk: Desk
    client: httpx2.AsyncClient
    page: httpx2.Response | None = None

    async def go(self, path: str, method: str = "GET") -> httpx2.Response:
        """Open an address, and follow where it leads."""
        self.page = await self.client.request(method, path, follow_redirects=True)
        return self.page

    async def send(self, fields: dict[str, Any] | None = None, *, form: int = 0) -> httpx2.Response:
        """Send a form of the page, with these fields beside those that stand in it."""
        assert self.page is not None
        found = lxml.html.fromstring(self.page.text).forms[form]
        data = {**dict(found.form_values()), **(fields or {})}
        return await self.post(found.action, data)

    async def post(self, path: str, data: dict[str, Any]) -> httpx2.Response:
        """Send fields to an address, and follow where it leads."""
        self.page = await self.client.post(path, data=data, follow_redirects=True)
        return self.page

    async def enter(self, link: str) -> httpx2.Response:
        """Open a link, ask for a code and give it."""
        await self.go(link)
        await self.send()
        return await self.send({"code": self.desk.codes()[-1]})


@asynccontextmanager
async def open_desk(
    broker: str, pool: Pool | None, key: SubjectKey, folder: Path, *, limits: Limits | None = None, **door: Any
) -> AsyncIterator[Desk]:
    """A door with pages as the room puts it together, without a socket."""
    clock = Standing()
    links = AnswerLinks(ADDRESS, KEYS)

    def beside(acceptor: Any, inbox: Any) -> Any:
        return Pages(
            links=links, inbox=inbox, acceptor=acceptor, sender=CodeFolder(folder), clock=clock, texts=read_texts(),
            most_at_once=8, body_seconds=5.0, limits=limits or Limits(burst=1000),
        ).routes()  # fmt: skip

    async with open_door(broker, key, pool, clock=clock, beside=beside, **door) as opened:
        yield Desk(opened, pool, key, clock, folder)  # type: ignore[arg-type]  # a test without a ledger asks it nothing


def heading(page: httpx2.Response) -> str:
    """What a page is called."""
    return str(lxml.html.fromstring(page.text).findtext(".//h1"))


def errors(page: httpx2.Response) -> list[str]:
    """What a page says is wrong, in its summary."""
    return [
        found.text_content().strip() for found in lxml.html.fromstring(page.text).cssselect(".nhsuk-error-summary li")
    ]


def names_somebody(text: str) -> bool:
    """Whether a text holds what is known of Aster, or of the organisations."""
    number = r"[ -]?".join(ASTER.nhs_number)
    return bool(re.search(f"{ASTER.family}|{ASTER.given}|{number}|Surgery|Pain Service", text))
