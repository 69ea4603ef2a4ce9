"""What the tests of the doors are made of: events to send, a door with all its parts, what it left on the topics."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import re
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import uvicorn
from aiokafka import AIOKafkaProducer
from fhir.resources.R4B.operationoutcome import OperationOutcome
from lasting_port import lasting_port
from starlette.applications import Starlette
from starlette.routing import Route

from schemas.events import EVENT_TYPES
from schemas.identifiers import SubjectKey
from schemas.refusal import Refusal, read_refusal
from schemas.topics import EVENTS, REFUSALS
from services.broker import ensure_topics
from services.clock import Clock, MachineClock
from services.embedded.broker import RunningBroker, start_broker
from services.ingest.accept import Acceptor
from services.ingest.admission import Admission
from services.ingest.callers import Callers
from services.ingest.health import Health
from services.ingest.http import HttpDoor
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.log_reader import Found, LogReader
from services.sources import Sources
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.where import Where

if TYPE_CHECKING:
    from services.ledger.database import Pool

PARTITIONS = 2
FOLDER = Path(__file__).parents[2] / "schemas" / "examples"
FLAG = "job-centre-flagged-1/out-of-work-and-agreed.valid.json"
NOTE = "fit-note-issued-1/chronic-back-pain.valid.json"
EVENT_EXAMPLES = sorted(
    path.relative_to(FOLDER).as_posix() for name in EVENT_TYPES for path in (FOLDER / name).glob("*.valid.json")
)
#: The invalid examples and why each is refused.
STATED = {
    path: codes
    for path, codes in json.loads((FOLDER / "expected.json").read_text()).items()
    if path.partition("/")[0] in EVENT_TYPES
}
JSON, XML = "application/fhir+json", "application/fhir+xml"
STRUCTURED = "application/cloudevents+json"
_TEN_DIGITS = re.compile(r"\d{10}")


def event(path: str = FLAG, **changes: Any) -> dict[str, Any]:
    """An example as a CloudEvent with an id of its own."""
    return {**json.loads((FOLDER / path).read_text()), "id": str(uuid.uuid4()), **changes}


def another_body(of: dict[str, Any]) -> dict[str, Any]:
    """The same event under the same id with another body."""
    changed = copy.deepcopy(of)
    changed["data"]["language"] = "en-GB"
    return changed


def binary(of: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body in binary mode."""
    headers = {f"ce-{name}": str(value) for name, value in of.items() if name not in ("data", "datacontenttype")}
    return {"content-type": of.get("datacontenttype", JSON), **headers}, body_of(of)


def structured(of: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body in structured mode."""
    return {"content-type": STRUCTURED}, json.dumps(of, ensure_ascii=False).encode()


def body_of(of: dict[str, Any]) -> bytes:
    return json.dumps(of["data"], ensure_ascii=False).encode()


def message_of(of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The event as a FHIR message, without an envelope."""
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": "https://fitpath.example/fhir/CodeSystem/event-type", "code": of["type"]},
        "source": {"endpoint": of["source"]},
    }
    data = of["data"]
    entries = data["entry"] if data["resourceType"] == "Bundle" else [{"resource": data}]
    stated = {"id": of["id"], "type": "message", "timestamp": of["time"]}
    return {"resourceType": "Bundle", **stated, "entry": [{"resource": header}, *entries], **changes}


def sample(name: str) -> bytes:
    """A public sample from the folder that FITPATH_SHARED names, else beside the checkout. Missing: fails under CI."""
    path = Path(os.environ.get("FITPATH_SHARED", Path(__file__).parents[3] / "shared")) / "samples" / name
    if not path.is_file():
        reason = f"the public sample {name} is not here; set FITPATH_SHARED"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return path.read_bytes()


@dataclass(frozen=True)
class Door:
    """An HTTP door and what it stands on."""

    client: httpx2.AsyncClient
    app: Starlette
    acceptor: Acceptor
    inbox: Inbox
    memory: Memory
    producer: AIOKafkaProducer
    broker: str

    async def post(self, of: dict[str, Any], mode: Any = binary, **headers: str) -> httpx2.Response:
        """Send an event in a mode."""
        own, body = mode(of)
        return await self.client.post("/events", headers={**own, **headers}, content=body)

    async def process(self, message: dict[str, Any], **headers: str) -> httpx2.Response:
        """Send a FHIR message."""
        stated = {"content-type": JSON, **headers}
        return await self.client.post("/fhir/$process-message", headers=stated, content=json.dumps(message).encode())


