"""What the code says of each example: the facts of a valid one, what is wrong with an invalid one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import msgspec

from schemas.envelope import from_text
from schemas.events import EVENT_TYPES, facts_of
from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId
from schemas.outputs import read_output
from services.describe.examples import Example, examples_of
from services.ingest.examine import examine
from services.ingest.structured import STRUCTURED, structured_offer
from services.simulate import SIMULATION_KEY


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """An example with what was found in it. ``facts`` is JSON, for a valid inbound one."""

    example: Example
    facts: str | None
    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The example, as it stands in its file."""
        return self.example.body.decode()


@cache
def findings(event_type: str) -> tuple[Found, ...]:
    """Every example of a type, read as the door or a consumer reads it."""
    read = _read_inbound if event_type in EVENT_TYPES else _read_outbound
    return tuple(_found(example, read) for example in examples_of(event_type))


def _found(example: Example, read: Callable[[Example], str | None]) -> Found:
    try:
        return Found(example, read(example), ())
    except Refused as why:
        return Found(example, None, why.problems)


def _read_inbound(example: Example) -> str:
    offer = structured_offer(example.body, STRUCTURED, ArrivalId("example"))
    examined = examine(offer, from_text(str(example.event()["time"])), SIMULATION_KEY)
    _, facts = facts_of(example.type, examined.payload)
    return msgspec.json.format(msgspec.json.encode(facts), indent=2).decode()


def _read_outbound(example: Example) -> None:
    read_output(example.type, msgspec.json.encode(example.event()["data"]))
