"""Journeys are compared and swapped, what a version does not know is kept, and a policy that is not known stops all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest
from given_events import BACK_PAIN, FIRST_DAY, fit_note, people, records_of, reference, told
from ledger_rows import WHERE, letters, next_offset, outcomes, written

from services.domain.journey import Journey
from services.domain.policy import policy_hash
from services.ledger.journeys import JourneyMoved, load_journeys, save_journeys
from services.ledger.policies import (
    PolicyNotKnown,
    apply_policy,
    planned_policies,
    policies_in_force,
    policy_in_force,
)
from services.streams import events
from services.streams.batch import Batches
from services.streams.events import EventWriter
from services.streams.fold import read_batch
from services.streams.record import Arrival

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Connection, Pool

PERSON = people(1)[0]


async def test_a_journey_that_somebody_else_wrote_meanwhile_is_not_overwritten(pool: Pool, key: SubjectKey):
    subject = reference(PERSON, key)
    async with pool.acquire() as connection:
        await save_journeys(connection, [Journey(subject, version=1)], {})
        with pytest.raises(JourneyMoved):
            await save_journeys(connection, [Journey(subject, version=1)], {})  # seen as new
        await save_journeys(connection, [Journey(subject, version=2)], {subject: 1})
        with pytest.raises(JourneyMoved):
            await save_journeys(connection, [Journey(subject, version=2, hold="mine")], {subject: 1})
        assert await load_journeys(connection, [subject]) == {subject: Journey(subject, version=2)}
        await save_journeys(connection, [Journey(subject, version=3)], {subject: 2})


async def test_a_batch_reads_again_when_a_journey_moved_under_it(
    pool: Pool, key: SubjectKey, monkeypatch: pytest.MonkeyPatch
):
    records = records_of([fit_note(PERSON, FIRST_DAY, days, BACK_PAIN) | {"id": str(days)} for days in (7, 14)], key)
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, records[:1])
    write, seen = events.write, []

    async def moved_first(connection: Connection, where, folded, before) -> None:
        seen.append(before[reference(PERSON, key)])
        if len(seen) == 1:
            await pool.execute(
                "update journey set version = 7, state = jsonb_set(state::jsonb, '{version}', '7') where subject = $1",
                reference(PERSON, key),
            )
        await write(connection, where, folded, before)

    monkeypatch.setattr(events, "write", moved_first)
    assert await batches.handle(WHERE, records[1:]) == 2
    assert seen == [1, 7]
    assert await pool.fetchval("select version from journey where subject = $1", reference(PERSON, key)) == 8
    assert await letters(pool) == {}


async def test_fields_of_a_journey_that_this_version_does_not_know_are_kept(
    pool: Pool, key: SubjectKey, policy: Policy
):
    records = records_of(told(policy, key, 1), key)
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, records[:2])
    later = {"of_a_later_version": {"list": [1, 2.5, None], "text": "é"}, "and_another": True}
    await pool.execute("update journey set state = state::jsonb || $1::jsonb", json.dumps(later))
    await batches.handle(WHERE, records[2:])
    for row in await pool.fetch("select subject, state::text state from journey where version > 2"):
        assert json.loads(row["state"]).items() >= later.items()


async def test_a_policy_of_a_later_version_stops_the_room_and_makes_no_dead_letter(
    pool: Pool, key: SubjectKey, policy: Policy
):
    records = records_of(told(policy, key), key)
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, records[:3])
    body = msgspec.json.encode({**msgspec.to_builtins(policy), "of_a_later_version": {"days": 3}})
    await pool.execute("insert into policy (hash, name, version, body) values ('later', 'later', '9', $1)", body)
    await pool.execute("insert into policy_applied (hash) values ('later')")
    before = await written(pool)
    for _ in range(2):
        with pytest.raises(PolicyNotKnown, match="knows more: update this one"):
            await batches.handle(WHERE, records[3:])
    assert (await written(pool), await letters(pool), await next_offset(pool)) == (before, {}, 3)

    async with pool.acquire() as connection:
        await apply_policy(connection, policy)
    assert await batches.handle(WHERE, records[3:]) == len(records)
    assert set((await outcomes(pool)).values()) == {"accepted"}


async def test_without_a_policy_in_force_nothing_is_processed(pool: Pool, key: SubjectKey, policy: Policy):
    records = records_of([fit_note(PERSON, FIRST_DAY, 7, BACK_PAIN)], key)
    batches = Batches(pool, EventWriter(key))
    await pool.execute("delete from policy_applied")
    with pytest.raises(PolicyNotKnown, match="no policy is in force"):
        await batches.handle(WHERE, records)
    assert await letters(pool) == {}
    async with pool.acquire() as connection:
        await apply_policy(connection, policy)
    assert await batches.handle(WHERE, records) == 1


async def test_each_row_names_the_policy_that_was_in_force_for_it(pool: Pool, key: SubjectKey, policy: Policy):
    records = records_of(told(policy, key), key)
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, records[:5])
    changed = policy.without("information.note")
    async with pool.acquire() as connection:
        await apply_policy(connection, changed)
    await batches.handle(WHERE, records[5:])
    named = [row["policy"] for row in await pool.fetch("select policy from inbox order by event_offset")]
    assert named == [policy_hash(policy)] * 5 + [policy_hash(changed)] * (len(records) - 5)
    assert set(named) == {row["policy"] for row in await pool.fetch("select distinct policy from outbox")}


async def test_a_policy_decides_from_its_day_on_also_within_one_batch(pool: Pool, key: SubjectKey, policy: Policy):
    """The ledger's own policy was applied today, and these events are of the past: move it before them."""
    await pool.execute("update policy_applied set at = '2026-01-01T00:00:00Z'")
    records = records_of(told(policy, key), key)
    recorded = [item.accepted.recorded for item in read_batch(records, key) if isinstance(item, Arrival)]
    day = sorted(recorded)[4]
    changed, never = policy.without("information.note"), policy.without("information.referral")
    async with pool.acquire() as connection:
        await apply_policy(connection, never, effective=datetime(2100, 1, 1, tzinfo=UTC))
        await apply_policy(connection, changed, effective=day)
        assert await planned_policies(connection) == [(datetime(2100, 1, 1, tzinfo=UTC), policy_hash(never))]
        assert await policy_in_force(connection) == changed  # its day is past

    assert await Batches(pool, EventWriter(key)).handle(WHERE, records) == len(records)
    rows = await pool.fetch("select policy, recorded from inbox order by event_offset")
    assert [row["policy"] for row in rows] == [
        policy_hash(changed if row["recorded"] >= day else policy) for row in rows
    ]
    assert {row["policy"] for row in rows} == {policy_hash(changed), policy_hash(policy)}


async def test_what_is_applied_at_once_gives_way_to_what_was_planned_for_later(
    pool: Pool, key: SubjectKey, policy: Policy
):
    planned, at_once = policy.without("information.note"), policy.without("information.referral")
    async with pool.acquire() as connection:
        await apply_policy(connection, planned, effective=datetime(2100, 1, 1, tzinfo=UTC))
        await apply_policy(connection, at_once)
        assert await policy_in_force(connection) == at_once
        in_force = await policies_in_force(connection, datetime(2100, 1, 2, tzinfo=UTC))
    assert in_force.at(datetime(2099, 12, 31, tzinfo=UTC)) == at_once
    assert in_force.at(datetime(2100, 1, 1, tzinfo=UTC)) == planned
