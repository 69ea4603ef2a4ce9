"""What a fit note is called by whoever keeps it: its own identifiers, by which a correction can name it."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.fhir import view


def named(identifiers: Iterable[view.Identifier | None]) -> tuple[str, ...]:
    """Each identifier that has a system and a value, as ``system|value``; without a system it names nothing."""
    found = (f"{each.system}|{each.value}" for each in identifiers if each and each.system and each.value)
    return tuple(dict.fromkeys(found))
