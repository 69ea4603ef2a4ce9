"""Files of a deployment that hold one TOML table for each named thing: all that is wrong is told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from services.settings import SettingsNotUsable

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class NamedTables(Generic[T]):
    """How such a file is read: ``[table.name]``, each a ``kind``.

    ``whole`` is what the file is called in words, ``like`` how a name is written. ``named`` tells what is wrong with
    a name, ``fits`` what is wrong with values that can be read one by one, ``together`` with all of them.
    """

    whole: str
    table: str
    like: str
    kind: type[T]
    named: Callable[[str], str | None]
    fits: Callable[[Mapping[str, Any]], list[str]]
    together: Callable[[Mapping[str, T]], list[str]]

    def read(self, path: Path) -> dict[str, T]:
        """Read a file. Raises SettingsNotUsable with every problem."""
        try:
            return self.parse(path.read_text(encoding="utf-8"))
        except OSError as why:
            raise SettingsNotUsable(f"{self.whole} cannot be read: {why.strerror}") from None
        except UnicodeDecodeError:
            raise SettingsNotUsable(f"{self.whole} must be UTF-8") from None

    def parse(self, text: str) -> dict[str, T]:
        """Read its text. Raises SettingsNotUsable with every problem."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            raise SettingsNotUsable(f"{self.whole} is not TOML: {why}") from None
        problems = [f"{name}: not known" for name in document if name != self.table]
        tables = document.get(self.table)
        if not isinstance(tables, dict) or not tables:
            problems.append(f"{self.table}: missing; each {self.table} is a table, [{self.table}.{self.like}]")
            tables = {}
        found = {name: self._one(name, table, problems) for name, table in tables.items()}
        read = {name: one for name, one in found.items() if one is not None}
        problems += self.together(read)
        if problems:
            raise SettingsNotUsable(f"{self.whole} is not valid:\n  " + "\n  ".join(problems))
        return read

    def _one(self, name: str, table: object, problems: list[str]) -> T | None:
        """One table; each of its values on its own."""
        before = len(problems)
        if (wrong := self.named(name)) is not None:
            problems.append(f"{name}: {wrong}")
        if not isinstance(table, dict):
            problems.append(f"{name}: must be a table")
            return None
        fields = {field.name: field for field in msgspec.structs.fields(self.kind)}
        problems += [f"{name}: {key}: not known" for key in table if key not in fields]
        values: dict[str, Any] = {}
        for key, field in fields.items():
            if key in table:
                try:
                    values[key] = msgspec.convert(table[key], field.type)
                except msgspec.ValidationError as why:
                    problems.append(f"{name}: {key}: {why}")
            elif field.required:
                problems.append(f"{name}: {key}: missing")
        problems += [f"{name}: {problem}" for problem in self.fits(values)]
        return self.kind(**values) if len(problems) == before else None
