"""The port of a national register: whose record a number has now."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from schemas.facts import LookupResult
from schemas.identifiers import NhsNumber

#: A FHIR resource as JSON.
Record = dict[str, Any]


class RegisterAway(Exception):  # noqa: N818 - named after what is wrong
    """The register cannot be asked just now, or its answer cannot be read: it is asked again."""


class Answer(msgspec.Struct, frozen=True):
    """What the register says of a number. ``record``: its Patient; ``other``: the number that stands in its place."""

    result: LookupResult
    record: Record | None = None
    other: NhsNumber | None = None

    def __repr__(self) -> str:
        return f"Answer({self.result!r}, ...)"


class Register(Protocol):
    """Whoever can be asked: a file-backed double, or PDS by a connector."""

    async def ask(self, number: NhsNumber) -> Answer:
        """What stands under a number. Raises RegisterAway."""
        ...
