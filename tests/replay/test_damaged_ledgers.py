"""`replay verify`, first half: whatever is not as the pure core has it is found, and named by kind and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.replay.differences import Difference, Report
from services.replay.verify import verify

if TYPE_CHECKING:
    from services.ledger.database import Pool
    from services.streams.record import Record

#: Where several decisions were made by one event, and whose journey the first event is about.
PLACES = {
    ":two": "(select event_offset from decision group by 1 having count(*) > 1 order by 1 limit 1)",
    ":somebody": "(select subject from inbox where event_offset = 0)",
    ":wait": "(select id from wait order by id limit 1)",
}
OUTPUT = (
    "topic, type, subject, sequence, time, cause_source, cause_id, correlation, traceparent, policy, data from outbox"
    " where ordinal = 0 and event_offset = :two"
)

#: What is done to the ledger, and the kind, thing and place that must be named.
DAMAGES: dict[str, tuple[str, str, str, str]] = {
    "an event is dropped from the inbox": (
        "delete from inbox where event_offset = :two", "missing", "inbox row of a stored decision", ":two",
    ),
    "an event is dropped, and its outputs are still there": (
        "delete from inbox where event_offset = :two", "missing", "inbox row of a stored outbox", ":two",
    ),
    "the payload of an event is changed": (
        "update inbox set payload = '{}' where event_offset = :two", "different", "event that the core refuses", ":two",
    ),
    "the recorded time of an event is changed": (
        "update inbox set recorded = recorded + interval '1 minute' where event_offset = 0", "different", "output", "0",
    ),
    "another policy is named": (
        "update inbox set policy = (select hash from policy p where p.hash <> inbox.policy) where event_offset = :two",
        "doubled", "decision", ":two",
    ),
    "a decision is deleted": (
        "delete from decision where ordinal = 0 and event_offset = :two", "missing", "decision", ":two",
    ),
    "a decision is changed": (
        "update decision set body = jsonb_set(body::jsonb, '{sentence}', '\"changed\"') where ordinal = 0"
        " and event_offset = :two", "different", "decision", ":two",
    ),
    "the kind of a decision is changed": (
        "update decision set kind = 'another' where ordinal = 0 and event_offset = :two",
        "different", "decision", ":two",
    ),
    "a decision is doubled": (
        "insert into decision select generation, partition, event_offset, 90, subject, kind, body from decision"
        " where ordinal = 0 and event_offset = :two", "doubled", "decision", ":two",
    ),
    "two decisions are swapped": (
        "update decision set ordinal = 90 - ordinal where event_offset = :two", "out-of-order", "decision", ":two",
    ),
    "an output is deleted": (
        "delete from outbox where ordinal = 0 and event_offset = :two", "missing", "output", ":two",
    ),
    "an output is changed": (
        "update outbox set data = convert_to(replace(convert_from(data, 'UTF8'), '{', '{\"x\":1,'), 'UTF8')"
        " where ordinal = 0 and event_offset = :two", "different", "output", ":two",
    ),
    "the topic of an output is changed": (
        "update outbox set topic = 'fitpath.feedback.employer' where ordinal = 0 and event_offset = :two",
        "different", "output", ":two",
    ),
    "an output is doubled": (
        "insert into outbox select generation, partition, event_offset, 90, gen_random_uuid(), " + OUTPUT,
        "doubled", "output", ":two",
    ),
    "two outputs are swapped": (
        "update outbox set ordinal = 90 - ordinal where event_offset = :two", "out-of-order", "output", ":two",
    ),
    "an output of no event is added": (
        "insert into outbox select generation, partition, 900, ordinal, gen_random_uuid(), " + OUTPUT,
        "missing", "inbox row of a stored outbox", "900",
    ),
    "a journey is changed": (
        "update journey set state = jsonb_set(state::jsonb, '{hold}', '\"changed\"') where subject = :somebody",
        "different", "journey", ":somebody",
    ),
    "a journey cannot be read": (
        "update journey set state = '{}' where subject = :somebody", "different", "journey", ":somebody",
    ),
    "a journey is deleted": (
        "delete from journey where subject = :somebody", "missing", "journey", ":somebody",
    ),
    "a journey of nobody is added": (
        "insert into journey values ('s-nobody', 1, null, '{\"subject\":\"s-nobody\"}')",
        "unknown", "journey without events", "'s-nobody'",
    ),
    "a wait is changed": (
        "update wait set due = due + interval '1 day' where id = :wait", "different", "wait", ":wait",
    ),
    "a wait is marked as over": ("update wait set done = true where id = :wait", "different", "wait", ":wait"),
    "a wait is deleted": ("delete from wait where id = :wait", "missing", "wait", ":wait"),
    "a wait of nothing is added": (
        "insert into wait values ('00000000-0000-5000-8000-000000000000', 's', 'lapse', 'a', now())",
        "unknown", "wait that nothing began", "'00000000-0000-5000-8000-000000000000'",
    ),
}  # fmt: skip


def placed(text: str) -> str:
    """SQL with its places filled in."""
    for name, query in PLACES.items():
        text = text.replace(name, query)
    return text


async def test_a_ledger_that_nobody_touched_is_equal(copy: str, copied: Pool, processed: list[Record]):
    report = await verify(copy, None, None)
    assert report.differences == []
    assert report.events == len(processed)
    assert report.decisions == await copied.fetchval("select count(*) from decision") > 0
    assert report.outputs == await copied.fetchval("select count(*) from outbox") > 0
    assert not report.verified  # only one half was compared


async def test_fields_of_a_later_version_are_no_difference(copy: str, copied: Pool):
    later = '{"of_a_later_version": [1, {"a": null}]}'
    await copied.execute("update journey set state = state::jsonb || $1::jsonb", later)
    assert (await verify(copy, None, None)).differences == []


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damage_is_found_and_named(damage: str, copy: str, copied: Pool):
    statement, kind, what, where = DAMAGES[damage]
    place = str(await copied.fetchval(f"select {placed(where)}"))
    done = await copied.execute(placed(statement))
    assert int(done.rsplit(" ", 1)[1]) > 0, "nothing was damaged"
    report: Report = await verify(copy, None, None)
    if what.startswith(("journey", "wait")):
        assert report.differences == [Difference("ledger", kind, what, place)]  # type: ignore[arg-type]
    else:
        assert Difference("ledger", kind, what, f"test:0:{place}") in report.differences  # type: ignore[arg-type]
    assert not report.verified
