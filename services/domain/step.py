"""One event walked through the core: decide, evolve, build. The rooms, `replay verify` and `simulate` all step here."""

from __future__ import annotations

import msgspec

from schemas.facts import Event
from services.domain.build import build
from services.domain.decide import decide
from services.domain.decisions import Decisions, Refusal
from services.domain.evolve import evolve
from services.domain.journey import Journey
from services.domain.known import known
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.waits import Wait, begun

#: Stands in each inbox row. It goes up when the same event, journey and policy would come to something else.
CORE_VERSION = 1


class Stepped(msgspec.Struct, frozen=True):
    """The journey after an event, what the event caused, and what it left waiting."""

    journey: Journey
    decisions: tuple[Decisions, ...]
    outputs: tuple[Output, ...]
    waits: tuple[Wait, ...]


def step(journey: Journey, event: Event, policy: Policy) -> Stepped | Refusal:
    """Pure and total. A Refusal: the event belongs to no journey as it stands, and changes nothing."""
    event = known(event, policy)
    decisions = decide(journey, event, policy)
    if isinstance(decisions, Refusal):
        return decisions
    after = evolve(journey, event)
    for decision in decisions:
        after = evolve(after, decision)
    settled = () if after.put_off else journey.put_off
    outputs = build(after, event, decisions, policy)
    after = msgspec.structs.replace(after, version=journey.version + 1, sequence=journey.sequence + len(outputs))
    return Stepped(after, decisions, outputs, begun(after, event, decisions, policy, settled))
