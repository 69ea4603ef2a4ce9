"""What a batch comes to: each record in exactly one place, and our own repetitions nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from given_events import (
    BACK_PAIN,
    FIRST_DAY,
    fit_note,
    pain_discharge,
    people,
    prompt_answer,
    record_of,
    records_of,
    told,
)

from schemas.envelope import from_text
from schemas.identifiers import EventId, SubjectKey
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.streams.fold import Folded, fold, read_batch
from services.streams.record import Record

PERSON = people(1)[0]
NOTE = fit_note(PERSON, FIRST_DAY, 14, BACK_PAIN, work="in-work")
DISCHARGE = pain_discharge(PERSON, FIRST_DAY, work="out-of-work")


@pytest.fixture
def folded(policy: Policy, key: SubjectKey):
    def fold_records(
        records: Sequence[Record],
        *,
        known: set[str] = frozenset(),  # type: ignore[assignment]
        had: Mapping[EventId, str] | None = None,
        journeys: Mapping[str, Journey] | None = None,
    ) -> Folded:
        return fold(
            read_batch(records, key), {record.offset: record for record in records}, lambda _: policy,
            known=set(known), had=had or {}, journeys=journeys or {},
        )  # fmt: skip

    return fold_records


def offsets(folded: Folded) -> tuple[list[int], list[int], list[int]]:
    return (
        [took.arrival.offset for took in folded.took],
        [again.offset for again in folded.repeated],
        [dead.record.offset for dead in folded.dead],
    )


def test_the_same_event_twice_in_a_batch_is_accepted_once_and_a_duplicate_once(folded, key: SubjectKey):
    found = folded(records_of([NOTE, NOTE], key))
    assert offsets(found) == ([0], [1], [])
    assert found.journeys == folded(records_of([NOTE], key)).journeys


def test_the_same_event_that_the_inbox_holds_is_a_duplicate(folded, key: SubjectKey):
    first = folded(records_of([NOTE], key))
    had = {EventId(NOTE["source"], NOTE["id"]): first.took[0].arrival.fingerprint}
    found = folded(records_of([NOTE], key, first=1), had=had, journeys=first.journeys)
    assert offsets(found) == ([], [1], [])
    assert found.journeys == {}


def test_an_id_used_again_for_another_body_is_a_dead_letter_with_its_own_record(folded, key: SubjectKey):
    other = {**DISCHARGE, "id": NOTE["id"], "source": NOTE["source"]}
    records = records_of([NOTE, other, DISCHARGE], key)
    found = folded(records)
    assert offsets(found) == ([0, 2], [], [1])
    assert (found.dead[0].code, found.dead[0].record) == ("id-reused", records[1])
    assert found.journeys == folded([records[0], records[2]]).journeys


def test_our_own_repetition_counts_nowhere(folded, key: SubjectKey):
    note = record_of(NOTE, 0, key, "arrival")
    assert offsets(folded([note, note._replace(offset=1)])) == ([0], [], [])
    assert offsets(folded([note], known={"arrival"})) == ([], [], [])


def test_our_own_repetition_of_a_record_that_is_dead_counts_nowhere_either(folded, key: SubjectKey):
    broken = record_of(NOTE, 0, key, "arrival")._replace(value=b"broken")
    assert offsets(folded([broken, broken._replace(offset=1)])) == ([], [], [0])
    assert offsets(folded([broken], known={"arrival"})) == ([], [], [])


def test_what_the_core_refuses_is_a_dead_letter_and_no_fact(folded, key: SubjectKey):
    nowhere = prompt_answer(PERSON, "no-prompt", "not-now", from_text(NOTE["time"]))
    records = records_of([NOTE, nowhere, DISCHARGE], key)
    found = folded(records)
    assert offsets(found) == ([0, 2], [], [1])
    assert found.dead[0].code == "prompt-not-known"
    assert found.dead[0].accepted is not None
    assert found.dead[0].accepted.arrival == "arrival-1"
    assert found.journeys == folded([records[0], records[2]]).journeys


def test_a_record_that_cannot_be_read_keeps_its_envelope_where_that_can(folded, key: SubjectKey):
    note = record_of(NOTE, 0, key)
    broken, bare, far = (
        note._replace(offset=1, value=b"\xff\xfe not JSON"),
        note._replace(offset=2, headers=()),
        note._replace(offset=3, headers=[("ce_id", b"\xff")]),
    )
    found = folded([note, broken, bare, far])
    assert offsets(found) == ([0], [], [2, 3])  # the broken one has the arrival id of the first
    assert offsets(folded([broken, bare, far])) == ([], [], [1, 2, 3])
    envelopes = [dead.accepted and dead.accepted.arrival for dead in folded([broken, bare, far]).dead]
    assert envelopes == ["arrival-0", None, None]


def test_a_time_beyond_the_calendar_is_a_record_that_cannot_be_read(folded, key: SubjectKey):
    note = record_of(NOTE, 0, key)
    headers = [(name, b"9999-12-31T23:59:59-13:00" if name == "ce_time" else value) for name, value in note.headers]
    found = folded([note._replace(headers=headers)])
    assert [dead.code for dead in found.dead] == ["record-not-readable"]


def test_each_record_of_a_history_is_in_exactly_one_place(folded, policy: Policy, key: SubjectKey):
    history = told(policy, key)
    records = records_of([*history, *history], key)
    records += [record._replace(offset=record.offset + len(records)) for record in records[:5]]
    found = folded(records)
    assert offsets(found) == (list(range(len(history))), list(range(len(history), 2 * len(history))), [])
    assert all(took.decisions for took in found.took)
    assert len(found.journeys) == 4
