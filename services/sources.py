"""The registry of sources: who may speak, and what each may send, how large, how fast and by which topic.

A person writes it and others read it over, so it is a file of its own; the
tokens are a program's, and only the door reads them (DECISIONS 15).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from schemas.envelope import is_attribute
from schemas.events import EVENT_TYPES
from schemas.topics import INBOUND, Topic, inbound
from services.settings import SettingsNotUsable

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
        try:
            text = settings.sources_file.read_text(encoding="utf-8")
        except OSError as why:
            raise SettingsNotUsable(f"the registry of sources cannot be read: {why.strerror}") from None
        except UnicodeDecodeError:
            raise SettingsNotUsable("the registry of sources must be UTF-8") from None
        return cls(parse_sources(text))

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


def parse_sources(text: str) -> dict[str, Source]:
    """Read a registry (TOML), by source URI. Raises SettingsNotUsable with every problem."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise SettingsNotUsable(f"the registry of sources is not TOML: {why}") from None
    problems = [f"{name}: not known" for name in document if name != "source"]
    tables = document.get("source")
    if not isinstance(tables, dict) or not tables:
        problems.append('source: missing; each source is a table, [source."its URI"]')
        tables = {}
    found = {uri: _source(uri, table, problems) for uri, table in tables.items()}
    sources = {uri: source for uri, source in found.items() if source is not None}
    names = [source.inbound for source in sources.values() if source.inbound is not None]
    problems += [f"inbound: {name} is named by two sources" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise SettingsNotUsable("the registry of sources is not valid:\n  " + "\n  ".join(problems))
    return sources


def _source(uri: str, table: object, problems: list[str]) -> Source | None:
    """One table; each of its values on its own, so that all that is wrong is told at once."""
    before = len(problems)
    if not uri or not is_attribute(uri) or _WHITE_SPACE.search(uri):
        problems.append(f"{uri}: a source is a URI without white space")
    if not isinstance(table, dict):
        problems.append(f'{uri}: must be a table, [source."{uri}"]')
        return None
    fields = {field.name: field for field in msgspec.structs.fields(Source)}
    problems += [f"{uri}: {name}: not known" for name in table if name not in fields]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in table:
            try:
                values[name] = msgspec.convert(table[name], field.type)
            except msgspec.ValidationError as why:
                problems.append(f"{uri}: {name}: {why}")
        elif field.required:
            problems.append(f"{uri}: {name}: missing")
    problems += [f"{uri}: {problem}" for problem in _does_not_fit(values)]
    return Source(**values) if len(problems) == before else None


def _does_not_fit(values: dict[str, Any]) -> list[str]:
    types: tuple[str, ...] = values.get("types", ())
    problems = [f"types: {name} is no event type of publishers" for name in types if name not in EVENT_TYPES]
    if values.get("types") == ():
        problems.append("types: names no event type")
    if not math.isfinite(values.get("rate") or 1.0):
        problems.append("rate: must be a number of events a second")
    if "burst" in values and "rate" not in values:
        problems.append("burst: needs a rate")
    return problems
