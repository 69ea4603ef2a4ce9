"""Destinations: where outputs go beyond the topics. A file of the deployment; none by default."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from schemas.receipt import DestinationName
from schemas.topics import DECISIONS, OUTPUT_TOPICS
from services.settings import SettingsNotUsable

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
    try:
        text = settings.destinations_file.read_text(encoding="utf-8")
    except OSError as why:
        raise SettingsNotUsable(f"the file of destinations cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsNotUsable("the file of destinations must be UTF-8") from None
    return parse_destinations(text)


def parse_destinations(text: str) -> dict[str, Destination]:
    """Read a file of destinations (TOML), by name. Raises SettingsNotUsable with every problem."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise SettingsNotUsable(f"the file of destinations is not TOML: {why}") from None
    problems = [f"{name}: not known" for name in document if name != "destination"]
    tables = document.get("destination")
    if not isinstance(tables, dict) or not tables:
        problems.append("destination: missing; each destination is a table, [destination.its-name]")
        tables = {}
    found = {name: _destination(name, table, problems) for name, table in tables.items()}
    read = {name: destination for name, destination in found.items() if destination is not None}
    problems += _same_place(read)
    if problems:
        raise SettingsNotUsable("the file of destinations is not valid:\n  " + "\n  ".join(problems))
    return read


def _destination(name: str, table: object, problems: list[str]) -> Destination | None:
    """One table; each of its values on its own, so that all that is wrong is told at once."""
    before = len(problems)
    try:
        msgspec.convert(name, DestinationName)
    except msgspec.ValidationError:
        problems.append(f"{name}: a name is made of small letters, digits and single hyphens, at most 60")
    if not isinstance(table, dict):
        problems.append(f"{name}: must be a table, [destination.{name}]")
        return None
    fields = {field.name: field for field in msgspec.structs.fields(Destination)}
    problems += [f"{name}: {key}: not known" for key in table if key not in fields]
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key not in table:
            problems.append(f"{name}: {key}: missing")
            continue
        try:
            values[key] = msgspec.convert(table[key], field.type)
        except msgspec.ValidationError as why:
            problems.append(f"{name}: {key}: {why}")
    problems += [f"{name}: {problem}" for problem in _does_not_fit(values)]
    return Destination(**values) if len(problems) == before else None


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
