"""`topics apply` on a real Kafka: what differs is altered by Kafka's own means, as the advice says."""

from __future__ import annotations

import asyncio
import itertools
import shlex

import asyncpg
import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from confluent_kafka.cimpl import NewPartitions, NewTopic
from kafka_process import Kafka
from kafka_waiting import until

from schemas.topics import EVENTS, REFUSALS
from services.ledger.generation import begin_generation
from services.settings import Settings
from services.topics import Plan, apply_topics

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


async def test_what_the_advice_says_heals_what_differs(kafka: Kafka, database: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    made = [NewTopic(EVENTS, 3, 1, config={"cleanup.policy": "compact"}), NewTopic(REFUSALS, 1, 1)]
    await asyncio.to_thread(lambda: [future.result() for future in admin.create_topics(made).values()])
    settings = Settings(replication=1)
    connection = await asyncpg.connect(database)
    try:
        await begin_generation(connection, "kafka", 3, embedded=False)
        plan = await apply_topics(connection, kafka.bootstrap, "kafka", settings)
        assert {(item.topic, item.what, item.found) for item in plan.differs} == {
            (EVENTS, "cleanup policy", "compact"),
            (REFUSALS, "partitions", "1"),
        }
        assert plan.missing == []
        await asyncio.to_thread(follow, admin, plan)

        async def healed() -> bool:  # what was altered is not known to the node's clients at once
            return (await apply_topics(connection, kafka.bootstrap, "kafka", settings)).good

        await until(healed)
    finally:
        await connection.close()


def follow(admin: AdminClient, plan: Plan) -> None:
    """Do what the advice says, with another client than Kafka's own scripts."""
    for item in plan.differs:
        said = shlex.split(item.advice.split("`")[1])
        given = dict(itertools.pairwise(said))
        if said[0] == "kafka-topics.sh":
            more = NewPartitions(given["--topic"], int(given["--partitions"]))
            futures = admin.create_partitions([more])
        else:
            name, value = given["--add-config"].split("=")
            entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            resource = ConfigResource(ResourceType.TOPIC, given["--entity-name"], incremental_configs=[entry])
            futures = admin.incremental_alter_configs([resource])
        for future in futures.values():
            future.result()
