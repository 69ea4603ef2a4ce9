"""The examples that stand in the package, one folder for each event type, as they are shown and served."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from schemas.events import EVENT_TYPES
from schemas.outputs import OUTPUT_TYPES

_KINDS: tuple[Literal["valid", "invalid"], ...] = ("valid", "invalid")


@dataclass(frozen=True, slots=True, repr=False)
class Example:
    """A structured CloudEvent. ``name`` is its file, ``story`` what it shows."""

    type: str
    name: str
    story: str
    kind: Literal["valid", "invalid"]
    body: bytes

    def event(self) -> dict[str, Any]:
        """The CloudEvent."""
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found


@cache
def examples_of(event_type: str) -> tuple[Example, ...]:
    """The examples of a type, the valid ones first; none of a type that is not known."""
    if event_type not in EVENT_TYPES and event_type not in OUTPUT_TYPES:
        return ()
    folder = resources.files("schemas") / "examples" / event_type
    found = []
    for file in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda file: file.name):
        for kind in _KINDS:
            story = file.name.removesuffix(f".{kind}.json")
            if story != file.name:
                found.append(Example(event_type, file.name, story.replace("-", " "), kind, file.read_bytes()))
    return tuple(sorted(found, key=lambda example: _KINDS.index(example.kind)))


def valid_examples(event_type: str) -> tuple[Example, ...]:
    """The valid examples of a type."""
    return tuple(example for example in examples_of(event_type) if example.kind == "valid")


def first_valid_example(event_type: str) -> Example:
    """The example that both descriptions show of a type. Raises LookupError, naming the type, where it has none."""
    shown = next(iter(valid_examples(event_type)), None)
    if shown is None:
        raise LookupError(f"{event_type} has no valid example in schemas/examples/{event_type}/")
    return shown


def example_named(event_type: str, name: str) -> Example | None:
    """The example that a file name means, if there is one."""
    return next((example for example in examples_of(event_type) if example.name == name), None)
