"""The demo: everything from nothing, on an embedded broker and database that are gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer

from schemas.envelope import to_text
from schemas.identifiers import NhsNumber
from schemas.topics import INBOUND
from services.broker import make_producer
from services.demo.actors import play
from services.demo.messages import Event
from services.demo.samples import public_samples
from services.demo.stories import Told, all_stories, broken_event
from services.deployment import read_subject_key
from services.journeys import Story, all_subjects, read_story
from services.ledger.policies import policy_in_force
from services.ledger.status import counts
from services.publishing import STRUCTURED, Message, publish_all
from services.replay.differences import Report
from services.replay.verify import verify
from services.settings import Settings
from services.up.drain import drained
from services.up.run import Up, running

_WITHIN_SECONDS = 90.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What happened. ``journeys`` are the stories with their titles, in the order in which they were told."""

    published: int
    counts: dict[str, int]
    report: Report
    journeys: list[tuple[str, Story]]

    def told(self) -> dict[str, object]:
        """The line of `demo --json`."""
        names = ("accepted", "duplicate", "rejected", "prompts", "referrals", "patient_information", "care_packages",
                 "feedback", "holds", "dead_letters", "journeys")  # fmt: skip
        told: dict[str, object] = {"published": self.published}
        return {**told, **{name: self.counts[name] for name in names}, "verified": self.report.verified}


class NotWorkedOff(Exception):  # noqa: N818 - named after what is wrong
    """The rooms did not work off what was published in time."""


async def run_demo(settings: Settings, say: Say) -> Result:
    """Run it. Raises NotWorkedOff, ActorsSilent, DoorAway and what `running` raises."""
    with _own_home() as home:
        own = Settings(home=home, database_url=None, broker_url=None, log_level=settings.log_level)  # type: ignore[call-arg]
        async with running(own, say) as up:
            return await _tell(up, say)


async def _tell(up: Up, say: Say) -> Result:
    today = datetime.now(UTC).date()
    stories = all_stories(today)
    connection = await asyncpg.connect(up.database)
    producer = make_producer(up.broker, embedded=True)
    await producer.start()
    try:
        provider = (await policy_in_force(connection)).provider
        stage = _Stage(up.door, producer)
        say(f"publishing the stories of {len(stories)} synthetic people, a broken message and a broken record")
        for told in stories:
            await stage.inbound(told.on_inbound)
        if not await drained(up.database, up.broker, up.generation, inbound=True, within=_WITHIN_SECONDS):
            raise NotWorkedOff("what came by Kafka was not worked off in time")
        for told in stories:
            await stage.send(list(told.events))
        await stage.send([stories[0].events[0], broken_event(today)])  # a duplicate, and one that is not valid
        await stage.broken_record()
        samples = public_samples(to_text(datetime.now(UTC) - timedelta(days=1)))
        await stage.post([Message(item.name, item.body, item.headers) for item in samples])
        say(f"{len(samples)} messages of public samples" if samples else "no public samples here: left out")
        say("the clinician and the IPS provider answer")
        people = {told.patient.nhs_number: told for told in stories}
        await play(up.broker, people, (provider.ods, provider.name), stage.send, _WITHIN_SECONDS)
        if not await drained(up.database, up.broker, up.generation, inbound=True, within=_WITHIN_SECONDS):
            raise NotWorkedOff("the rooms did not work off everything in time")
        say("verifying: the ledger against the pure core, the topics against the ledger")
        report = await verify(up.database, up.broker, up.generation)
        return Result(stage.published, await counts(connection), report, await _journeys(connection, up, stories))
    finally:
        await producer.stop()
        await connection.close()


class _Stage:
    """Both doors, and how much went through them."""

    def __init__(self, door: str, producer: AIOKafkaProducer) -> None:
        self._door = door
        self._producer = producer
        self.published = 0

    async def send(self, events: list[Event]) -> None:
        await self.post([Message(event["type"], _body(event), {"content-type": STRUCTURED}) for event in events])

    async def post(self, messages: list[Message]) -> None:
        self.published += len(await publish_all(self._door, messages))

    async def inbound(self, events: tuple[Event, ...]) -> None:
        for event in events:
            await self._record(_body(event), [("content-type", STRUCTURED.encode())])

    async def broken_record(self) -> None:
        await self._record(b"\xff not an event", [])

    async def _record(self, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        await self._producer.send_and_wait(INBOUND, value=value, headers=headers)
        self.published += 1


def _body(event: Event) -> bytes:
    return msgspec.json.encode(event)


async def _journeys(
    connection: asyncpg.Connection[asyncpg.Record], up: Up, stories: list[Told]
) -> list[tuple[str, Story]]:
    key = read_subject_key(Path(up.env["FITPATH_SUBJECT_KEY_FILE"]))
    titles = {key.reference(NhsNumber.parse(told.patient.nhs_number)): told.title for told in stories}
    others = [subject for subject in await all_subjects(connection) if subject not in titles]
    found = []
    for subject, title in [*titles.items(), *((subject, "A public sample") for subject in others)]:
        story = await read_story(connection, subject)
        if story is not None:
            found.append((title, story))
    return found


@contextmanager
def _own_home() -> Iterator[Path]:
    """A home that is gone afterwards, where its path has no space and no private folder is opened."""
    folder = Path(tempfile.mkdtemp(prefix="fitpath-demo-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
