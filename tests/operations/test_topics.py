"""`topics plan|apply` and `prepare`: the missing is made, what differs is told, nothing is deleted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from broker_admin import delete, make
from pydantic import SecretStr
from typer.testing import CliRunner

from schemas.topics import DECISIONS, EVENTS, INBOUND, PROMPTS, REFUSALS, RELAY, TOPICS
from services.bootstrap import prepare
from services.broker import TopicThere, topics_there
from services.cli import app
from services.cli.speak import Trouble
from services.embedded.broker import start_broker
from services.ledger.generation import PartitionsDiffer, partitions_of
from services.settings import Settings
from services.topics import compare

ALL = {topic.name for topic in TOPICS}
WANTED = {topic.name: TopicThere(2, 1, topic.cleanup) for topic in TOPICS}


@pytest_asyncio.fixture
async def empty_broker() -> AsyncIterator[str]:
    """The address of an embedded broker without topics."""
    running = await start_broker(port=0)
    try:
        yield running.address
    finally:
        await running.stop()


def env(broker: str, database: str, **more: str) -> dict[str, str]:
    return {
        "FITPATH_BROKER_URL": broker, "FITPATH_DATABASE_URL": database, "FITPATH_GENERATION": "test",
        "FITPATH_EMBEDDED_BROKER": "true", **more,
    }  # fmt: skip


async def topics(command: str, env: dict[str, str]) -> tuple[int, Any]:
    """A command's exit code, and its JSON or the words of its trouble."""
    said = await asyncio.to_thread(CliRunner().invoke, app, ["topics", command, "--json"], env=env)
    if isinstance(said.exception, Trouble):
        return 2, str(said.exception)
    if said.exception is not None and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said.exit_code, json.loads(said.stdout)


def words(command: str, env: dict[str, str]) -> str:
    return CliRunner().invoke(app, ["topics", command], env=env).stderr


async def test_what_is_missing_is_planned_made_and_then_nothing_is_to_do(empty_broker: str, empty_database: str):
    env_of = env(empty_broker, empty_database, FITPATH_PARTITIONS="3")
    code, plan = await topics("plan", env_of)
    assert (code, set(plan["missing"]), plan["partitions"], plan["fixed"]) == (1, ALL, 3, None)
    assert await topics_there(empty_broker) == {}  # a plan makes nothing
    assert (
        "fitpath.events is missing: `fitpath topics apply` makes it (3 partitions, 1 copies)"
        in await asyncio.to_thread(words, "plan", env_of)
    )

    for command in ("apply", "apply", "plan"):
        code, plan = await topics(command, env_of)
        assert (code, plan["good"], plan["missing"], plan["differs"]) == (0, True, [], [])
    assert await topics_there(empty_broker) == {topic.name: TopicThere(3, 1, topic.cleanup) for topic in TOPICS}
    assert "every topic is there, with 3 partitions" in await asyncio.to_thread(words, "plan", env_of)


async def test_a_topic_that_was_deleted_is_made_again_with_the_partitions_that_the_ledger_fixed(
    broker: str, database: str
):
    await delete(broker, EVENTS, PROMPTS)
    code, plan = await topics("plan", env(broker, database))  # FITPATH_PARTITIONS is 4 by default
    assert (code, plan["missing"], plan["partitions"], plan["fixed"]) == (1, [EVENTS, PROMPTS], 2, 2)
    code, plan = await topics("apply", env(broker, database))
    assert (code, plan["good"]) == (0, True)
    assert await topics_there(broker) == WANTED


async def test_another_number_of_partitions_than_the_ledger_fixed_is_refused_and_nothing_is_made(
    broker: str, database: str
):
    await delete(broker, PROMPTS)
    code, said = await topics("apply", env(broker, database, FITPATH_PARTITIONS="3"))
    assert code == 2
    assert said == (
        "the ledger fixed 2 partitions for this log, FITPATH_PARTITIONS says 3: set it to 2, or leave it out"
    )
    assert PROMPTS not in await topics_there(broker)
    code, plan = await topics("plan", env(broker, database, FITPATH_PARTITIONS="3"))
    assert (code, plan["refused"]) == (1, said)

    assert (await topics("apply", env(broker, database, FITPATH_PARTITIONS="2")))[0] == 0
    assert await topics_there(broker) == WANTED


