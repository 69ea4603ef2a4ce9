"""Destinations: where outputs go beyond the topics. A file of the deployment; none by default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from schemas.receipt import DestinationName
from schemas.topics import DECISIONS, OUTPUT_TOPICS
from services.named_tables import NamedTables

if TYPE_CHECKING:
    from services.settings import Settings

#: What can be carried out: decisions have no outside reader.
CARRIED = tuple(topic for topic in OUTPUT_TOPICS if topic != DECISIONS)


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """One destination: which topics go there, and what it is. A ``folder`` gets a file for each output."""

    kind: Literal["folder"]
    path: str
    topics: tuple[str, ...]


def destinations_of(settings: Settings) -> dict[str, Destination]:
    """Read a deployment's destinations, by name. Raises SettingsNotUsable with every problem."""
    if settings.destinations_file is None:
        return {}
    return DESTINATIONS_FILE.read(settings.destinations_file)


def _is_no_name(name: str) -> str | None:
    try:
        msgspec.convert(name, DestinationName)
    except msgspec.ValidationError:
        return "a name is made of small letters, digits and single hyphens, at most 60"
    return None


def _does_not_fit(values: Mapping[str, Any]) -> list[str]:
    topics: tuple[str, ...] = values.get("topics", ())
    problems = [f"topics: {topic} is no topic of outputs that go outside" for topic in topics if topic not in CARRIED]
    if values.get("topics") == ():
        problems.append("topics: names no topic")
    if len(set(topics)) != len(topics):
        problems.append("topics: names one twice")
    if "path" in values and not Path(values["path"]).is_absolute():
        problems.append("path: must begin at the root (/)")
    return problems


def _same_place(read: Mapping[str, Destination]) -> list[str]:
    """Two destinations in one folder would take each other's files for their own."""
    first: dict[Path, str] = {}
    problems = []
    for name, destination in read.items():
        other = first.setdefault(Path(destination.path), name)
        if other != name:
            problems.append(f"{name}: path: is that of {other}")
    return problems


DESTINATIONS_FILE = NamedTables(
    "the file of destinations", "destination", "its-name", Destination, _is_no_name, _does_not_fit, _same_place
)
