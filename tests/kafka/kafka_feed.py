"""A feed: the valid examples as they would come for some dozens of synthetic people, through the HTTP door."""

from __future__ import annotations

import asyncio
import json
import random
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import asyncpg
import httpx2
from confluent_kafka import Producer
from kafka_waiting import until

from schemas.codec import open_sealed
from schemas.identifiers import NhsNumber, SubjectKey
from schemas.topics import INBOUND
from services.domain.policy import parse_policy
from services.policy_files import default_policy_text

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
STORIES = (
    "fit-note-issued-1/chronic-back-pain",
    "fit-note-issued-1/ankle-sprain",
    "fit-note-issued-1/fibromyalgia-may-be-fit",
    "fit-note-issued-1/second-note-with-adjustments",
    "fit-note-issued-1/document-with-period",
    "job-centre-flagged-1/out-of-work-and-agreed",
    "job-centre-flagged-1/on-a-programme",
    "pain-clinic-discharged-1/consultant-discharge",
    "pain-clinic-discharged-1/nurse-led-episode",
)
_STRUCTURED = {"content-type": "application/cloudevents+json"}
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d")
_NUMBER = re.compile(r"\b9990\d{6}\b")
_TASK_OF_EXAMPLES = "0f4c8a54-6a57-5d0b-9c52-6a3f7a1d2b01"
_PROVIDER_OF_EXAMPLES = "Y99201"
_TAKEN_WITHIN_SECONDS = 120.0


@dataclass(frozen=True)
class Fed:
    """One event, as its publisher sends it, and the person whom it is about."""

    id: str
    number: str
    body: bytes


def nhs_numbers() -> Iterator[str]:
    """Numbers from 999 000 1000 upward with their check digits (modulus 11)."""
    for first_nine in range(999_000_100, 1_000_000_000):
        total = sum((10 - place) * int(digit) for place, digit in enumerate(str(first_nine)))
        check = (11 - total % 11) % 11
        if check != 10:
            yield f"{first_nine}{check}"


def feed(events: int, people: int, seed: int) -> list[Fed]:
    """So many events about so many people, in an order that the seed fixes."""
    chance = random.Random(seed)
    numbers = list(islice(nhs_numbers(), people))
    return [_told(chance.choice(STORIES), numbers[n % people], f"{seed}-{n}", chance) for n in range(events)]


async def answers_to_prompts(dsn: str, key: SubjectKey, people: int) -> list[Fed]:
    """An answer to each prompt that is there: refer, with the person's agreement to the provider of the policy."""
    provider = parse_policy(default_policy_text()).provider.ods
    numbers = {str(key.reference(NhsNumber.parse(number))): number for number in islice(nhs_numbers(), people)}
    connection = await asyncpg.connect(dsn)
    try:
        prompts = await connection.fetch("select subject, data from outbox where type = 'ips-referral-prompted-1'")
    finally:
        await connection.close()
    made = []
    for row in prompts:
        task = json.loads(open_sealed(row["subject"], row["data"]))["identifier"][0]["value"]
        told = _told("prompt-answered-1/refer-with-consent", numbers[row["subject"]], task, random.Random(task))
        body = told.body.decode().replace(_TASK_OF_EXAMPLES, task).replace(_PROVIDER_OF_EXAMPLES, provider)
        made.append(Fed(told.id, told.number, body.encode()))
    return made


def produce(broker: str, events: Sequence[Fed]) -> None:
    """Produce events to ``fitpath.inbound``, as a publisher with a Kafka client of its own does."""
    producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True})
    for event in events:
        producer.produce(INBOUND, event.body, headers=list(_STRUCTURED.items()))
    assert producer.flush(30) == 0


def _told(story: str, number: str, name: str, chance: random.Random) -> Fed:
    """The story, moved to some day of the last month, about this person, under an id of its own."""
    text = (EXAMPLES / f"{story}.valid.json").read_text(encoding="utf-8")
    event = json.loads(text)
    happened = datetime.now(UTC) - timedelta(days=chance.randrange(2, 28))
    moved = happened.date() - date.fromisoformat(event["time"][:10])
    event["data"] = json.loads(_NUMBER.sub(number, _DATE.sub(lambda found: _moved(found[0], moved), text)))["data"]
    event_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://feed.example/{story}/{name}"))
    event |= {"id": event_id, "time": happened.isoformat()}
    return Fed(event_id, number, json.dumps(event).encode())


def _moved(day: str, by: timedelta) -> str:
    return (date.fromisoformat(day) + by).isoformat()


async def publish(door: str, events: Sequence[Fed], at_once: int = 6) -> None:
    """Post every event until the door has taken it: after 503 or a cut line again, with the same id (EXACTNESS 3).

    What concerns one person is sent in order.
    """
    people = list(dict.fromkeys(event.number for event in events))
    async with httpx2.AsyncClient(base_url=door, timeout=20) as client, asyncio.TaskGroup() as group:
        for lane in range(at_once):
            mine = set(people[lane::at_once])
            group.create_task(_post(client, [event for event in events if event.number in mine]))


async def _post(client: httpx2.AsyncClient, events: Sequence[Fed]) -> None:
    for event in events:
        await until(partial(_taken, client, event), _TAKEN_WITHIN_SECONDS)


async def _taken(client: httpx2.AsyncClient, event: Fed) -> bool:
    try:
        response = await client.post("/events", content=event.body, headers=_STRUCTURED)
    except httpx2.TransportError:
        return False
    assert response.status_code in (200, 202, 429, 503), response.text
    return response.status_code in (200, 202)
