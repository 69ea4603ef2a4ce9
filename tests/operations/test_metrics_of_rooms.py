"""Metrics of every room: on loopback alone, with closed sets of labels, and never an id."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

import httpx2
import pytest
from given_events import records_of, told
from prometheus_client import generate_latest

from schemas.facts import WaitStep
from schemas.failures import FAILURES
from schemas.receipt import Outcome
from schemas.topics import EVENTS, OUTPUT_TOPICS, TOPICS
from services.broker import make_producer
from services.clock import MachineClock
from services.log_reader import LogReader
from services.metrics import shown_metrics
from services.relay.lanes import EmbeddedLane
from services.relay.owner import Owner
from services.settings import SettingsNotUsable
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.where import Where
from services.timers.room import TimerRoom
from services.up.ports import free_port

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool

WHERE = Where("test", EVENTS, 0)


def sample(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def metrics(port: int) -> str:
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{port}/metrics")).text


async def test_a_room_shows_its_metrics_on_its_port_and_nowhere_without_one():
    port = free_port("127.0.0.1", 0)
    with shown_metrics(port):
        assert "fitpath_stream_records_total" in await metrics(port)
        with (
            pytest.raises(SettingsNotUsable, match=f"FITPATH_METRICS_PORT={port} cannot be had"),
            shown_metrics(port),
        ):
            pass
    with pytest.raises(httpx2.ConnectError):
        await metrics(port)
    with shown_metrics(port):  # it is free again
        assert "fitpath_relay_outputs" in await metrics(port)
    with shown_metrics(0), pytest.raises(httpx2.ConnectError):
        await metrics(port)


async def test_what_the_rooms_do_is_counted_and_no_label_is_an_id(
    broker: str, pool: Pool, policy: Policy, key: SubjectKey
):
    before = generate_latest().decode()
    records = records_of(told(policy, key), key)
    junk = Record(len(records), None, [("ce_id", b"9990000093")], b"junk")
    await Batches(pool, EventWriter(key)).handle(WHERE, [*records, junk])
    async with LogReader(broker) as reader:
        producer = make_producer(broker, embedded=True)
        await producer.start()
        room = TimerRoom(pool, reader, producer, MachineClock(), "test", timedelta(0))
        assert await room.look() > 0  # what began in March is due
        await producer.stop()
    await Owner(pool, EmbeddedLane(pool, broker, "test", 0), "test", 0).run(until_empty=True)

    after = generate_latest().decode()
    for topic in OUTPUT_TOPICS:
        name = f'fitpath_relay_outputs_total{{topic="{topic}"}}'
        rows = await pool.fetchval("select count(*) from outbox where topic = $1", topic)
        assert sample(after, name) - sample(before, name) == rows, topic
    accepted = f'fitpath_stream_records_total{{outcome="accepted",topic="{EVENTS}"}}'
    assert sample(after, accepted) - sample(before, accepted) == len(records)
    assert sample(after, "fitpath_waits_overdue") > 0

    ours = [line for line in after.splitlines() if line.startswith("fitpath_")]
    labels = {pair for line in ours for pair in re.findall(r'(\w+)="([^"]*)"', line)}
    values = {name: {value for each, value in labels if each == name} for name, _ in labels}
    assert values.keys() <= {"topic", "outcome", "code", "lane", "step", "door", "status", "destination", "le"}
    assert values["topic"] <= {topic.name for topic in TOPICS}
    assert values["outcome"] <= {"accepted", "duplicate", "rejected", "repetition", "receipt", *get_args(Outcome)}
    assert values["code"] <= {*FAILURES, "not-known"}
    assert values["step"] <= set(get_args(WaitStep))
    ids = await pool.fetch("select arrival, event_id, subject, source from inbox")
    for never in {"9990000093", *(value for row in ids for value in row.values())}:
        assert f'"{never}"' not in after
