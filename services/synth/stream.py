"""One person's stream: what is told of them, and what follows, with the pure core between.

Each message is read as a door reads it, so what is meant to be taken is
taken, and what is meant to be refused is refused; anything else is a fault of
the generator and ends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from schemas.facts import Event
from schemas.failures import Refused
from schemas.identifiers import ArrivalId, NhsNumber
from services.domain.decisions import Decisions, Refusal
from services.domain.journey import Journey
from services.domain.step import step
from services.ingest.examine import examine
from services.ingest.structured import read_structured
from services.simulate import SIMULATION_KEY, Waits
from services.streams.record import read_event
from services.synth.kinds import KINDS
from services.synth.people import Person
from services.synth.telling import Message, Now, World
from services.synth.wrong import wrong_line

_ARRIVAL = ArrivalId("synth")
_REPEATED_AFTER_DAYS = 2.0


class NotAsMeant(Exception):  # noqa: N818 - named after what is wrong
    """A fault of the generator: a message that should be taken is refused, or the other way round."""


@dataclass(slots=True)
class Count:
    """What was made: lines by event type, and among them those sent a second time and those to be refused."""

    types: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    wrong: int = 0

    def add(self, other: Count) -> None:
        """Count another's too."""
        self.types.update(other.types)
        self.repeated += other.repeated
        self.wrong += other.wrong


Line = tuple[datetime, bytes]


class Stream:
    """The messages about one person in the order in which doors have them."""

    def __init__(self, person: Person, world: World, count: Count) -> None:
        self._person = person
        self._world = world
        self._count = count
        self._journey = Journey(subject=SIMULATION_KEY.reference(NhsNumber.parse(person.patient.nhs_number)))
        self._waits = Waits()
        self._ahead: list[tuple[datetime, int, Message, bool]] = []
        self._planned = 0
        self._had: set[tuple[str, str]] = set()
        self._chance = person.chance("sending")

    def lines(self) -> Iterator[Line]:
        """Every line with its moment."""
        for kind in KINDS:
            for message in kind.of_itself(self._person, self._world):
                self._plan(message)
        while True:
            moment = self._ahead[0][0] if self._ahead else self._world.end
            due = self._waits.next_due(moment)
            if due is not None:
                subject, wait = due
                self._walk(wait.due_event(subject))  # what follows from it may be sent before what is planned so far
            elif self._ahead:
                _, _, message, again = heappop(self._ahead)
                yield from self._sent(message, again=again)
            else:
                return

    def _plan(self, message: Message, *, again: bool = False) -> None:
        if self._world.start <= message.recorded < self._world.end:
            self._planned += 1
            heappush(self._ahead, (message.recorded, self._planned, message, again))

    def _sent(self, message: Message, *, again: bool) -> Iterator[Line]:
        line = message.line(self._person)
        if not again:
            if self._chance.happens(self._world.rates.identity.broken):
                yield from self._refused(message, line)
            self._take(message, line)
            if self._chance.happens(self._world.rates.identity.repeated):
                self._plan(message.later(self._chance.days(_REPEATED_AFTER_DAYS)), again=True)
        self._count.types[message.kind] += 1
        self._count.repeated += again
        yield message.recorded, line

    def _refused(self, message: Message, line: bytes) -> Iterator[Line]:
        wrong = wrong_line(line, self._person, self._chance)
        try:
            examine(read_structured(wrong, _ARRIVAL), message.recorded, SIMULATION_KEY)
        except Refused:
            self._count.types[message.kind] += 1
            self._count.wrong += 1
            yield message.recorded, wrong
            return
        raise NotAsMeant(f"a wrong {message.kind} is taken")

    def _take(self, message: Message, line: bytes) -> None:
        try:
            examined = examine(read_structured(line, _ARRIVAL), message.recorded, SIMULATION_KEY)
        except Refused as why:
            codes = ", ".join(problem.code for problem in why.problems)
            raise NotAsMeant(f"a {message.kind} is refused: {codes}") from None
        event_id = (message.kind, message.name)
        if event_id in self._had:
            raise NotAsMeant(f"a {message.kind} has the id of another one")
        self._had.add(event_id)
        self._walk(read_event(examined.accepted, examined.payload))

    def _walk(self, event: Event) -> None:
        stepped = step(self._journey, event, self._world.policy)
        if isinstance(stepped, Refusal):
            raise NotAsMeant(f"the core refuses a {event.type}: {stepped.code}")
        self._journey = stepped.journey
        self._waits.add(event.subject, stepped.waits)
        now = Now(event.recorded, stepped.journey)
        for made in stepped.decisions:
            self._follow(now, made)

    def _follow(self, now: Now, made: Decisions) -> None:
        for kind in KINDS:
            for message in kind.after(self._person, self._world, now, made):
                self._plan(message)
