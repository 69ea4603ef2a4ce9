"""The inbound examples as the tests take them: the file, the CloudEvent in it, and its body as bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.events import EVENT_TYPES
from schemas.fhir.message import Message, read_message

FOLDER = Path(__file__).parents[2] / "schemas" / "examples"


@dataclass(frozen=True)
class Example:
    path: str
    event: dict[str, Any]

    @property
    def body(self) -> bytes:
        return json.dumps(self.event["data"], ensure_ascii=False).encode()

    def read(self) -> Message:
        return read_message(self.event["type"], self.event["datacontenttype"], self.body, self.event.get("subject"))


def examples(kind: str) -> list[Example]:
    """All inbound examples of a kind, ``valid`` or ``invalid``."""
    paths = [path for name in EVENT_TYPES for path in sorted((FOLDER / name).glob(f"*.{kind}.json"))]
    return [Example(path.relative_to(FOLDER).as_posix(), json.loads(path.read_text())) for path in paths]


def example(path: str) -> Example:
    """One example by its path under ``schemas/examples``."""
    return Example(path, json.loads((FOLDER / path).read_text()))
