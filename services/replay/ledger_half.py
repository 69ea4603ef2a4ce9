"""First half of `replay verify`: fold the inbox again and compare with what is stored (EXACTNESS 14).

Needs neither broker nor files: events, policies and everything that was
decided stand in the ledger. Each partition is folded in offset order, with
the policy that each inbox row names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from schemas.codec import open_sealed
from schemas.codes import SOURCE
from schemas.envelope import Accepted
from schemas.events.internal import INTERNAL_TYPES
from schemas.facts import Event
from schemas.failures import Refused
from schemas.identifiers import ArrivalId, SubjectReference
from schemas.topics import EVENTS
from services.domain.decisions import Decisions, Refusal, kind_of
from services.domain.history import is_objected_to
from services.domain.journey import Journey
from services.domain.step import Stepped, passed_over, step
from services.ledger.journeys import journey_from_json
from services.ledger.policies import policy_by_hash
from services.replay.differences import Difference, Kind, Report
from services.replay.waits import Waits, compare_waits, note_waits
from services.streams.record import read_event

if TYPE_CHECKING:
    import asyncpg

    from services.ledger.database import Connection

_AT_A_TIME = 500
_DECISION: msgspec.json.Decoder[Decisions] = msgspec.json.Decoder(Decisions)
Place = tuple[str, int, int]


async def verify_ledger(connection: Connection, report: Report) -> None:
    """Compare decisions, outputs and journeys with the core. Adds to the report. Read only, one snapshot."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        journeys: dict[str, Journey] = {}
        waits: Waits = {}
        async for rows in _inbox(connection):
            await _compare(connection, rows, journeys, waits, report)
        await _orphans(connection, report)
        await compare_waits(connection, waits, report)
        await _journeys(connection, journeys, report)


async def _inbox(connection: Connection) -> AsyncIterator[list[asyncpg.Record]]:
    for lane in await connection.fetch(
        "select g.generation, i.partition from log_generation g join lateral"
        " (select distinct partition from inbox where generation = g.generation) i on true"
        " order by g.begun, i.partition"
    ):
        after = -1
        while rows := await connection.fetch(
            "select * from inbox where generation = $1 and partition = $2 and event_offset > $3"
            " order by event_offset limit $4",
            lane["generation"], lane["partition"], after, _AT_A_TIME,
        ):  # fmt: skip
            after = rows[-1]["event_offset"]
            yield rows


async def _compare(
    connection: Connection,
    rows: list[asyncpg.Record],
    journeys: dict[str, Journey],
    waits: Waits,
    report: Report,
) -> None:
    generation, partition = rows[0]["generation"], rows[0]["partition"]
    span = (generation, partition, rows[0]["event_offset"], rows[-1]["event_offset"])
    decisions = _by_offset(await connection.fetch(
        "select event_offset, ordinal, kind, body::text body from decision where generation = $1 and partition = $2"
        " and event_offset between $3 and $4 order by event_offset, ordinal", *span))  # fmt: skip
    outputs = _by_offset(await connection.fetch(
        "select event_offset, ordinal, output_id::text, topic, type, subject, sequence, policy, correlation,"
        " traceparent, data from outbox where generation = $1 and partition = $2 and event_offset between $3 and $4"
        " order by event_offset, ordinal", *span))  # fmt: skip
    for row in rows:
        place = (generation, partition, row["event_offset"])
        report.events += 1
        stepped = await _again(connection, row, journeys)
        if stepped is None:
            report.differences.append(_difference("different", "event that the core refuses", place))
            continue
        journeys[row["subject"]] = stepped.journey
        note_waits(waits, row, stepped.waits)
        had = [(item["kind"], _decision(item["body"])) for item in decisions.get(row["event_offset"], [])]
        want = [(kind_of(item), item) for item in stepped.decisions]
        report.decisions += len(want)
        _differ("decision", had, want, place, report)
        stored = [_stored_output(item) for item in outputs.get(row["event_offset"], [])]
        made = [
            (
                item.id, item.topic, item.type, item.subject, item.sequence, item.policy, row["correlation"],
                row["traceparent"], _canonical(item.data),
            )
            for item in stepped.outputs
        ]  # fmt: skip
        report.outputs += len(made)
        _differ("output", stored, made, place, report)


async def _again(connection: Connection, row: asyncpg.Record, journeys: dict[str, Journey]) -> Stepped | None:
    policy = await policy_by_hash(connection, row["policy"])
    subject = row["subject"]
    journey = journeys.get(subject) or Journey(subject=subject)
    if was_discarded(row):
        return passed_over(journey, row["recorded"]) if is_objected_to(journey) else None
    try:
        event = event_of(row)
    except Refused:
        return None
    stepped = step(journey, event, policy)
    return None if isinstance(stepped, Refusal) else stepped


