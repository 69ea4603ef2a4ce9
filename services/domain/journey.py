"""A journey: the facts about one person and what Fitpath has said (EXACTNESS 7).

Facts are a set ordered by (time, source, id): any order of arrival ends in
the same facts. Commitments are changed only by decisions.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from schemas.facts import Agreement, AnswerKind, Event, Organisation, OrganisationKind, Work
from schemas.support_facts import WaitingList, Worker
from services.domain.decisions import AgreedThing, EventKey, Purpose, StopReason, Track


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A prompt that was made, and what became of it.

    ``lead`` is whom it was escalated to. Open until ``lapses`` while ``answer`` is none, or is ``invite`` and the
    person has not answered. ``nomination`` is the event of a clinician who put the person forward unasked: then no
    Task was sent. ``withdrawn`` says why nobody is waited for any more, where a stop has ended it.
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
    withdrawn: StopReason | None = None


class Cancellation(msgspec.Struct, frozen=True):
    """When, on which event and why the provider was asked to cancel a referral."""

    at: datetime
    by: EventKey
    reason: StopReason


class Referral(msgspec.Struct, frozen=True, omit_defaults=True):
    """A referral that was requested; its state is derived from facts, ``told`` are the moves already acted on.

    ``progress`` are the steps of support that were noted for it, ``nomination`` is the event that it came of where a
    clinician put the person forward unasked, ``cancellation`` is what we asked of the provider.
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
    cancellation: Cancellation | None = None
    waiting: WaitingList | None = None


class Information(msgspec.Struct, frozen=True, omit_defaults=True):
    """Information that was made due to the person; ``withdrawn`` says why it is not to be given any more."""

    id: str
    purpose: Purpose
    on: datetime
    about: str
    withdrawn: StopReason | None = None


class Stop(msgspec.Struct, frozen=True):
    """The whole journey is stopped. ``sequence`` is how many outputs there were by then: those are overtaken."""

    reason: StopReason
    since: datetime
    by: EventKey
    sequence: int


class Shared(msgspec.Struct, frozen=True, order=True):
    """An agreed thing of a day that a job centre (ODS code) was told."""

    thing: AgreedThing
    on: date
    to: str


class Lookup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a frozen journey waits for: the latest question, whether it is open, and whether the practice changed."""

    question: str
    practice: bool = False
    open: bool = True


class Journey(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's journey. ``clock`` is the greatest recordedtime applied; ``sequence`` counts outputs.

    ``stops`` are the stops of the whole journey that nothing has lifted yet; while there is one there is no ``hold``.
    ``lifted`` are those that are over and were not silent: what had not gone out by then never does.

    While it is frozen ``lookup`` says what it waits for, and ``put_off`` are the events that came meanwhile.

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
    stops: tuple[Stop, ...] = ()
    shared: tuple[Shared, ...] = ()
    lookup: Lookup | None = None
    put_off: tuple[Event, ...] = ()
    lifted: tuple[Stop, ...] = ()
    kept: dict[str, Any] = msgspec.field(default_factory=dict)
