"""A broker that asks who one is, by TLS and SASL: every client of every room gets in, and nobody else does."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from aiokafka.errors import KafkaError
from kafka_process import Kafka, running_kafka
from kafka_rooms import running_rooms
from kafka_waiting import until

from schemas.topics import CARE_PACKAGES, INBOUND
from services.broker import cluster_id, make_producer
from services.broker_security import Broker
from services.log_reader import LogReader
from services.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
USER, PASSWORD = "fitpath", "a-password-of-the-tests"
NOTE = Path(__file__).parents[2] / "schemas" / "examples" / "fit-note-issued-1" / "chronic-back-pain.valid.json"
GP = "https://gp-practice.example/fit-notes"
REGISTRY = f'[source."{GP}"]\ntypes = ["fit-note-issued-1"]\ninbound = "gp-practice"\n'


async def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that vouches for itself: what clients believe, and what the broker shows."""
    believed, key, shown = folder / "believed.pem", folder / "key.pem", folder / "shown.pem"
    made = await asyncio.create_subprocess_exec(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(believed),
        "-days", "2", "-subj", "/CN=kafka.example", "-addext", "subjectAltName=IP:127.0.0.1",
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await made.wait() == 0
    shown.write_bytes(key.read_bytes() + believed.read_bytes())
    return believed, shown


@pytest.fixture
def known(tmp_path: Path) -> dict[str, Any]:
    """Settings that say who Fitpath is."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    return {"broker_sasl_mechanism": "PLAIN", "broker_username": USER, "broker_password_file": password}


@pytest_asyncio.fixture
async def secured(tmp_path: Path, known: dict[str, Any]) -> AsyncIterator[tuple[Kafka, dict[str, Any]]]:
    """A node that lets in by TLS and SASL, and the settings that it asks for."""
    login = tmp_path / "login"
    login.write_text(f"{USER}:{PASSWORD}\n")
    believed, shown = await make_certificate(tmp_path)
    async with running_kafka(1, "--login", str(login), "--certificate", str(shown)) as kafka:
        yield kafka, {**known, "broker_security_protocol": "SASL_SSL", "broker_ca_file": believed}


async def test_an_event_walks_through_every_room_by_tls_and_sasl(
    secured: tuple[Kafka, dict[str, Any]], empty_database: str, tmp_path: Path
) -> None:
    kafka, access = secured
    registry = tmp_path / "sources.toml"
    registry.write_text(REGISTRY)
    more = {**access, "sources_file": registry, "trust_broker_acl": False}
    sent = {**json.loads(NOTE.read_text()), "source": GP}
    async with running_rooms(empty_database, kafka.bootstrap, tmp_path / "rooms", more=more) as rooms:
        broker = Broker.of(rooms.settings)
        async with httpx2.AsyncClient(base_url=rooms.door) as client:
            body = json.dumps({**sent, "id": str(uuid.uuid4())}).encode()
            headers = {"content-type": "application/cloudevents+json"}
            assert (await client.post("/events", content=body, headers=headers)).status_code == 202
        async with make_producer(broker, embedded=False) as producer:
            body = json.dumps({**sent, "id": str(uuid.uuid4())}).encode()
            named = [("content-type", b"application/cloudevents+json")]
            await producer.send_and_wait(f"{INBOUND}.gp-practice", body, headers=named)
        connection = await asyncpg.connect(empty_database)
        try:

            async def both_are_rows() -> bool:
                return await connection.fetchval("select count(*) from inbox") == 2

            await until(both_are_rows)
        finally:
            await connection.close()
        async with LogReader(broker) as reader:

            async def is_published() -> bool:
                found = [await reader.bounds(CARE_PACKAGES, part) for part in await reader.partitions(CARE_PACKAGES)]
                return any(end > first for first, end in found)

            await until(is_published)
        assert rooms.ended_by_themselves == []


async def test_nobody_gets_in_without_the_password_or_by_another_certificate_and_with_both_one_does(
    secured: tuple[Kafka, dict[str, Any]], tmp_path: Path
) -> None:
    kafka, access = secured
    wrong = tmp_path / "wrong"
    wrong.write_text("guessed")
    other = tmp_path / "other"
    other.mkdir()
    stranger, _ = await make_certificate(other)
    for changes in (
        {"broker_password_file": wrong},
        {"broker_username": "somebody"},
        {"broker_security_protocol": "SASL_PLAINTEXT"},
        {"broker_security_protocol": "PLAINTEXT"},
        {"broker_ca_file": stranger},
        {"broker_ca_file": None},
    ):
        settings = Settings(broker_url=kafka.bootstrap, **{**access, **changes})
        with pytest.raises(KafkaError):
            await cluster_id(Broker.of(settings))
    assert await cluster_id(Broker.of(Settings(broker_url=kafka.bootstrap, **access)))


async def test_on_this_machine_one_may_log_in_without_tls(tmp_path: Path, known: dict[str, Any]) -> None:
    login = tmp_path / "login"
    login.write_text(f"{USER}:{PASSWORD}\n")
    async with running_kafka(1, "--login", str(login)) as kafka:
        settings = Settings(broker_url=kafka.bootstrap, broker_security_protocol="SASL_PLAINTEXT", **known)
        assert await cluster_id(Broker.of(settings))
        with pytest.raises(KafkaError):
            await cluster_id(kafka.bootstrap)
