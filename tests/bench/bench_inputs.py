"""What the bench feeds: fit notes of 1.9 kB as their publishers send them, and as they stand on ``fitpath.events``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from kafka_feed import nhs_numbers

from schemas.envelope import to_headers
from schemas.identifiers import ArrivalId, SubjectKey
from services.ingest.examine import Offer, examine

Message = tuple[bytes | None, bytes, list[tuple[str, bytes]]]
_EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples" / "fit-note-issued-1"
_NOTE = json.loads((_EXAMPLES / "chronic-back-pain.valid.json").read_text())


def raw(events: int, people: int, run: str) -> Iterator[Message]:
    """Key, value and headers of records for ``fitpath.inbound``: binary CloudEvents, FHIR as it comes."""
    body = json.dumps(_NOTE["data"], separators=(",", ":"))
    day = datetime.now(UTC) - timedelta(days=3)
    numbers = list(islice(nhs_numbers(), people))
    old = _NOTE["time"][:10]
    body = body.replace(old, day.date().isoformat()).replace(
        "2024-03-31", (day + timedelta(days=27)).date().isoformat()
    )
    for n in range(events):
        headers = {
            "content-type": "application/fhir+json", "ce_specversion": "1.0", "ce_type": "fit-note-issued-1",
            "ce_source": "https://bench.example/notes", "ce_id": f"{run}-{n}", "ce_time": day.isoformat(),
        }  # fmt: skip
        value = body.replace("9990000018", numbers[n % people])
        yield None, value.encode(), [(name, text.encode()) for name, text in headers.items()]


def accepted(events: int, people: int, run: str, key: SubjectKey) -> Iterator[Message]:
    """The same, as a door puts them on ``fitpath.events``."""
    now = datetime.now(UTC)
    for _, value, headers in raw(events, people, run):
        attributes = {name[3:]: text.decode() for name, text in headers if name.startswith("ce_")}
        arrival = ArrivalId(f"bench:{attributes['id']}")
        found = examine(Offer(attributes, "application/fhir+json", value, arrival), now, key)
        yield found.accepted.subject.encode(), found.payload, to_headers(found.accepted)