def was_discarded(row: asyncpg.Record) -> bool:
    """Whether the person objected to an event: its row and hash are there, its payload is not (EXACTNESS 7)."""
    return not row["payload"]


def event_of(row: asyncpg.Record) -> Event:
    """The event of an inbox row. Raises Refused when its payload was damaged."""
    subject = SubjectReference(row["subject"])
    accepted = Accepted(
        id=row["event_id"], source=row["source"], type=row["type"], time=row["time"], subject=subject,
        recorded=row["recorded"], arrival=ArrivalId(row["arrival"]), correlation=row["correlation"],
        traceparent=row["traceparent"], backfill=row["backfill"],
    )  # fmt: skip
    return read_event(accepted, open_sealed(subject, row["payload"]))


async def _orphans(connection: Connection, report: Report) -> None:
    """Decisions and outputs whose event is not in the inbox: an inbox row was lost."""
    for table in ("decision", "outbox"):
        for row in await connection.fetch(
            f"select distinct generation, partition, event_offset from {table} t where not exists"  # noqa: S608 - names of ours
            " (select 1 from inbox i where (i.generation, i.partition, i.event_offset) ="
            " (t.generation, t.partition, t.event_offset))"
        ):
            place = (row["generation"], row["partition"], row["event_offset"])
            report.differences.append(_difference("missing", f"inbox row of a stored {table}", place))
    await _own_events(connection, report)


async def _own_events(connection: Connection, report: Report) -> None:
    """Each event of our own is a wait whose moment came, or an output that was meant for this journey."""
    for row in await connection.fetch(
        "select i.*, o.type as sent, o.subject as receiver, o.data from inbox i"
        " left join outbox o on o.output_id::text = i.event_id and o.topic = $3"
        " where i.source = $1 and i.type = any($2)"
        " and (o.output_id is not null or not exists (select 1 from wait w where w.id::text = i.event_id))"
        " order by i.generation, i.partition, i.event_offset",
        SOURCE, list(INTERNAL_TYPES), EVENTS,
    ):  # fmt: skip
        place = (row["generation"], row["partition"], row["event_offset"])
        subject = SubjectReference(row["subject"])
        if row["sent"] is None:
            report.differences.append(_difference("unknown", "event of our own that nothing caused", place))
        elif (row["type"], subject, _canonical(open_sealed(subject, row["payload"]))) != (
            row["sent"], row["receiver"], _canonical(open_sealed(subject, row["data"])),
        ):  # fmt: skip
            report.differences.append(_difference("different", "event of our own", place))


async def _journeys(connection: Connection, journeys: dict[str, Journey], report: Report) -> None:
    stored = {
        row["subject"]: row["state"]
        for row in await connection.fetch("select subject, state::text as state from journey")
    }
    for subject in sorted(stored.keys() | journeys.keys()):
        if subject not in stored:
            report.differences.append(Difference("ledger", "missing", "journey", subject))
        elif subject not in journeys:
            report.differences.append(Difference("ledger", "unknown", "journey without events", subject))
        elif _journey(stored[subject]) != journeys[subject]:
            report.differences.append(Difference("ledger", "different", "journey", subject))


def _journey(state: str) -> Journey | None:
    """A stored journey without the fields that this version does not know; none when it cannot be read.

    Compared as a value: what is not told from its default may be written out or left out.
    """
    try:
        return msgspec.structs.replace(journey_from_json(state), kept={})
    except msgspec.MsgspecError:
        return None


def _decision(body: str) -> Decisions | None:
    """A stored decision, as a value for the same reason; none when it cannot be read."""
    try:
        return _DECISION.decode(body)
    except msgspec.MsgspecError:
        return None


def _differ(what: str, had: list[tuple[Any, ...]], want: list[tuple[Any, ...]], place: Place, report: Report) -> None:
    if had == want:
        return
    kind: Kind = "different"
    if len(had) < len(want):
        kind = "missing"
    elif len(had) > len(want):
        kind = "doubled"
    elif sorted(map(repr, had)) == sorted(map(repr, want)):
        kind = "out-of-order"
    report.differences.append(_difference(kind, what, place))


def _stored_output(row: asyncpg.Record) -> tuple[Any, ...]:
    data = open_sealed(SubjectReference(row["subject"]), row["data"])
    return (
        row["output_id"], row["topic"], row["type"], row["subject"], row["sequence"], row["policy"],
        row["correlation"], row["traceparent"], _canonical(data),
    )  # fmt: skip


def _canonical(text: bytes | str) -> bytes:
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return b"not JSON"


def _by_offset(rows: list[asyncpg.Record]) -> dict[int, list[asyncpg.Record]]:
    found: dict[int, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["event_offset"], []).append(row)
    return found


def _difference(kind: Kind, what: str, place: Place) -> Difference:
    return Difference("ledger", kind, what, ":".join(map(str, place)))
