"""A refusal on ``fitpath.refusals``: what a door did not take, told without repeating it.

A refused id may itself be an NHS number, so (source, id) travel as a keyed
hash, ``identity``. The value of the record is empty for HTTP, and for Kafka
the original record, headers and all, packed and sealed (it becomes a dead letter).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from schemas.failures import Problem, Refused

_HEADER = "fitpath-refusal"


class Origin(msgspec.Struct, frozen=True):
    """Where a refused Kafka record stood."""

    topic: str
    partition: int
    offset: int


class Packed(msgspec.Struct, frozen=True):
    """A record as it came: its headers may name a person, so they are sealed with its value."""

    headers: tuple[tuple[str, bytes], ...]
    value: bytes

    def __repr__(self) -> str:
        return "Packed(...)"


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One arrival that a door refused, or answered as a duplicate by itself."""

    arrival: str
    outcome: Literal["duplicate", "rejected"]
    door: Literal["http", "kafka"]
    recorded: datetime
    codes: tuple[str, ...] = ()
    source: str | None = None
    event_id: str | None = None
    identity: str | None = None
    fingerprint: str | None = None
    origin: Origin | None = None


def pack_record(headers: Iterable[tuple[str, bytes | None]], value: bytes) -> bytes:
    """A record with its headers in one piece of bytes, to be sealed."""
    return msgspec.msgpack.encode(Packed(tuple((name, bytes(text or b"")) for name, text in headers), value))


def unpack_record(packed: bytes) -> Packed:
    """The record as it came. Raises Refused (`record-not-readable`)."""
    try:
        return msgspec.msgpack.decode(packed, type=Packed)
    except msgspec.DecodeError:
        raise Refused([Problem("record-not-readable")]) from None


def refusal_headers(refusal: Refusal) -> list[tuple[str, bytes]]:
    """The headers of a refusal's record."""
    return [(_HEADER, msgspec.json.encode(refusal))]


def read_refusal(headers: Iterable[tuple[str, bytes]]) -> Refusal:
    """Read a refusal from a record's headers. Raises Refused (`record-not-readable`)."""
    for name, value in headers:
        if name == _HEADER:
            try:
                return msgspec.json.decode(value, type=Refusal)
            except (msgspec.DecodeError, UnicodeDecodeError):
                break
    raise Refused([Problem("record-not-readable")])
