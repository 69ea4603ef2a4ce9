"""Dead letters: look at them, and give them another chance.

A replay sends the original record again under its own arrival id; what goes
through moves from rejected to accepted, what fails again is a dead letter
again (EXACTNESS 1).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from schemas.codec import open_sealed
from schemas.failures import FAILURES
from schemas.identifiers import ArrivalId, SubjectReference
from schemas.refusal import unpack_record
from schemas.topics import is_inbound
from services.ingest.accept import Acceptor, Original
from services.ingest.inbound import inbound_offer
from services.streams.where import REPLAYED

if TYPE_CHECKING:
    import asyncpg
    from aiokafka import AIOKafkaProducer

    from services.ingest.admission import Admission
    from services.ledger.database import Connection


class Letter(msgspec.Struct):
    """A dead letter, without its content."""

    id: int
    arrival: str
    stage: str
    code: str
    words: str
    advice: str
    place: str
    at: datetime
    state: str
    subject: str | None = None


class LetterNotKnown(Exception):  # noqa: N818 - named after what is wrong
    """There is no open dead letter with this number."""


async def list_letters(connection: Connection, *, resolved: bool = False) -> list[Letter]:
    """The dead letters that wait for somebody, oldest first; with ``resolved`` all."""
    rows = await connection.fetch("select * from dead_letter where $1 or state <> 'resolved' order by id", resolved)
    return [_letter(row) for row in rows]


async def find_letter(connection: Connection, number: int) -> tuple[Letter, int]:
    """A dead letter and the size of its record in bytes. Raises LetterNotKnown."""
    row = await connection.fetchrow("select * from dead_letter where id = $1", number)
    if row is None:
        raise LetterNotKnown(f"there is no dead letter {number}")
    return _letter(row), len(row["record"])


async def replay_letter(
    connection: Connection, number: int, acceptor: Acceptor, admission: Admission, producer: AIOKafkaProducer
) -> str:
    """Send a dead letter again; returns its arrival id. Raises LetterNotKnown, BrokerAway, KafkaError.

    What came in by a topic is admitted as if it had just come: a replay is no back door. It is marked before it is
    sent: the other way round the stream room could meet it first and take it for our own repetition.
    """
    row = await connection.fetchrow(
        "update dead_letter set state = 'replaying' where id = $1 and state <> 'resolved' returning *", number
    )
    if row is None:
        raise LetterNotKnown(f"there is no open dead letter {number}")
    subject = SubjectReference(row["subject"]) if row["subject"] else None
    record = unpack_record(open_sealed(subject, row["record"]))
    if is_inbound(row["topic"]):
        offer = inbound_offer(admission, row["topic"], record.headers, record.value, ArrivalId(row["arrival"]))
        original = Original(row["topic"], row["partition"], row["record_offset"], record.headers, record.value)
        await acceptor.accept(offer, original)
    else:
        await producer.send_and_wait(
            row["topic"],
            key=subject.encode() if subject else None,  # a person's events stay in their partition
            partition=None if subject else row["partition"],
            value=record.value,
            headers=[*record.headers, (REPLAYED, row["arrival"].encode())],
        )
    return str(row["arrival"])


def _letter(row: asyncpg.Record) -> Letter:
    failure = FAILURES[row["code"]]
    return Letter(
        id=row["id"], arrival=row["arrival"], stage=row["stage"], code=row["code"], words=failure.words,
        advice=failure.advice, place=f"{row['topic']}:{row['partition']}:{row['record_offset']}", at=row["at"],
        state=row["state"], subject=row["subject"],
    )  # fmt: skip
