"""The one codec that seals and opens payloads, on topics and in the ledger alike.

Plain at first; later a key for each person. No other code reads raw payload bytes.
"""

from __future__ import annotations

from schemas.identifiers import SubjectReference


def seal(subject: SubjectReference | None, payload: bytes) -> bytes:
    """A payload as it is kept. ``subject`` is none for what could not be told whom it is about."""
    del subject  # plain: no key yet
    return payload


def open_sealed(subject: SubjectReference | None, sealed: bytes) -> bytes:
    """A kept payload as it was."""
    del subject  # plain: no key yet
    return sealed
