"""A journey: the facts about one person and what Fitpath has said (EXACTNESS 7).

Facts are a set ordered by (time, source, id): any order of arrival ends in
the same facts. Commitments are changed only by decisions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from schemas.facts import Agreement, AnswerKind, Event, Organisation, OrganisationKind, Work, Worker
from services.domain.decisions import EventKey, Purpose, Track


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A prompt that was made, and what became of it.

    ``lead`` is whom it was escalated to. Open until ``lapses`` while ``answer`` is none, or is ``invite`` and the
    person has not answered. ``nomination`` is the event of a clinician who put the person forward unasked: then no
    Task was sent.
    """

    id: str
    owner: Organisation
    owner_kind: OrganisationKind
    track: Track
    made: datetime
    lapses: datetime
    evidence: tuple[EventKey, ...]
    answer: AnswerKind | None = None
    answered: datetime | None = None
    ask_again: datetime | None = None
    invitation: str | None = None
    unknown: tuple[str, ...] = ()
    work: Work | None = None
    sentence: str = ""
    copied: Organisation | None = None
    lead: Organisation | None = None
    nomination: EventKey | None = None


class Referral(msgspec.Struct, frozen=True, omit_defaults=True):
    """A referral that was requested; its state is derived from facts, ``told`` are the moves already acted on.

    ``progress`` are the steps of support that were noted for it, ``nomination`` is the event that it came of where a
    clinician put the person forward unasked.
    """

    id: str
    prompt: str
    track: Track
    requested: datetime
    provider: Organisation
    agreement: Agreement
    referrer: Organisation
    referrer_kind: OrganisationKind
    status: str = "2.0"
    reason: str | None = None
    worker: Worker | None = None
    workers: int = 0
    ended: datetime | None = None
    told: tuple[EventKey, ...] = ()
    nomination: EventKey | None = None
    progress: tuple[EventKey, ...] = ()


class Information(msgspec.Struct, frozen=True, omit_defaults=True):
    """Information that was made due to the person."""

    id: str
    purpose: Purpose
    on: datetime
    about: str


class Journey(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's journey. ``clock`` is the greatest recordedtime applied; ``sequence`` counts outputs.

    ``kept`` holds the fields of a stored journey that this version does not know: they are written back as they were.
    """

    subject: str
    version: int = 0
    clock: datetime | None = None
    facts: tuple[Event, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    referrals: tuple[Referral, ...] = ()
    information: tuple[Information, ...] = ()
    hold: str | None = None
    package: int = 0
    sequence: int = 0
    kept: dict[str, Any] = msgspec.field(default_factory=dict)
