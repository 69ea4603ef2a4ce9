"""An output: what the core wants published, complete and deterministic (EXACTNESS 6)."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Output(msgspec.Struct, frozen=True):
    """One CloudEvent to publish. ``id`` is uuid5 over (cause source, cause id, type, audience or destination, ordinal).

    ``ordinal`` is the place among the outputs of its event, ``sequence`` the place among all outputs of the person,
    ``data`` the FHIR resource as canonical JSON bytes.
    """

    id: str
    topic: str
    type: str
    time: datetime
    subject: str
    cause_source: str
    cause_id: str
    ordinal: int
    sequence: int
    policy: str
    data: bytes
