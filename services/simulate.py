"""What would Fitpath do with these events? The pure core over NDJSON, no broker and no database.

The same `examine`, the same fold and the same outputs as in the rooms; a
missing `recordedtime` means `time`, and the clock of a journey never goes
back (EXACTNESS 2). The key is a fixed one: subject references here belong to
no deployment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

import msgspec

from schemas.codes import SOURCE
from schemas.envelope import from_text, to_text
from schemas.facts import Event
from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, EventId, SubjectKey, SubjectReference, made_id
from schemas.operation_outcome import operation_outcome
from services.domain.decisions import Refusal
from services.domain.journey import Journey
from services.domain.outputs import Output, own_event
from services.domain.policy import Policy
from services.domain.step import step
from services.domain.waits import Wait
from services.ingest.examine import Offer, examine
from services.ingest.structured import read_structured
from services.streams.record import fingerprint, read_event

SIMULATION_KEY = SubjectKey(b"fitpath simulation, not a secret")
REJECTED = "event-rejected-1"


@dataclass(slots=True)
class Summary:
    """What came of a simulation; decisions and outputs are counted by kind.

    ``own``: the events of our own that are not due ones, and ``own_dead`` those of them that the core refused.
    """

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    due: int = 0
    own: int = 0
    own_dead: int = 0
    outputs: dict[str, int] = field(default_factory=dict)


class Simulation:
    """Journeys in memory. ``journeys`` may be looked at afterwards."""

    def __init__(self, policy: Policy, key: SubjectKey = SIMULATION_KEY) -> None:
        self._policy = policy
        self._key = key
        self._had: dict[EventId, str] = {}
        self._waits = Waits()
        self.journeys: dict[str, Journey] = {}
        self.summary = Summary()

    def run(self, lines: Iterable[bytes], until: datetime | None = None) -> Iterator[bytes]:
        """Each line a structured CloudEvent; yields every decision and output, and a refusal for what was refused.

        ``until``: a virtual clock runs along the events' recorded times and on to that moment, and what is due
        happens at its moment. None: nothing ever becomes due.
        """
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield from self._one(line, ArrivalId(f"line:{number}"), until)
        if until is not None:
            yield from self._due(until)

    def _one(self, line: bytes, arrival: ArrivalId, until: datetime | None) -> Iterator[bytes]:
        self.summary.read += 1
        try:
            offer = read_structured(line, arrival)
            recorded = recorded_of(offer)
            if until is not None:
                yield from self._due(min(recorded, until))
            outputs = self._take(offer, recorded)
        except Refused as why:
            self.summary.rejected += 1
            yield _rejected(arrival, why)
            return
        yield from self._told(outputs)

    def _told(self, outputs: Iterable[Output]) -> Iterator[bytes]:
        for output in outputs:
            self.summary.outputs[output.type] = self.summary.outputs.get(output.type, 0) + 1
            yield structured(output)

    def _due(self, moment: datetime) -> Iterator[bytes]:
        """Everything that is due up to a moment, in the order of the moments."""
        while (found := self._waits.next_due(moment)) is not None:
            subject, wait = found
            self.summary.due += 1
            yield from self._told(self._walk(wait.due_event(subject)))

    def _walk(self, event: Event) -> list[Output]:
        """One event through the core, and then the events of our own that come of it. Raises Refused when it belongs
        to no journey.
        """
        outputs: list[Output] = []
        waiting = deque(self._step(event))
        while waiting:
            output = waiting.popleft()
            if not output.is_own_event:
                outputs.append(output)
                continue
            self.summary.own += 1
            try:
                waiting.extend(self._step(own_event(output)))
            except Refused:  # a dead letter of our own: the event that caused it stands
                self.summary.own_dead += 1
        return outputs

    def _step(self, event: Event) -> tuple[Output, ...]:
        journey = self.journeys.get(event.subject) or Journey(subject=event.subject)
        stepped = step(journey, event, self._policy)
        if isinstance(stepped, Refusal):
            raise Refused([Problem(stepped.code)])
        self.journeys[event.subject] = stepped.journey
        self._waits.add(event.subject, stepped.waits)
        return stepped.outputs

    def _take(self, offer: Offer, recorded: datetime) -> list[Output]:
        examined = examine(offer, recorded, self._key)
        accepted = examined.accepted
        event_id = EventId(accepted.source, accepted.id)
        mark = fingerprint(accepted, examined.payload, self._key)
        if event_id in self._had:
            if self._had[event_id] != mark:
                raise Refused([Problem("id-reused", "id")])
            self.summary.duplicate += 1
            return []
        outputs = self._walk(read_event(accepted, examined.payload))
        self._had[event_id] = mark
        self.summary.accepted += 1
        return outputs


class Waits:
    """What waits, by its moment; each once."""

    def __init__(self) -> None:
        self._open: list[tuple[datetime, str, SubjectReference, Wait]] = []
        self._begun: set[str] = set()

    def add(self, subject: SubjectReference, waits: Iterable[Wait]) -> None:
        """What an event left waiting."""
        for wait in waits:
            if wait.id not in self._begun:
                self._begun.add(wait.id)
                heappush(self._open, (wait.due, wait.id, subject, wait))

    def next_due(self, moment: datetime) -> tuple[SubjectReference, Wait] | None:
        """The next one whose moment has come, taken out."""
        if not self._open or self._open[0][0] > moment:
            return None
        _, _, subject, wait = heappop(self._open)
        return subject, wait


def recorded_of(offer: Offer) -> datetime:
    """When it was recorded, else when it happened."""
    try:
        return from_text(offer.attributes.get("recordedtime") or offer.attributes.get("time") or "")
    except (ValueError, OverflowError):
        return from_text("1970-01-01T00:00:00Z")  # `examine` refuses it with the reason


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
