"""A person's journey as a story to read: what happened, what was decided and why, what its notes come to. No names."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from services.domain.spell import Spell, spells
from services.ledger.journeys import journey_from_json
from services.ledger.policies import policy_in_force

if TYPE_CHECKING:
    from schemas.identifiers import SubjectReference
    from services.domain.policy import Policy
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


class Absence(msgspec.Struct):
    """One spell of sickness, as the policy in force derives it from the notes that stand; days are inclusive.

    ``may_be_fit``: the share of its notes that say so. ``open``: the note that began last states no end.
    """

    start: date
    end: date
    open: bool
    days: int
    working_days: int
    notes: int
    may_be_fit: float


class Story(msgspec.Struct):
    """The journey of one person, in the order in which Fitpath worked on it."""

    subject: str
    hold: str | None
    version: int
    moments: list[Moment]
    absences: list[Absence] = []


async def read_story(connection: Connection, subject: SubjectReference) -> Story | None:
    """Read a journey from the ledger; none when there is none."""
    journey = await connection.fetchrow(
        "select version, hold, state::text as state from journey where subject = $1", subject
    )
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
    policy = await policy_in_force(connection)
    absences = [_absence(spell, policy) for spell in spells(journey_from_json(journey["state"]), policy)]
    return Story(subject, journey["hold"], journey["version"], moments, absences)


def _absence(spell: Spell, policy: Policy) -> Absence:
    working = spell.working_days(policy.calendar)
    return Absence(spell.start, spell.end, spell.open, spell.days, working, len(spell.notes), spell.may_be_fit)


async def all_subjects(connection: Connection) -> list[SubjectReference]:
    """Everybody who has a journey."""
    return [row["subject"] for row in await connection.fetch("select subject from journey order by subject")]
