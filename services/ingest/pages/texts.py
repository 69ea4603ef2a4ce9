"""The words of the pages: a file with a version that a deployment can change and translate."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from services.settings import SettingsNotUsable

if TYPE_CHECKING:
    from pathlib import Path

#: Sections whose keys are codes: a deployment may have others.
OPEN = frozenset({"codes", "reasons", "provider_reasons"})


class Urgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where help is, at once."""

    name: str
    number: str
    words: str


class Texts(msgspec.Struct, frozen=True):
    """All words. ``sections`` by name; the version goes with an agreement, so that one knows which words were read."""

    version: str
    language: str
    urgent: tuple[Urgent, ...]
    sections: dict[str, dict[str, str]]

    def word(self, section: str, code: str) -> str:
        """A code in words; the code itself where there are none."""
        return self.sections[section].get(code, code.replace("-", " "))


def read_texts(path: Path | None = None) -> Texts:
    """Read the words, by default those that ship. Raises SettingsNotUsable with every key that is wrong."""
    shipped = _parse((resources.files(__package__) / "texts" / "en.toml").read_bytes())
    if path is None:
        return shipped
    try:
        texts = _parse(path.read_bytes())
    except OSError as why:
        raise SettingsNotUsable(f"the words of the pages cannot be read: {why.strerror}") from None
    wanted, found = (
        {f"{name}.{key}" for name, words in each.sections.items() if name not in OPEN for key in words}
        | set(each.sections)
        for each in (shipped, texts)
    )
    if wanted != found or not texts.urgent:
        wrong = [f"not there: {key}" for key in sorted(wanted - found)]
        wrong += [f"not known: {key}" for key in sorted(found - wanted)] + (
            [] if texts.urgent else ["not there: urgent"]
        )
        raise SettingsNotUsable("the words of the pages do not fit: " + ", ".join(wrong))
    return texts


def _parse(content: bytes) -> Texts:
    try:
        read = tomllib.loads(content.decode())
        sections = {name: words for name, words in read.items() if isinstance(words, dict)}
        return msgspec.convert({**read, "sections": sections}, Texts)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError):
        raise SettingsNotUsable("the words of the pages are no TOML of this kind") from None
