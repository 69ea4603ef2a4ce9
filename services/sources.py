"""The registry of sources: who may speak, and what each may send, how large, how fast and by which topic.

A person writes it and others read it over, so it is a file of its own; the
tokens are a program's, and only the door reads them (DECISIONS 15).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from schemas.envelope import is_attribute
from schemas.events import EVENT_TYPES
from schemas.topics import INBOUND, Topic, inbound
from services.named_tables import NamedTables

if TYPE_CHECKING:
    from services.settings import Settings

_WHITE_SPACE = re.compile(r"\s")
_Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
_AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
_Rate = Annotated[float, msgspec.Meta(ge=0.01)]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One source: the event types that it may send, and its limits, where it has some of its own.

    ``rate`` and ``burst`` are events a second, and how many may come at once, for each process of the door.
    ``inbound`` names its topic on Kafka; without it the source speaks over HTTP alone.
    """

    types: tuple[str, ...]
    inbound: _Name | None = None
    largest_body: _AtLeastOne | None = None
    rate: _Rate | None = None
    burst: _AtLeastOne | None = None
    backfill: bool = False


class Sources:
    """The sources that are registered. Without a registry (none) every source may send everything."""

    def __init__(self, by_uri: Mapping[str, Source] | None = None) -> None:
        self._by_uri = by_uri
        self._by_topic = {
            inbound(source.inbound).name: uri for uri, source in (by_uri or {}).items() if source.inbound is not None
        }

    @classmethod
    def of(cls, settings: Settings) -> Sources:
        """Read the registry of a deployment. Raises SettingsNotUsable with every problem."""
        if settings.sources_file is None:
            return cls()
        return cls(SOURCES_FILE.read(settings.sources_file))

    @property
    def are_registered(self) -> bool:
        """Whether there is a registry."""
        return self._by_uri is not None

    @property
    def uris(self) -> tuple[str, ...]:
        """The sources that are registered."""
        return tuple(self._by_uri or ())

    def find(self, uri: str | None) -> Source | None:
        """What is registered of a source."""
        return (self._by_uri or {}).get(uri or "")

    def of_topic(self, topic: str) -> str | None:
        """The source whose own topic this is."""
        return self._by_topic.get(topic)

    def find_topic(self, uri: str) -> str | None:
        """The topic of a source that has its own."""
        return next((topic for topic, owner in self._by_topic.items() if owner == uri), None)

    @property
    def own_topics(self) -> tuple[Topic, ...]:
        """The inbound topics of the sources that have one."""
        return tuple(inbound(source.inbound) for source in (self._by_uri or {}).values() if source.inbound is not None)

    @property
    def inbound_topics(self) -> tuple[str, ...]:
        """Every topic that the Kafka door reads."""
        return (INBOUND, *self._by_topic)


def _is_no_source(uri: str) -> str | None:
    wrong = not uri or not is_attribute(uri) or _WHITE_SPACE.search(uri)
    return "a source is a URI without white space" if wrong else None


def _does_not_fit(values: Mapping[str, Any]) -> list[str]:
    types: tuple[str, ...] = values.get("types", ())
    problems = [f"types: {name} is no event type of publishers" for name in types if name not in EVENT_TYPES]
    if values.get("types") == ():
        problems.append("types: names no event type")
    if not math.isfinite(values.get("rate") or 1.0):
        problems.append("rate: must be a number of events a second")
    if "burst" in values and "rate" not in values:
        problems.append("burst: needs a rate")
    return problems


def _same_topic(sources: Mapping[str, Source]) -> list[str]:
    names = [source.inbound for source in sources.values() if source.inbound is not None]
    return [f"inbound: {name} is named by two sources" for name in sorted(set(names)) if names.count(name) > 1]


SOURCES_FILE = NamedTables(
    "the registry of sources", "source", '"its URI"', Source, _is_no_source, _does_not_fit, _same_topic
)
