"""Under an objection an event is counted and keeps its row and fingerprint, without payload; nothing follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from given_events import BACK_PAIN, FIRST_DAY, fit_note, people, record_of, records_of, reference
from ledger_rows import WHERE, letters, outcomes

from schemas.codes import CONSENT_PURPOSE
from schemas.events.consents import JOINING
from services.backtest.histories import over_ledger
from services.demo.messages import GP_SOURCE, coded, consent
from services.replay.verify import verify
from services.streams.batch import Batches
from services.streams.events import EventWriter

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.domain.policy import Policy
    from services.ledger.database import Pool

PERSON = people(1)[0]


def note(days_later: int) -> dict[str, Any]:
    return fit_note(PERSON, FIRST_DAY + timedelta(days=days_later), 60, BACK_PAIN, work="in-work")


def objection(day: date, *, taken_back: bool = False) -> dict[str, Any]:
    when = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    data = {
        **consent(PERSON, ("Y99999", "unused"), when),
        "status": "inactive" if taken_back else "active",
        "category": [coded(CONSENT_PURPOSE, JOINING)],
        "provision": {"type": "deny"},
    }
    return {
        "specversion": "1.0", "id": f"objection-{day}", "source": GP_SOURCE, "type": "objection-recorded-1",
        "time": when.isoformat().replace("+00:00", "Z"), "datacontenttype": "application/fhir+json", "data": data,
    }  # fmt: skip


@pytest.fixture
def told(key: SubjectKey):
    """A note that prompts, an objection, two notes that are discarded, its taking back, and one more note."""
    days = [FIRST_DAY + timedelta(days=n) for n in (3, 20)]
    events = [note(0), objection(days[0]), note(5), note(9), objection(days[1], taken_back=True), note(40)]
    return records_of(events, key)


@pytest.mark.parametrize("apart", [False, True], ids=["in one batch", "one by one"])
async def test_what_comes_under_an_objection_keeps_its_row_and_nothing_else(
    pool: Pool, key: SubjectKey, database: str, told, apart: bool
):
    batches = Batches(pool, EventWriter(key))
    for records in [[record] for record in told] if apart else [told]:
        await batches.handle(WHERE, records)

    assert set((await outcomes(pool)).values()) == {"accepted"}
    rows = await pool.fetch("select length(payload) as kept, fingerprint from inbox order by event_offset")
    assert [row["kept"] > 0 for row in rows] == [True, True, False, False, True, True]
    assert all(row["fingerprint"] for row in rows)
    caused = await pool.fetch("select event_offset as at from decision union select event_offset from outbox")
    assert {row["at"] for row in caused} == {0, 1, 4, 5}
    state = await pool.fetchval("select state::text from journey where subject = $1", reference(PERSON, key))
    assert state.count('"fit-note"') == 2
    report = await verify(database, None, None)
    assert report.differences == []
    assert report.events == len(told)


async def test_the_same_again_is_a_duplicate_and_another_body_under_its_id_is_not_taken(
    pool: Pool, key: SubjectKey, told
):
    batches = Batches(pool, EventWriter(key))
    again = record_of(note(5), 3, key)
    other = record_of({**note(11), "id": note(5)["id"]}, 4, key)
    await batches.handle(WHERE, [*told[:3], again, other])

    assert sorted((await outcomes(pool)).values()) == ["accepted", "accepted", "accepted", "duplicate", "rejected"]
    assert await letters(pool) == {4: "id-reused"}
    assert await pool.fetchval("select payload from inbox where event_offset = 2") == b""


async def test_while_they_object_that_is_the_reason_for_the_present_state(pool: Pool, key: SubjectKey, told):
    batches = Batches(pool, EventWriter(key))
    await batches.handle(WHERE, told[:4])
    assert await pool.fetchval("select hold from journey") == "stopped: objection"
    await batches.handle(WHERE, told[4:])
    assert await pool.fetchval("select hold from journey") != "stopped: objection"


async def test_a_payload_that_went_without_an_objection_is_found(pool: Pool, key: SubjectKey, database: str, told):
    await Batches(pool, EventWriter(key)).handle(WHERE, told)
    await pool.execute("update inbox set payload = '' where event_offset = 0")
    found = [(item.kind, item.what) for item in (await verify(database, None, None)).differences]
    assert ("different", "event that the core refuses") in found


async def test_a_back_test_does_not_look_again_at_what_was_discarded(pool: Pool, key: SubjectKey, policy: Policy, told):
    await Batches(pool, EventWriter(key)).handle(WHERE, told)
    async with pool.acquire() as connection:
        found = await over_ledger(connection, policy, None)
    assert (found.people, found.events) == (1, len(told) - 2)
    assert found.prompts_before == found.prompts_candidate > 0
