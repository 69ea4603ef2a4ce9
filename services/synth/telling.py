"""A message of a publisher, planned: what it says, when that happened, and when a door has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from schemas.envelope import to_text
from schemas.identifiers import made_id
from services.domain.decisions import Decisions
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.synth.people import Person
from services.synth.rates import Rates

_OPENS, _CLOSES, _SATURDAY = 9, 17, 5


@dataclass(frozen=True, slots=True)
class World:
    """What holds for everybody: messages are those that a door has from ``start`` on and before ``end``."""

    start: datetime
    end: datetime
    policy: Policy
    rates: Rates


@dataclass(frozen=True, slots=True)
class Message:
    """One event as a structured CloudEvent; ``name`` makes its id among those of its kind and person."""

    kind: str
    source: str
    name: str
    time: datetime
    recorded: datetime
    data: dict[str, Any] = field(repr=False)
    backfill: bool = False

    def line(self, person: Person) -> bytes:
        """One line of NDJSON."""
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": made_id("synth", str(person.seed), str(person.number), self.kind, self.name),
            "source": self.source,
            "type": self.kind,
            "time": to_text(self.time),
            "recordedtime": to_text(self.recorded),
            "datacontenttype": "application/fhir+json",
        }
        if self.backfill:
            event["backfill"] = True
        return msgspec.json.encode({**event, "data": self.data})

    def later(self, by: timedelta) -> Message:
        """The same, and a door has it later."""
        return replace(self, recorded=self.recorded + by)


@dataclass(frozen=True, slots=True)
class Now:
    """What an actor knows when Fitpath has decided something: the moment, and the person's journey after it."""

    when: datetime
    journey: Journey


def _nothing_of_itself(_person: Person, _world: World) -> Iterable[Message]:
    return ()


def _nothing_after(_person: Person, _world: World, _now: Now, _made: Decisions) -> Iterable[Message]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How events of one type come about.

    ``of_itself`` gives what happens whatever Fitpath does, from before the start to the end of the world; ``after``
    gives what follows a decision, each message recorded after the moment of it. Both draw from chances of the
    person under names of their own, so that no kind disturbs another.
    """

    name: str
    of_itself: Callable[[Person, World], Iterable[Message]] = _nothing_of_itself
    after: Callable[[Person, World, Now, Decisions], Iterable[Message]] = _nothing_after


def at_work(moment: datetime) -> datetime:
    """The moment itself where people are at work, else the beginning of their next day."""
    day = moment.date()
    if moment.hour >= _CLOSES:
        day += timedelta(1)
    elif moment.hour >= _OPENS and day.weekday() < _SATURDAY:
        return moment
    while day.weekday() >= _SATURDAY:
        day += timedelta(1)
    return datetime.combine(day, time(_OPENS, moment.minute, moment.second), UTC)


def on(day: date, hour: float) -> datetime:
    """A moment of a day, to the second."""
    return datetime.combine(day, time(), UTC) + timedelta(seconds=int(hour * 3600))


def collected(moment: datetime, batch: int) -> datetime:
    """When a door has it from a system that is asked every so many days (0: it sends at once), early in the day."""
    if not batch:
        return moment
    behind = moment.date().toordinal() % batch
    return on(moment.date() + timedelta(batch - behind), 2)