async def test_a_log_that_got_more_partitions_is_refused_by_apply_and_prepare_until_it_is_as_it_was(
    broker: str, database: str, tmp_path: Path
):
    key = tmp_path / "subject.key"
    key.write_text("0f" * 32)
    settings = Settings(
        broker_url=broker, database_url=SecretStr(database), generation="test", embedded_broker=True,
        subject_key_file=key,
    )  # fmt: skip
    await delete(broker, PROMPTS)
    await make(broker, EVENTS, 5)
    code, said = await topics("apply", env(broker, database))
    assert code == 2
    assert "the ledger fixed 2 partitions for this log, fitpath.events has 5" in said
    with pytest.raises(PartitionsDiffer, match=r"fitpath\.events has 5"):
        await prepare(settings)
    assert PROMPTS not in await topics_there(broker)
    told = await asyncio.to_thread(words, "plan", env(broker, database))
    assert "BAD  the ledger fixed 2 partitions" in told

    await make(broker, EVENTS, 2)
    await prepare(settings)
    assert (await topics("plan", env(broker, database)))[0] == 0


async def test_what_differs_is_told_with_what_to_do_and_never_changed(broker: str, database: str):
    await make(broker, EVENTS, 2, "compact")
    await make(broker, RELAY, 2, "delete")
    await make(broker, REFUSALS, 1)
    await make(broker, DECISIONS, 6)
    differ = {
        (EVENTS, "cleanup policy", "compact", "delete"),
        (RELAY, "cleanup policy", "delete", "compact"),
        (REFUSALS, "partitions", "1", "2"),
        (DECISIONS, "partitions", "6", "2"),
    }
    for command in ("plan", "apply"):
        code, plan = await topics(command, env(broker, database))
        assert code == 1
        assert {(item["topic"], item["what"], item["found"], item["wanted"]) for item in plan["differs"]} == differ
    there = await topics_there(broker)
    assert (there[EVENTS].cleanup, there[REFUSALS].partitions, there[DECISIONS].partitions) == ("compact", 1, 6)
    told = await asyncio.to_thread(words, "apply", env(broker, database))
    assert f"--topic {REFUSALS} --partitions 2" in told
    assert f"--entity-name {EVENTS} --add-config cleanup.policy=delete" in told

    for name, *_ in differ:  # nothing is on them
        await delete(broker, name)
    assert (await topics("apply", env(broker, database)))[0] == 0
    assert await topics_there(broker) == WANTED


async def test_prepare_gives_every_topic_as_many_partitions_as_the_events_have(
    empty_broker: str, empty_database: str, tmp_path: Path
):
    key = tmp_path / "subject.key"
    key.write_text("0f" * 32)
    await make(empty_broker, EVENTS, 3)
    settings = Settings(
        broker_url=empty_broker, database_url=SecretStr(empty_database), generation="test", embedded_broker=True,
        subject_key_file=key,
    )  # fmt: skip
    await prepare(settings)
    assert {there.partitions for there in (await topics_there(empty_broker)).values()} == {3}
    connection = await asyncpg.connect(empty_database)
    assert await partitions_of(connection, "test") == 3
    await connection.close()
    assert (await topics("plan", env(empty_broker, empty_database)))[0] == 0


def test_fewer_copies_than_asked_differ_and_more_do_not():
    plan = compare(WANTED | {INBOUND: TopicThere(2, 5, "delete")}, 2, 2, 3, "kafka:9092")
    assert {item.topic for item in plan.differs} == ALL - {INBOUND}
    assert {(item.what, item.found, item.wanted) for item in plan.differs} == {("copies", "1", "3")}
    assert "FITPATH_REPLICATION=1" in plan.differs[0].advice
    assert compare(WANTED, 2, 2, 1, "kafka:9092").good


def test_before_the_ledger_fixed_a_number_the_one_that_is_there_can_be_taken():
    plan = compare(WANTED, None, 4, 1, "kafka:9092")
    [differs] = plan.differs
    assert (differs.topic, differs.what, plan.refused) == (EVENTS, "partitions", None)
    assert "set FITPATH_PARTITIONS=2" in differs.advice
    assert compare(WANTED, None, 2, 1, "kafka:9092").good
