"""What people say for themselves, as facts: wishes, answers, agreements, their taking back, objections."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from schemas.fact import Fact, Organisation
from schemas.topics import Audience

WishKind = Literal["keen", "could-with-changes", "not-sure", "does-not-want"]
WishBy = Literal["person", "clinician"]
#: What the person answers for themselves.
PersonAnswerKind = Literal["agrees", "not-now", "does-not-want", "call-me"]
AgreedBy = Literal["person", "attorney", "deputy"]
#: What an agreement is for: the referral; telling an audience how things go; asking one question about work.
ConsentPurpose = Literal["referral", "progress", "advice"]
#: On whose side an agreement is recorded. Never a job centre's.
Recorder = Literal["person", "gp-practice", "pain-service", "ips-provider"]


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person's relationship with work, with whose words it is and when."""

    wish: WishKind
    by: WishBy
    on: date | None = None


class Agreement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A recorded agreement (a Consent of its own): who agreed, how, when, who asked, for whom, what, which words."""

    id: str
    by: AgreedBy
    on: date
    recipient: Organisation
    items: tuple[str, ...]
    how: str
    asked_by: str
    words: str


class PersonAnswer(Fact, frozen=True, omit_defaults=True, tag="person-answer", kw_only=True):
    """The person's own answer: their wish in their own words. ``words`` is the version of those they were shown.

    ``prompt`` is the Task that they were invited on; none where they speak of their own accord.
    """

    answer: PersonAnswerKind
    by: AgreedBy
    on: date
    how: str
    words: str
    prompt: str | None = None
    agreement: Agreement | None = None
    capacity_doubted: bool | None = None


class ConsentRecorded(Fact, frozen=True, omit_defaults=True, tag="consent-recorded", kw_only=True):
    """The person agreed to some items, for a purpose and a recipient: an organisation, or an audience without a code.

    ``until`` is its last day, where it has one.
    """

    id: str
    by: AgreedBy
    on: date
    purpose: ConsentPurpose
    items: tuple[str, ...]
    how: str
    asked_by: str
    words: str
    recorded_by: Recorder
    recipient: Organisation | None = None
    to: Audience | None = None
    until: date | None = None


class ConsentWithdrawn(Fact, frozen=True, omit_defaults=True, tag="consent-withdrawn", kw_only=True):
    """The person took back what they agreed to, towards a recipient and for a purpose; no items: all of it."""

    by: AgreedBy
    on: date
    how: str
    purpose: ConsentPurpose
    id: str | None = None
    recipient: Organisation | None = None
    to: Audience | None = None
    items: tuple[str, ...] = ()


class Objection(Fact, frozen=True, omit_defaults=True, tag="objection", kw_only=True):
    """The person objects to their records being joined, or takes that back."""

    by: AgreedBy
    on: date
    how: str
    taken_back: bool = False
