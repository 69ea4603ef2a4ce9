"""What would Fitpath do with these events? The pure core over NDJSON, no broker and no database.

The same `examine`, the same fold and the same outputs as in the rooms; a
missing `recordedtime` means `time`, and the clock of a journey never goes
back (EXACTNESS 2). The key is a fixed one: subject references here belong to
no deployment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from schemas.codes import SOURCE
from schemas.envelope import from_text, to_text
from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, EventId, SubjectKey, made_id
from schemas.operation_outcome import operation_outcome
from services.domain.decisions import Refusal
from services.domain.journey import Journey
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.step import step
from services.ingest.examine import Offer, examine
from services.ingest.structured import read_structured
from services.streams.record import fingerprint, read_event

SIMULATION_KEY = SubjectKey(b"fitpath simulation, not a secret")
REJECTED = "event-rejected-1"


@dataclass(slots=True)
class Summary:
    """What came of a simulation; decisions and outputs are counted by kind."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    outputs: dict[str, int] = field(default_factory=dict)


class Simulation:
    """Journeys in memory. ``journeys`` may be looked at afterwards."""

    def __init__(self, policy: Policy, key: SubjectKey = SIMULATION_KEY) -> None:
        self._policy = policy
        self._key = key
        self._had: dict[EventId, str] = {}
        self.journeys: dict[str, Journey] = {}
        self.summary = Summary()

    def run(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Each line a structured CloudEvent; yields every decision and output, and a refusal for what was refused."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield from self._one(line, ArrivalId(f"line:{number}"))

    def _one(self, line: bytes, arrival: ArrivalId) -> Iterator[bytes]:
        self.summary.read += 1
        try:
            offer = read_structured(line, arrival)
            outputs = self._take(offer)
        except Refused as why:
            self.summary.rejected += 1
            yield _rejected(arrival, why)
            return
        for output in outputs:
            self.summary.outputs[output.type] = self.summary.outputs.get(output.type, 0) + 1
            yield structured(output)

    def _take(self, offer: Offer) -> tuple[Output, ...]:
        when = offer.attributes.get("recordedtime") or offer.attributes.get("time") or ""
        try:
            recorded = from_text(when)
        except (ValueError, OverflowError):
            recorded = from_text("1970-01-01T00:00:00Z")  # `examine` refuses it with the reason
        examined = examine(offer, recorded, self._key)
        accepted = examined.accepted
        event_id = EventId(accepted.source, accepted.id)
        mark = fingerprint(accepted, examined.payload, self._key)
        if event_id in self._had:
            if self._had[event_id] != mark:
                raise Refused([Problem("id-reused", "id")])
            self.summary.duplicate += 1
            return ()
        journey = self.journeys.get(accepted.subject) or Journey(subject=accepted.subject)
        stepped = step(journey, read_event(accepted, examined.payload), self._policy)
        if isinstance(stepped, Refusal):
            raise Refused([Problem(stepped.code)])
        self._had[event_id] = mark
        self.journeys[accepted.subject] = stepped.journey
        self.summary.accepted += 1
        return stepped.outputs


def structured(output: Output) -> bytes:
    """An output as a structured CloudEvent, one line."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": output.id,
            "source": SOURCE,
            "type": output.type,
            "time": to_text(output.time),
            "subject": output.subject,
            "causationid": output.cause_id,
            "sequence": f"{output.sequence:012d}",
            "policy": output.policy,
            "datacontenttype": "application/fhir+json",
            "data": msgspec.Raw(output.data),
        }
    )


def _rejected(arrival: ArrivalId, why: Refused) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": made_id("simulate", arrival),
            "source": SOURCE,
            "type": REJECTED,
            "arrival": arrival,
            "datacontenttype": "application/fhir+json",
            "data": msgspec.Raw(operation_outcome(why.problems)),
        }
    )
