"""`/healthz`, `/readyz` and `/metrics`: what works, what does not, and never an id."""

import re
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio
from door_parts import another_body, codes, event, open_door, settle

from services.ledger.database import connect_pool, migrate
from services.ledger.generation import halt, lift_halt

PATIENCE_MS = 700


async def ready(door) -> tuple[int, dict]:
    answer = await door.client.get("/readyz")
    return answer.status_code, answer.json()


async def test_a_door_that_reaches_both_is_alive_and_ready(ledger_door):
    assert (await ledger_door.client.get("/healthz")).json() == {"status": "alive"}
    assert await ready(ledger_door) == (
        200,
        {"ready": True, "broker": "answers", "database": "answers", "halted": [], "failing": []},
    )


async def test_without_the_database_the_door_is_ready_and_says_that_events_wait(door):
    status, told = await ready(door)
    assert (status, told["broker"], told["database"]) == (
        200,
        "answers",
        "away: events are accepted and wait on the broker",
    )


async def test_without_the_broker_the_door_is_alive_and_not_ready_until_it_is_back(mortal_broker, key):
    async with open_door(mortal_broker.address, key, broker_patience_ms=PATIENCE_MS) as door:
        assert (await door.post(event())).status_code == 202
        await mortal_broker.stop()
        status, told = await ready(door)
        assert (status, told["ready"], told["broker"]) == (503, False, "away")
        assert (await door.client.get("/healthz")).status_code == 200
        await mortal_broker.come_back()
        assert (await ready(door))[0] == 200


@pytest_asyncio.fixture
async def own_database(postgres) -> AsyncIterator[str]:
    """The name of a ledger that a test may drop."""
    name = f"t{uuid.uuid4().hex}"
    await make_ledger(postgres, name)
    yield name
    await drop(postgres, name)


async def make_ledger(postgres, name: str) -> None:
    admin = await asyncpg.connect(postgres.dsn)
    await admin.execute(f"create database {name}")
    await admin.close()
    connection = await asyncpg.connect(postgres.dsn_of(name))
    await migrate(connection)
    await connection.close()


async def drop(postgres, name: str) -> None:
    admin = await asyncpg.connect(postgres.dsn)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.close()


async def test_with_the_database_dropped_the_door_accepts_says_so_and_finds_it_again(
    broker, key, postgres, own_database
):
    sent = event()
    async with (
        await connect_pool(postgres.dsn_of(own_database)) as pool,
        open_door(broker, key, pool) as door,
    ):
        assert (await ready(door))[1]["database"] == "answers"
        await drop(postgres, own_database)
        for of in (sent, event()):
            assert (await door.post(of)).status_code == 202
        assert (await door.post(sent)).status_code == 200
        assert (await ready(door))[1]["database"].startswith("away")
        assert (await door.client.get("/metrics")).status_code == 200
        asked = await door.client.get("/events", params={"source": "urn:x", "id": "1"})
        assert codes(asked) == {"ledger-away"}
        await make_ledger(postgres, own_database)
        assert (await ready(door))[1]["database"] == "answers"
        assert (await door.post(event())).status_code == 202


async def test_a_partition_that_is_halted_is_shown_until_it_is_read_again(ledger_door, pool):
    await halt(pool, "test", "fitpath.events", 1, "the log begins after ours")
    assert (await ready(ledger_door))[1]["halted"] == ["fitpath.events 1: the log begins after ours"]
    assert metric(await metrics(ledger_door), "fitpath_partitions_halted") == 1
    await lift_halt(pool, "test", "fitpath.events", 1)
    assert (await ready(ledger_door))[1]["halted"] == []
    assert metric(await metrics(ledger_door), "fitpath_partitions_halted") == 0


async def metrics(door) -> str:
    answer = await door.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def metric(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


async def test_arrivals_are_counted_from_rows_not_in_memory(ledger_door, pool, key):
    sent = event()
    for each in (sent, sent, another_body(sent), event(type="x"), event()):
        await ledger_door.post(each)
    assert metric(await metrics(ledger_door), 'fitpath_arrivals{outcome="accepted"}') == 0
    await settle(ledger_door.broker, pool, key)
    text = await metrics(ledger_door)
    counted = [metric(text, f'fitpath_arrivals{{outcome="{n}"}}') for n in ("accepted", "duplicate", "rejected")]
    assert counted == [2, 1, 2]
    assert metric(text, "fitpath_dead_letters_open") == 0


async def test_answers_are_counted_by_door_and_status(door):
    name = 'fitpath_door_answers_total{door="events",status="202"}'
    await door.post(event())
    before = metric(await metrics(door), name)
    await door.post(event())
    assert metric(await metrics(door), name) == before + 1


#: Here all rooms are one process, so that their metrics stand beside the door's.
OF_OTHER_ROOMS = ("topic", "code", "lane", "step", "le", "destination")


async def test_metrics_hold_closed_sets_of_labels_and_never_an_id(ledger_door, pool, key):
    sent = event()
    answers = [
        await ledger_door.post(each) for each in (sent, event(source="urn:9990000093"), event(type="9990000093"))
    ]
    await ledger_door.client.get("/events/9990000093")
    await ledger_door.client.get("/9990000093")
    await ledger_door.client.request("BREW", "/events")
    await settle(ledger_door.broker, pool, key)
    text = await metrics(ledger_door)
    ours = [line for line in text.splitlines() if line.startswith("fitpath_")]
    labels = {pair for line in ours for pair in re.findall(r'(\w+)="([^"]*)"', line)}
    assert {name for name, _ in labels} <= {"door", "status", "outcome", *OF_OTHER_ROOMS}
    assert {value for name, value in labels if name == "door"} <= {
        "events",
        "process-message",
        "status",
        "batch",
        "pages",
    }
    assert all(re.fullmatch(r"[2-5]\d\d", value) for name, value in labels if name == "status")
    for never in (sent["id"], sent["source"], "9990000093", *(a.headers["location"][8:] for a in answers)):
        assert never not in text
