"""Wherever a worker ends, and whatever is delivered again: decisions and outputs are those of one pass over the log."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

from given_events import BACK_PAIN, FIRST_DAY, fit_note, people, prompt_answer, record_of, records_of, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from simulated_ledger import POISON, Crash, SimulatedLedger, SimulatedWriter, once

from schemas.envelope import from_text
from schemas.identifiers import SubjectKey
from schemas.topics import EVENTS
from services.domain.policy import parse_policy
from services.policy_files import default_policy_text
from services.streams.batch import Batches
from services.streams.record import Record
from services.streams.where import Where

WHERE = Where("simulated", EVENTS, 0)
KEY = SubjectKey(b"a key of the tests, never a secret")
POLICY = parse_policy(default_policy_text())
TOLD = told(POLICY, KEY, 2)
LARGEST = 7


def spoilt(kind: str, event: dict[str, Any], arrival: str) -> Record:
    """A record of an event, whole or with something wrong."""
    match kind:
        case "other body under the same id":
            other = fit_note(people(1)[0], FIRST_DAY, 3, BACK_PAIN)
            return record_of({**other, "id": event["id"], "source": event["source"]}, 0, KEY, arrival)
        case "answer to no prompt":
            answer = prompt_answer(people(1)[0], arrival, "not-now", from_text(event["time"]))
            return record_of(answer, 0, KEY, arrival)
    whole = record_of(event, 0, KEY, arrival)
    match kind:
        case "value that the database refuses":
            return whole._replace(value=whole.value[:-1] + b',"' + POISON + b'":0}')
        case "broken payload":
            return whole._replace(value=whole.value[: len(whole.value) // 2])
        case "no headers":
            return whole._replace(headers=())
    return whole


KINDS = (
    "whole",
    "whole",
    "whole",
    "whole",
    "other body under the same id",
    "answer to no prompt",
    "value that the database refuses",
    "broken payload",
    "no headers",
)


class Workers(RuleBasedStateMachine):
    """Two workers on one partition; each may hold records that the other has long since handled."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Record] = []
        self.ledger = SimulatedLedger()
        self.runner = asyncio.Runner()
        self.position = {"a": 0, "b": 0}
        self.hands: dict[str, list[Record]] = {"a": [], "b": []}
        self.batches = {name: self._batches() for name in self.position}

    def _batches(self) -> Batches:
        return Batches(self.ledger, SimulatedWriter(POLICY, KEY))  # type: ignore[arg-type]

    def teardown(self) -> None:
        try:
            self.everything_is_worked_off()
            assert self.ledger.rows == once(self.log, WHERE, POLICY, KEY)
        finally:
            self.runner.close()

    def everything_is_worked_off(self) -> None:
        while self.ledger.rows.next_offset < len(self.log):
            self._handle("a", self.log[self.ledger.rows.next_offset :])

    @initialize(first=st.integers(1, 6))
    def somebody_has_published(self, first: int) -> None:
        for number in range(first):
            self.published(number, "whole")

    @rule(number=st.integers(0, len(TOLD) - 1), kind=st.sampled_from(KINDS))
    def published(self, number: int, kind: str) -> None:
        record = spoilt(kind, TOLD[number], f"arrival-{len(self.log)}")
        self.log.append(record._replace(offset=len(self.log)))

    @precondition(lambda self: self.log)
    @rule(data=st.data())
    def the_producer_repeats_itself(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(self.log))
        self.log.append(record._replace(offset=len(self.log)))

    @rule(worker=st.sampled_from("ab"), size=st.integers(1, LARGEST))
    def fetches(self, worker: str, size: int) -> None:
        start = self.position[worker]
        self.hands[worker] = self.log[start : start + size]

    @rule(worker=st.sampled_from("ab"), back=st.integers(1, 10))
    def is_sent_back(self, worker: str, back: int) -> None:
        self.position[worker] = max(self.position[worker] - back, 0)

    @rule(worker=st.sampled_from("ab"), on=st.integers(1, 3))
    def is_sent_too_far(self, worker: str, on: int) -> None:
        self.position[worker] = min(self.position[worker] + on, len(self.log))

    @rule(worker=st.sampled_from("ab"))
    def handles(self, worker: str) -> None:
        self._handle(worker, self.hands[worker])

    @rule(worker=st.sampled_from("ab"))
    def ends_before_the_commit(self, worker: str) -> None:
        self.ledger.crash_before = True
        self._crashes(worker)

    @rule(worker=st.sampled_from("ab"))
    def ends_after_the_commit(self, worker: str) -> None:
        self.ledger.crash_after = True
        self._crashes(worker)

    def _crashes(self, worker: str) -> None:
        """A new process starts where the broker last heard of the old one: anywhere below."""
        try:
            self._handle(worker, self.hands[worker])
        except Crash:
            self.batches[worker] = self._batches()
            self.position[worker] = max(self.ledger.rows.next_offset - 3, 0)
            self.hands[worker] = []
        self.ledger.crash_before = self.ledger.crash_after = False

    def _handle(self, worker: str, records: list[Record]) -> None:
        if records:
            following = self.runner.run(self.batches[worker].handle(WHERE, records))
            assert following <= self.ledger.rows.next_offset
            self.position[worker] = following

    @invariant()
    def what_is_committed_is_a_pass_over_the_log_so_far(self) -> None:
        rows = self.ledger.rows
        assert rows.next_offset <= len(self.log)
        assert rows.decisions.keys() == rows.outputs.keys()
        made = [output.id for outputs in rows.outputs.values() for output in outputs]
        assert len(made) == len(set(made))


def test_no_crash_and_no_redelivery_changes_what_is_decided():
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Workers,
        settings=settings(
            max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(1, 13), max_size=6))
def test_batch_size_and_cut_points_change_nothing(cuts: list[int]):
    log = records_of(TOLD, KEY)
    ledger = SimulatedLedger()
    batches = Batches(ledger, SimulatedWriter(POLICY, KEY))  # type: ignore[arg-type]
    edges = sorted({0, *(cut for cut in cuts if cut < len(log)), len(log)})
    with asyncio.Runner() as runner:
        for first, end in pairwise(edges):
            assert runner.run(batches.handle(WHERE, log[first:end])) == end
    assert ledger.rows == once(log, WHERE, POLICY, KEY)
