"""`doctor` on broker, topics, ledger, key and port: each is broken, the advice is followed, and it is well again."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import asyncpg
import pytest
from broker_admin import delete, make
from patient import Patient
from pydantic import SecretStr

from schemas.topics import EVENTS, PROMPTS, REFUSALS, RELAY
from services.bootstrap import prepare
from services.broker import ensure_topics
from services.doctor import examine_all
from services.embedded.broker import start_broker
from services.settings import Settings
from services.up.ports import free_port

POLICY = Path(__file__).parents[2] / "deploy" / "policy" / "default.toml"


async def test_in_a_deployment_in_which_nothing_is_wrong_everything_is_good(patient: Patient):
    findings = await examine_all(patient.settings)
    assert [finding.name for finding in findings if not finding.good] == []
    assert [finding.name for finding in findings] == [
        "broker", "broker access", "topics", "database", "database access", "database log", "policy", "subject key",
        "door", "door port", "sources", "partitions", "dead letters", "streams", "relay", "timers", "destinations",
    ]  # fmt: skip


async def test_a_broker_that_is_away_is_said_by_all_that_needs_it_and_is_well_when_it_is_started(patient: Patient):
    running = await start_broker(port=0)
    ill = patient.change(broker_url=running.address)
    await ensure_topics(running.address, 2, 1)
    await ill.is_well("broker", running.address)
    running.process.kill()
    await running.wait()
    found = await ill.is_ill("broker", "does not answer")
    assert "start it" in found.advice
    for name in ("topics", "streams"):
        assert (await ill.is_ill(name, "the broker is away")).advice == "see broker"
    await ill.is_well("database")

    again = await start_broker(port=int(running.address.rpartition(":")[2]))
    await ensure_topics(again.address, 2, 1)
    for name in ("broker", "topics", "streams"):
        await ill.is_well(name)
    await again.stop()


async def test_an_address_that_is_none_is_said_and_not_a_fault_of_the_doctor(patient: Patient):
    for address in ("localhost:port", "localhost", "127.0.0.1:9092,"):
        ill = patient.change(broker_url=address)
        assert (await ill.is_ill("broker", "cannot be asked as it is set")).advice == "see broker access"
        await ill.is_ill("broker access", "FITPATH_BROKER_URL must be host:port")
        await ill.is_ill("topics", "cannot be asked as it is set")
    await patient.change(broker_url="nowhere.invalid:9092", trust_broker_acl=True).is_ill("broker", "does not answer")


async def test_topics_that_are_missing_are_made_by_the_advice(patient: Patient):
    broker = str(patient.settings.broker_url)
    await delete(broker, PROMPTS, REFUSALS)
    await patient.follow(await patient.is_ill("topics", "2 are missing", PROMPTS, REFUSALS))
    await patient.is_well("topics", "2 partitions")


@pytest.mark.parametrize(
    ("topic", "partitions", "cleanup", "words"),
    [
        (REFUSALS, 1, "delete", f"{REFUSALS} has partitions 1, wanted 2"),
        (EVENTS, 2, "compact", f"{EVENTS} has cleanup policy compact, wanted delete"),
        (RELAY, 2, "delete", f"{RELAY} has cleanup policy delete, wanted compact"),
    ],
)
async def test_a_topic_that_is_otherwise_is_told_and_well_once_it_was_deleted_and_made_anew(
    patient: Patient, topic: str, partitions: int, cleanup: str, words: str
):
    broker = str(patient.settings.broker_url)
    await make(broker, topic, partitions, cleanup)
    found = await patient.is_ill("topics", words)
    assert "while it is empty, delete it, then `fitpath topics apply`" in found.advice
    await delete(broker, topic)
    await patient.follow(found, kafka="fitpath") if found.advice.startswith("`fitpath") else None
    await patient.follow(await patient.is_ill("topics", "1 are missing"))
    await patient.is_well("topics")


async def test_a_log_with_other_partitions_than_the_ledger_fixed_is_told(patient: Patient):
    broker = str(patient.settings.broker_url)
    await make(broker, EVENTS, 3)
    await patient.is_ill(
        "topics", "the ledger fixed 2 partitions for this log, fitpath.events has 3", "make the topic anew"
    )
    await make(broker, EVENTS, 2)
    await patient.is_well("topics")
    asked = Patient(Settings(**{**patient.settings.model_dump(exclude_unset=True), "partitions": 5}))
    await asked.is_ill("topics", "FITPATH_PARTITIONS says 5: set it to 2")


async def test_a_database_that_is_away_is_said_by_all_that_needs_it_and_is_well_when_it_answers(
    patient: Patient, pool, postgres
):
    name = await pool.fetchval("select current_database()")
    await pool.close()
    admin = await asyncpg.connect(postgres.dsn)
    await admin.execute(f"alter database {name} allow_connections false")
    assert "FITPATH_DATABASE_URL" in (await patient.is_ill("database", "does not answer")).advice
    for other in ("topics", "policy", "database log", "partitions", "dead letters", "streams", "relay", "timers"):
        assert (await patient.is_ill(other, "cannot be asked", "the database is away")).advice == "see database"
    await patient.is_well("broker")
    await patient.is_well("subject key", "not compared while the database is away")

    await admin.execute(f"alter database {name} allow_connections true")
    await admin.close()
    assert [finding.name for finding in await examine_all(patient.settings) if not finding.good] == []


async def test_a_dsn_that_leads_nowhere_is_said_and_not_a_fault_of_the_doctor(patient: Patient, postgres):
    for dsn in (
        postgres.dsn_of("no_such_database"),
        "postgresql://nowhere.invalid/fitpath",
        "no dsn at all",
        "http://x/",
    ):
        found = await patient.change(database_url=SecretStr(dsn)).is_ill("database", "does not answer")
        assert "nowhere" not in found.words


@pytest.mark.parametrize("migrated", [None, 0])
async def test_a_database_without_a_ledger_or_with_an_old_one_is_prepared_by_the_advice(
    patient: Patient, pool, migrated: int | None
):
    await pool.execute("drop schema public cascade; create schema public")
    words = "holds no ledger"
    if migrated is not None:
        await pool.execute("create table migration (number int primary key, name text not null)")
        words = "ledger at migration 0 of"
    await patient.follow(await patient.is_ill("database", words))
    assert [finding.name for finding in await examine_all(patient.settings) if not finding.good] == []


async def test_a_ledger_of_a_newer_fitpath_is_not_touched_and_says_so(patient: Patient, pool):
    await pool.execute("insert into migration (number, name) values (9999, 'of the future')")
    assert (await patient.is_ill("database", "the ledger is at migration 9999")).advice == "update Fitpath"
    await pool.execute("delete from migration where number = 9999")  # what the newer one would know
    await patient.is_well("database")


async def test_without_a_policy_in_force_the_advice_applies_one(patient: Patient, pool):
    await pool.execute("delete from policy_applied")
    await patient.follow(await patient.is_ill("policy", "none is in force"), FILE=str(POLICY))
    await patient.is_well("policy", "fitpath-default")


async def test_a_subject_key_is_missed_guarded_and_compared_and_never_noted_by_a_look(
    patient: Patient, pool, key_file: Path
):
    await patient.is_well("subject key", "this ledger has none yet")
    assert await pool.fetchval("select count(*) from subject_key") == 0  # a look must not pin a wrong key
    missing = patient.change(subject_key_file=key_file.with_name("lost.key"))
    assert "restore it" in (await missing.is_ill("subject key", "cannot be read")).advice

    open_to_all(key_file)
    await patient.follow(await patient.is_ill("subject key", "others can read"))
    await patient.is_well("subject key")

    await prepare(patient.settings)
    await patient.is_well("subject key", "fits this ledger")
    other = patient.change(subject_key_file=another_key(key_file))
    assert "put the right key back" in (await other.is_ill("subject key", "not the one that this ledger")).advice
    await patient.is_well("subject key", "fits this ledger")


def open_to_all(path: Path) -> None:
    path.chmod(0o644)


def another_key(path: Path) -> Path:
    other = path.with_name("other.key")
    other.touch(mode=0o600)
    other.write_text("1f" * 32)
    return other


async def test_a_port_that_another_program_has_is_told_and_a_free_one_is_well(patient: Patient):
    await patient.is_well("door port", "a door can")
    with socket.socket() as other:
        other.bind(("127.0.0.1", patient.settings.port))
        other.listen()
        found = await patient.is_ill("door port", "another program listens")
        assert "set FITPATH_PORT to a free one, or stop what has it" in found.advice
        await patient.change(port=free_port("127.0.0.1", 0)).is_well("door port")
    await patient.is_well("door port")
    await patient.change(host="192.0.2.1").is_ill("door port", "cannot be had")


async def test_a_door_that_listens_is_known_by_its_answer(patient: Patient):
    async def alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\nConnection: close\r\n\r\n{"status":"alive"}')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(alive, "127.0.0.1", patient.settings.port)
    async with server:
        await patient.is_well("door port", "a door listens")
        await patient.change(host="0.0.0.0", tokens_file=Path("x")).is_well("door port", "a door listens")  # noqa: S104


async def test_a_tokens_file_that_cannot_be_read_is_told_and_made_by_the_advice(patient: Patient, tmp_path: Path):
    tokens = tmp_path / "tokens.json"
    ill = patient.change(tokens_file=tokens)
    found = await ill.is_ill("door", "the tokens file cannot be read")
    await ill.follow(found, SOURCE="urn:gp", FILE=str(tokens))
    await ill.is_well("door", "callers are told apart")
    tokens.write_text("[]")
    await ill.is_ill("door", "the tokens file must be a JSON object")
