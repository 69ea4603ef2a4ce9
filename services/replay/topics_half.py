"""Second half of `replay verify`: read the topics with a client of its own and compare with the rows (EXACTNESS 14).

From the first offsets that are kept: each record of ``fitpath.events`` has
its row; each outbox row of this generation, within what its topic still
keeps, is there once, equal, in order (an event of our own, which the inbox
makes once, at least once). What retention took is counted, and so is what a
running Fitpath has not come to yet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schemas.codec import open_sealed
from schemas.envelope import attributes_of, from_headers
from schemas.failures import Refused
from schemas.identifiers import SubjectReference
from schemas.topics import EVENTS, OUTPUT_TOPICS
from services.ledger.generation import offset_that_counts
from services.log_reader import Found, LogReader
from services.relay.outbox import publishing
from services.replay.differences import Difference, Kind, Report
from services.streams.where import REPLAYED, Where

if TYPE_CHECKING:
    from services.broker_security import Address
    from services.ledger.database import Connection

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


async def verify_topics(connection: Connection, broker: Address, generation: str, report: Report) -> None:
    """Compare every output topic and ``fitpath.events`` with the ledger. Adds to the report. Raises KafkaError."""
    if not await connection.fetchval("select 1 from log_generation where generation = $1", generation):
        report.differences.append(Difference("topics", "unknown", "log generation", generation))
        return
    published = await _published(connection, generation)
    async with LogReader(broker) as reader:
        await _events(connection, reader, generation, report)
        for topic in (EVENTS, *OUTPUT_TOPICS):
            await _outputs(connection, reader, topic, generation, published, report)
    report.topics_read = True


async def _published(connection: Connection, generation: str) -> set[str]:
    """The outputs that are published for certain; read before any topic is."""
    rows = await connection.fetch(
        "select output_id::text from outbox o join relay_position r using (generation, partition)"
        " where generation = $1 and (o.event_offset, o.ordinal) <= (r.event_offset, r.ordinal)",
        generation,
    )
    return {row["output_id"] for row in rows}


async def _events(connection: Connection, reader: LogReader, generation: str, report: Report) -> None:
    for partition in await reader.partitions(EVENTS):
        where = Where(generation, EVENTS, partition)
        ours = await offset_that_counts(connection, generation, EVENTS, partition) or 0
        async for batch in reader.read(EVENTS, partition):
            names = {record.offset: _arrival(record, where) for record in batch if record.offset < ours}
            report.waiting += len(batch) - len(names)
            rows = await connection.fetch(
                "select arrival from inbox where arrival = any($1) union select arrival from duplicate"
                " where arrival = any($1) union select arrival from rejection where arrival = any($1)",
                list(names.values()),
            )
            known = {row["arrival"] for row in rows}
            for offset, name in names.items():
                if name not in known:
                    report.differences.append(_difference("missing", "row of an event", EVENTS, partition, offset))


async def _outputs(
    connection: Connection, reader: LogReader, topic: str, generation: str, published: set[str], report: Report
) -> None:
    on_topic: dict[str, int] = {}
    last: dict[bytes | None, str] = {}
    aged = False
    for partition in await reader.partitions(topic):
        first, _ = await reader.bounds(topic, partition)
        aged = aged or first > 0
        async for batch in reader.read(topic, partition):
            wanted = await _wanted(connection, batch, topic)
            for record in batch:
                named = _named(record)
                output_id, sequence = named.get("id", ""), named.get("sequence", "")
                row = wanted.get(output_id)
                place = (topic, partition, record.offset)
                if topic == EVENTS and (row is None or (output_id in on_topic and row == _as_sent(record))):
                    continue  # an arrival, a due event, or our own repetition
                report.published += 1
                if row is None:
                    report.differences.append(_difference("unknown", "record without an outbox row", *place))
                    continue
                if row != _as_sent(record):
                    report.differences.append(_difference("different", "record", *place))
                if output_id in on_topic:
                    report.differences.append(_difference("doubled", "output", *place))
                elif topic != EVENTS and sequence <= last.get(record.key, ""):
                    report.differences.append(_difference("out-of-order", "output", *place))
                on_topic[output_id] = record.offset
                last[record.key] = max(sequence, last.get(record.key, ""))
    for stored in await connection.fetch(
        "select output_id::text, generation, partition, event_offset, ordinal from outbox where topic = $1", topic
    ):
        if stored["output_id"] in on_topic:
            continue
        if stored["generation"] != generation or aged:
            report.aged += 1
        elif stored["output_id"] not in published:
            report.waiting += 1
        else:
            where = f"{stored['generation']}:{stored['partition']}:{stored['event_offset']}:{stored['ordinal']}"
            report.differences.append(Difference("topics", "missing", f"output on {topic}", where))


async def _wanted(
    connection: Connection, batch: list[Found], topic: str
) -> dict[str, tuple[bytes, bytes, list[tuple[str, bytes]]]]:
    ids = [name for record in batch if _UUID.match(name := _named(record).get("id", ""))]
    rows = await connection.fetch("select * from outbox where output_id = any($1::uuid[]) and topic = $2", ids, topic)
    made = {str(row["output_id"]): publishing(row) for row in rows}
    return {name: (item.key, item.value, sorted(item.headers)) for name, item in made.items()}


def _as_sent(record: Found) -> tuple[bytes | None, bytes, list[tuple[str, bytes]]]:
    """What was sent; a dead letter that was sent again says so in a header of its own."""
    return record.key, _opened(record), sorted(header for header in record.headers if header[0] != REPLAYED)


def _named(record: Found) -> dict[str, str]:
    try:
        return attributes_of(record.headers)
    except ValueError:
        return {}  # a record that is not ours


def _arrival(record: Found, where: Where) -> str:
    try:
        return from_headers(record.headers).arrival
    except Refused:
        return where.arrival(record)


def _opened(record: Found) -> bytes:
    subject = SubjectReference((record.key or b"").decode("ascii", "replace"))
    return open_sealed(subject, record.value or b"")


def _difference(kind: Kind, what: str, topic: str, partition: int, offset: int) -> Difference:
    return Difference("topics", kind, what, f"{topic}:{partition}:{offset}")
