"""What the stream room tells of its batches: one log line for each event, and counts with closed sets of labels."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from given_events import moved, record_of, records_of, told
from prometheus_client import REGISTRY

from schemas.refusal import Origin, Refusal, refusal_headers
from schemas.topics import EVENTS, INBOUND, REFUSALS
from services.observe import configure, log
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.record import Record
from services.streams.refusals import RefusalWriter
from services.streams.telling import Came, Telling
from services.streams.where import Where

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool

WHERE, REFUSED = Where("test", EVENTS, 0), Where("test", REFUSALS, 0)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Heard:
    """Standard error, as it is read afterwards."""

    def __init__(self, captured: pytest.CaptureFixture[bytes]) -> None:
        self._captured = captured
        self._lines: list[dict[str, Any]] = []

    def lines(self) -> list[dict[str, Any]]:
        self._lines += map(json.loads, self._captured.readouterr().err.splitlines())
        return self._lines


@pytest.fixture
def heard(capsysbinary: pytest.CaptureFixture[bytes]) -> Iterator[Heard]:
    """What is logged by the logging that a room sets up."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, hooks = root.handlers[:], (sys.excepthook, sys.unraisablehook)
    yield Heard(capsysbinary)
    structlog.configure(**before)
    root.handlers[:] = handlers
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook = hooks


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def outcomes(topic: str) -> dict[str, float]:
    names = ("accepted", "duplicate", "rejected", "repetition")
    return {name: counted("fitpath_stream_records_total", topic=topic, outcome=name) for name in names}


def risen(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in before if after[name] != before[name]}


async def test_each_event_that_is_handled_is_one_line_and_what_it_came_to_is_counted(
    pool: Pool, policy: Policy, key: SubjectKey, heard: Heard
):
    configure("INFO")
    events = told(policy, key)
    records = records_of(events, key)
    again = record_of(events[0], len(records), key, "another-arrival")
    reused = record_of({**events[0], "type": events[0]["type"], "data": events[1]["data"]}, len(records) + 1, key)
    junk = Record(len(records) + 2, None, [], b"junk")
    before = outcomes(EVENTS)
    letters = {
        code: counted("fitpath_stream_dead_letters_total", code=code) for code in ("id-reused", "record-not-readable")
    }
    batches = counted("fitpath_stream_batch_seconds_count", topic=EVENTS)

    await Batches(pool, EventWriter(key)).handle(WHERE, [*records, again, reused, junk])

    assert risen(before, outcomes(EVENTS)) == {"accepted": len(records), "duplicate": 1, "rejected": 2}
    for code, count in letters.items():
        assert counted("fitpath_stream_dead_letters_total", code=code) == count + 1
    assert counted("fitpath_stream_batch_seconds_count", topic=EVENTS) == batches + 1
    lines = [line for line in heard.lines() if line["event"] == "event handled"]
    rows = await pool.fetch(
        "select arrival, i.subject, type, array_agg(kind order by ordinal) kinds from inbox i"
        " join decision using (generation, partition, event_offset) group by arrival, i.subject, type, event_offset"
        " order by event_offset"
    )
    assert [(x["arrival"], x["subject"], x["type"], x["decisions"]) for x in lines] == [tuple(row) for row in rows]
    for line in lines:
        assert set(line) == {
            "event", "room", "level", "timestamp", "partition", "ms", "arrival", "subject", "type", "decisions"
        }  # fmt: skip
        assert line["ms"] > 0
    assert {x["code"] for x in heard.lines() if x["event"] == "dead letter"} == letters.keys()

    before = outcomes(EVENTS)  # what is read again counts nowhere
    await Batches(pool, EventWriter(key)).handle(WHERE, moved(records[:2], len(records) + 3))
    assert risen(before, outcomes(EVENTS)) == {"repetition": 2}


async def test_refusals_of_the_doors_are_counted_by_what_became_of_them_and_not_logged_one_by_one(
    pool: Pool, heard: Heard
):
    configure("INFO")
    said = [
        Refusal(arrival="d", outcome="duplicate", door="http", recorded=AT, source="urn:s", event_id="1"),
        Refusal(arrival="r", outcome="rejected", door="http", recorded=AT, codes=("not-valid",)),
        Refusal(
            arrival="k", outcome="rejected", door="kafka", recorded=AT, codes=("made-up",), origin=Origin(INBOUND, 0, 1)
        ),
    ]
    before, letters = outcomes(REFUSALS), counted("fitpath_stream_dead_letters_total", code="not-known")
    records = [Record(n, None, refusal_headers(one), b"") for n, one in enumerate([*said, said[0]])]
    await Batches(pool, RefusalWriter()).handle(REFUSED, records)
    assert risen(before, outcomes(REFUSALS)) == {"duplicate": 1, "rejected": 2, "repetition": 1}
    assert counted("fitpath_stream_dead_letters_total", code="not-known") == letters + 1  # a closed set of labels
    assert "event handled" not in {line["event"] for line in heard.lines()}


class Untouchable(list[Any]):
    """Events that nobody may look at one by one."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("a line was built that nobody hears")


def test_where_nobody_listens_no_line_is_built(heard: Heard):
    configure("WARNING")
    before = outcomes(EVENTS)
    Telling().tell(WHERE, Came(Untouchable([object()] * 500)), 500, 0.1)
    assert risen(before, outcomes(EVENTS)) == {"accepted": 500}
    assert heard.lines() == []

    configure("INFO")
    with pytest.raises(AssertionError, match="nobody hears"):
        Telling().tell(WHERE, Came(Untouchable([object()])), 1, 0.1)


async def test_a_batch_that_is_not_committed_is_not_told(pool: Pool, policy: Policy, key: SubjectKey, heard: Heard):
    configure("INFO")
    records = records_of(told(policy, key), key)
    before = outcomes(EVENTS)
    await pool.execute("alter table outbox add constraint refused check (false)")
    await Batches(pool, EventWriter(key)).handle(WHERE, records[:1])
    assert risen(before, outcomes(EVENTS)) == {"rejected": 1}
    assert "event handled" not in {line["event"] for line in heard.lines()}

    await pool.execute("alter table outbox drop constraint refused")
    await Batches(pool, EventWriter(key)).handle(WHERE, records[1:])
    assert risen(before, outcomes(EVENTS)) == {"rejected": 1, "accepted": len(records) - 1}
    assert len([line for line in heard.lines() if line["event"] == "event handled"]) == len(records) - 1


def test_a_log_line_is_written_whatever_stands_in_it(heard: Heard):
    configure("INFO")
    log("room").info("odd", half="\ud800", huge=2**80, thing=Untouchable, numbered={1: 2})
    [line] = heard.lines()
    assert (line["half"], line["huge"], line["numbered"]) == ("\ud800", 2**80, {"1": 2})
