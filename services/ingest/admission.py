"""Admission: who may send what, how large and how fast. Every door asks it before ``accept`` (EXACTNESS 15).

What is not let in over HTTP counts nowhere; on Kafka it has been read whole
and becomes a dead letter, except what only came too fast: that waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from schemas.codes import PAGES
from schemas.events import EVENT_TYPES
from schemas.failures import Problem, Refused
from schemas.topics import INBOUND
from services.ingest.rates import Rates
from services.sources import Sources

if TYPE_CHECKING:
    from services.ingest.callers import Caller
    from services.ingest.examine import Offer

_TRUE = "true"


class TooFast(Refused):
    """A source has used up its rate; in ``seconds`` it may send again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__([Problem("too-fast")])


@dataclass(frozen=True, slots=True)
class Admission:
    """What the doors of one process ask. ``shared``: any source may be claimed on the shared inbound topic."""

    sources: Sources
    rates: Rates
    largest_body: int
    shared: bool

    @classmethod
    def by(cls, sources: Sources, largest_body: int, *, shared: bool) -> Admission:
        """Admission by a registry."""
        return cls(sources, Rates(sources), largest_body, shared)

    def largest(self, source: str | None) -> int:
        """How many bytes a source may send in one message."""
        known = self.sources.find(source)
        own = known.largest_body if known is not None else None
        return min(self.largest_body, own or self.largest_body)

    def may_begin(self, caller: Caller) -> None:
        """Before a body is read: whether this caller may send anything now. Raises TooFast."""
        wait = self.rates.wait(caller.source)
        if wait:
            raise TooFast(wait)

    def admit(self, offer: Offer, caller: Caller, *, size: int, place: str = "source") -> None:
        """Let an HTTP caller's event in. Raises Refused with every reason against it; TooFast.

        ``size``: bytes of the message as it came; ``place``: where its source was said.
        """
        source = offer.attributes.get("source")
        if source and not caller.may_speak_for(source):
            raise Refused([Problem("source-not-yours", place)])
        problems = self._against(offer, source, size)
        if problems:
            raise Refused(problems)
        speaker = caller.source or source
        wait = self.rates.wait(speaker)
        if wait:
            raise TooFast(wait)
        self.rates.take(speaker)

    def on_topic(self, offer: Offer, topic: str, *, size: int) -> Offer:
        """The offer that a record of an inbound topic makes, with every reason against it.

        One that speaks for another source keeps none of its attributes: nothing may be noted under another's id.
        """
        owner = self.sources.of_topic(topic)
        claimed = offer.attributes.get("source")
        mine = claimed == owner if owner is not None else topic == INBOUND and self.shared
        if claimed and not mine:
            return replace(offer, attributes={}, caller=owner, problems=(Problem("source-not-yours", "source"),))
        problems = offer.problems or tuple(self._against(offer, claimed, size))
        return replace(offer, caller=owner, problems=problems)

    def _against(self, offer: Offer, source: str | None, size: int) -> list[Problem]:
        """What the registry has against an event of this source; where none is named, ``accept`` says so."""
        if source == PAGES:  # only the pages themselves speak for those who answer on them
            return [Problem("source-not-yours", "source")]
        if not source or not self.sources.are_registered:
            return []
        known = self.sources.find(source)
        if known is None:
            return [Problem("source-not-registered", "source")]
        problems = []
        stated = offer.attributes.get("type", "")
        if stated in EVENT_TYPES and stated not in known.types:
            problems.append(Problem("type-not-yours", "type"))
        if not known.backfill and offer.attributes.get("backfill", "").lower() == _TRUE:
            problems.append(Problem("backfill-not-yours", "backfill"))
        if size > self.largest(source):
            problems.append(Problem("too-large"))
        return problems
