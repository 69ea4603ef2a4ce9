"""A person's journey as a story to read: what happened, what was decided and why. Read past the domain, no names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from schemas.identifiers import SubjectReference
    from services.ledger.database import Connection


class Moment(msgspec.Struct):
    """One thing in a journey. ``about`` groups what one event caused; ``time`` of an event is when it happened."""

    time: datetime
    recorded: datetime
    what: Literal["event", "decision", "output"]
    kind: str
    words: str
    about: str
    rules: list[str] = []


class Story(msgspec.Struct):
    """The journey of one person, in the order in which Fitpath worked on it."""

    subject: str
    hold: str | None
    version: int
    moments: list[Moment]


async def read_story(connection: Connection, subject: SubjectReference) -> Story | None:
    """Read a journey from the ledger; none when there is none."""
    journey = await connection.fetchrow("select version, hold from journey where subject = $1", subject)
    if journey is None:
        return None
    events = await connection.fetch(
        "select i.type, i.time, i.recorded, i.event_id, i.generation, i.partition, i.event_offset, g.begun"
        " from inbox i join log_generation g using (generation) where subject = $1 order by g.begun, i.event_offset",
        subject,
    )
    moments: list[Moment] = []
    for event in events:
        where = (event["generation"], event["partition"], event["event_offset"])
        about, recorded = event["event_id"], event["recorded"]
        moments.append(Moment(event["time"], recorded, "event", event["type"], "received", about))
        for row in await connection.fetch(
            "select kind, body::text body from decision where generation = $1 and partition = $2 and event_offset = $3"
            " order by ordinal",
            *where,
        ):
            body = msgspec.json.decode(row["body"])
            moments.append(Moment(
                recorded, recorded, "decision", row["kind"], body["sentence"], about, body["rules"]
            ))  # fmt: skip
        moments += [
            Moment(row["time"], recorded, "output", row["type"], f"to {row['topic']}{row['became']}", about)
            for row in await connection.fetch(
                "select type, topic, time, coalesce((select string_agg(format('; %s %s%s', destination, outcome,"
                " ' (' || reason || ')'), '' order by destination) from receipt r where r.output_id = o.output_id), '')"
                " became from outbox o where generation = $1 and partition = $2 and event_offset = $3"
                " and type <> 'decision-recorded-1' order by ordinal",
                *where,
            )
        ]
    return Story(subject, journey["hold"], journey["version"], moments)


async def all_subjects(connection: Connection) -> list[SubjectReference]:
    """Everybody who has a journey."""
    return [row["subject"] for row in await connection.fetch("select subject from journey order by subject")]
