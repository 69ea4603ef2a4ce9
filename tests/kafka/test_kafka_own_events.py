"""Events of our own on a real Kafka: outside the lane's transaction, so the log stays dense; once after a crash."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest
from aiokafka.errors import KafkaError
from given_events import people, records_of, reference, told
from kafka_process import Kafka
from own_events import on_the_log, prompts_tell, published, relaying, work_off

from schemas.events.internal import WAIT_DUE
from schemas.topics import EVENTS
from services.broker import cluster_id, ensure_topics, make_producer
from services.ledger.database import connect_pool, migrate
from services.ledger.generation import begin_generation
from services.ledger.policies import apply_policy
from services.relay.lanes import KafkaLane
from services.relay.outbox import next_outputs
from services.replay.verify import verify

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

PARTITIONS = 2


@asynccontextmanager
async def crash_in_the_transaction(*_: object) -> AsyncIterator[None]:
    raise KafkaError("the process ends here")
    yield


async def test_a_relay_that_ends_between_them_and_its_transaction_repeats_them_and_they_are_taken_once(
    kafka: Kafka, empty_database: str, policy: Policy, key: SubjectKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = kafka.bootstrap
    await ensure_topics(broker, PARTITIONS, 1)
    generation = await cluster_id(broker)
    connection = await asyncpg.connect(empty_database)
    await migrate(connection)
    await apply_policy(connection, policy)
    await begin_generation(connection, generation, PARTITIONS, embedded=False)
    await connection.close()
    prompts_tell(monkeypatch, reference(people(1)[0], key))
    async with await connect_pool(empty_database) as pool:
        history = records_of(told(policy, key), key)
        async with make_producer(broker, embedded=False) as producer:
            for record in history:
                await producer.send_and_wait(EVENTS, key=record.key, value=record.value, headers=list(record.headers))
        await work_off(pool, broker, key, generation)
        own = await pool.fetchval("select count(*) from outbox where topic = $1", EVENTS)
        assert own > 2
        for partition in range(PARTITIONS):
            lane = KafkaLane(pool, broker, generation, partition)
            outputs = await next_outputs(pool, generation, partition, await lane.take(), 10_000)
            with monkeypatch.context() as crash:
                crash.setattr("aiokafka.AIOKafkaProducer.transaction", crash_in_the_transaction)
                if outputs:
                    with pytest.raises(KafkaError):
                        await lane.publish(outputs)
            await lane.leave()

        async with relaying(pool, broker, generation, embedded=False):
            await published(pool)
            await work_off(pool, broker, key, generation)
            await published(pool)
        log = await on_the_log(broker)
        assert sum(len(records) for records in log.values()) == len(history) + 2 * own
        for records in log.values():  # a transaction would have left its marks among them
            assert [record.offset for record in records] == list(range(len(records)))
        assert await pool.fetchval("select count(*) from inbox where type = $1", WAIT_DUE) == own
        assert await pool.fetchval("select count(*) from duplicate") == 0
    report = await verify(empty_database, broker, generation)
    assert (report.differences, report.waiting, report.published) == ([], 0, report.outputs)