@asynccontextmanager
async def open_door(
    broker: str,
    key: SubjectKey,
    pool: Pool | None = None,
    *,
    clock: Clock | None = None,
    callers: Callers | None = None,
    admission: Admission | None = None,
    largest_body: int = 1_048_576,
    most_at_once: int = 256,
    body_seconds: float = 30.0,
    broker_patience_ms: int = 15_000,
    largest_request: int = 8_388_608,
    beside: Callable[[Acceptor, Inbox], Sequence[Route]] | None = None,
) -> AsyncIterator[Door]:
    """A door as the room puts it together, without a socket. ``beside``: routes that stand on its parts."""
    producer = AIOKafkaProducer(
        bootstrap_servers=broker,
        acks="all",
        request_timeout_ms=broker_patience_ms,
        max_request_size=largest_request,
    )
    await producer.start()
    inbox, memory = Inbox(pool), Memory()
    acceptor = Acceptor(producer, inbox, memory, clock or MachineClock(), key, "http")
    app = HttpDoor(
        acceptor=acceptor,
        inbox=inbox,
        memory=memory,
        callers=callers or Callers(None),
        health=Health(producer, inbox),
        key=key,
        admission=admission or Admission.by(Sources(), largest_body, shared=True),
        most_at_once=most_at_once,
        body_seconds=body_seconds,
    ).app(beside(acceptor, inbox) if beside else ())
    transport = httpx2.ASGITransport(app)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://door.example") as client:
            yield Door(client, app, acceptor, inbox, memory, producer, broker)
    finally:
        await producer.stop()


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[tuple[str, int]]:
    """The door on a free loopback port, by the server that the room runs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # who comes before the server runs waits here
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listening]))  # serve() would take the test run's signals
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            await serving


class MortalBroker:
    """An embedded broker that can be stopped; its successor has its address and nothing of what it held."""

    def __init__(self, running: RunningBroker) -> None:
        self._running = running
        self.address = running.address

    @classmethod
    async def begin(cls) -> MortalBroker:
        """A broker with all topics."""
        running = await start_broker(lasting_port())
        await ensure_topics(running.address, PARTITIONS, 1)
        return cls(running)

    async def stop(self) -> None:
        """The broker is away, at once: a gentle stop would wait for its clients."""
        if self._running.process.returncode is None:
            self._running.process.kill()
            await self._running.wait()

    async def come_back(self) -> None:
        """The broker's successor is there."""
        successor = await start_broker(int(self.address.rpartition(":")[2]))
        await ensure_topics(successor.address, PARTITIONS, 1)
        self._running = successor
        assert successor.address == self.address


async def records(broker: str, topic: str) -> list[Found]:
    """All that stands on a topic."""
    async with LogReader(broker) as reader:
        partitions = await reader.partitions(topic)
        return [record for part in partitions async for batch in reader.read(topic, part) for record in batch]


async def refusals(broker: str) -> list[Refusal]:
    """What the doors refused, or answered as duplicates themselves."""
    return [read_refusal(record.headers) for record in await records(broker, REFUSALS)]


def attributes(record: Found) -> dict[str, str]:
    """The CloudEvents attributes of a record."""
    return {name[3:]: value.decode() for name, value in record.headers if name.startswith("ce_")}


def arrival_of(record: Found) -> str:
    """The arrival that left a record on one of the two topics."""
    return attributes(record).get("arrival") or read_refusal(record.headers).arrival


async def settle(broker: str, pool: Pool, key: SubjectKey, generation: str = "test") -> None:
    """Let the stream room make rows of all that the doors left on the topics."""
    for topic, writer in ((EVENTS, EventWriter(key)), (REFUSALS, RefusalWriter())):
        by_partition: dict[int, list[Record]] = {}
        for found in await records(broker, topic):
            record = Record(found.offset, found.key, found.headers, found.value)
            by_partition.setdefault(found.partition, []).append(record)
        for partition, batch in by_partition.items():
            await Batches(pool, writer).handle(Where(generation, topic, partition), batch)


def issues(response: httpx2.Response) -> set[tuple[str, str | None]]:
    """The problems of an OperationOutcome: code and place. It is valid FHIR and holds no NHS number."""
    assert response.headers["content-type"] == JSON
    OperationOutcome.model_validate_json(response.content)
    assert not _TEN_DIGITS.search(response.text)
    found = response.json()["issue"]
    return {(each["details"]["coding"][0]["code"], (each.get("expression") or [None])[0]) for each in found}


def codes(response: httpx2.Response) -> set[str]:
    """The codes of an OperationOutcome."""
    return {code for code, _ in issues(response)}
