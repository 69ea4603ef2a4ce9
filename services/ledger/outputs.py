"""An output as it stands in the outbox: its CloudEvents attributes, and what the core made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.codec import open_sealed
from schemas.codes import SOURCE
from schemas.envelope import to_text
from schemas.identifiers import SubjectReference
from services.domain.outputs import Output

if TYPE_CHECKING:
    import asyncpg


def attributes(row: asyncpg.Record) -> dict[str, str | None]:
    """The attributes under which a row of the outbox leaves Fitpath."""
    return {
        "specversion": "1.0",
        "id": str(row["output_id"]),
        "source": SOURCE,
        "type": row["type"],
        "time": to_text(row["time"]),
        "subject": row["subject"],
        "sequence": f"{row['sequence']:012d}",
        "causationid": row["cause_id"],
        "correlationid": row["correlation"],
        "traceparent": row["traceparent"],
        "policy": row["policy"],
    }


def payload(row: asyncpg.Record) -> bytes:
    """The FHIR resource of a row of the outbox."""
    return open_sealed(SubjectReference(row["subject"]), row["data"])


def output(row: asyncpg.Record) -> Output:
    """A row of the outbox as the core made it."""
    return Output(
        id=str(row["output_id"]), topic=row["topic"], type=row["type"], time=row["time"], subject=row["subject"],
        cause_source=row["cause_source"], cause_id=row["cause_id"], ordinal=row["ordinal"],
        sequence=row["sequence"], policy=row["policy"], data=payload(row),
    )  # fmt: skip
