"""What an event says, once read: the facts that the core decides on.

A fact is read from a FHIR payload by ``schemas.events`` and is the same
whichever door and format it came through. What a source cannot say is
``None`` ("not known"), never guessed. All text here is personal data.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from schemas.identifiers import EventId, SubjectReference

Verification = Literal["verified", "not-verified", "not-stated"]
Work = Literal["out-of-work", "in-work"]
Advice = Literal["not-fit", "may-be-fit"]
Adjustment = Literal["phased-return", "altered-hours", "amended-duties", "workplace-adaptations"]
WishKind = Literal["keen", "could-with-changes", "not-sure", "does-not-want"]
WishBy = Literal["person", "clinician"]
AnswerKind = Literal["invite", "refer", "not-now", "not-suitable", "person-declined"]
OrganisationKind = Literal["gp-practice", "pain-service"]
#: Steps of employment support. ``job-started``: after 4 paid hours; ``in-work-13-weeks``: 7 hours a week in 13 of 16.
#: Confidence, courses, practice for CV and interview, and peer support are the stage before a placement.
ProgressKind = Literal[
    "first-contact", "vocational-profile-started", "confidence-building", "course-started",
    "cv-and-interview-practice", "peer-support-started", "placement-started", "placement-ended", "job-started",
    "in-work-13-weeks", "job-ended",
]  # fmt: skip
#: What became of an appointment of employment support.
AppointmentState = Literal["booked", "attended", "missed", "cancelled"]
#: What is due: steps of a prompt, of a referral, and a spell of sickness that has lasted four weeks.
WaitStep = Literal["remind", "escalate", "lapse", "accept", "first-contact", "spell"]


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="fact"):
    """Base of all facts; the tag names the event type's subject."""


class Coding(msgspec.Struct, frozen=True):
    """A code in its system. No display: matching is on the code."""

    system: str
    code: str


class Organisation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An organisation by its ODS code."""

    ods: str
    name: str | None = None


class Telecom(msgspec.Struct, frozen=True):
    """One way to reach the person (FHIR ContactPoint)."""

    system: str
    value: str


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom the event is about, as this event says it."""

    nhs_number: str
    verification: Verification = "not-stated"
    birth_date: date | None = None
    family: str | None = None
    given: tuple[str, ...] = ()
    telecom: tuple[Telecom, ...] = ()
    language: str | None = None

    def __repr__(self) -> str:
        return "Person(...)"


class FitNote(Fact, frozen=True, omit_defaults=True, tag="fit-note"):
    """A Statement of Fitness for Work (Med3).

    ``start`` and ``end`` are inclusive days; a duration is resolved to them.
    """

    assessed: date | None = None
    advice: Advice | None = None
    conditions: tuple[Coding, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    functional_effects: str | None = None
    start: date | None = None
    end: date | None = None
    assess_again: bool | None = None
    issuer: Organisation | None = None
    work: Work | None = None


class PainDischarge(Fact, frozen=True, omit_defaults=True, tag="pain-discharge"):
    """A pain service ends its care. ``outcome`` and ``follow_up`` are codes."""

    discharged: date | None = None
    service: Organisation | None = None
    gp: Organisation | None = None
    outcome: str | None = None
    follow_up: str | None = None
    work: Work | None = None


class JobCentreFlag(Fact, frozen=True, omit_defaults=True, tag="job-centre-flag"):
    """The job centre says that someone is out of work. Evidence only if the person knows and agreed."""

    known_and_agreed: bool = False
    out_of_work_since: date | None = None
    programme: str | None = None


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person's relationship with work, with whose words it is and when."""

    wish: WishKind
    by: WishBy
    on: date | None = None


class Agreement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A recorded agreement (a Consent of its own): who agreed, how, when, who asked, for whom, what, which words."""

    id: str
    by: Literal["person", "attorney", "deputy"]
    on: date
    recipient: Organisation
    items: tuple[str, ...]
    how: str
    asked_by: str
    words: str


class PromptAnswer(Fact, frozen=True, omit_defaults=True, tag="prompt-answer"):
    """A professional answers a prompt; ``prompt`` is the identifier of the Task they got."""

    prompt: str
    answer: AnswerKind
    reason: str | None = None
    wish: Wish | None = None
    agreement: Agreement | None = None


class Nomination(Fact, frozen=True, omit_defaults=True, tag="nomination"):
    """A clinician puts the person forward of their own accord: their own mark of chronic pain.

    ``by`` is their organisation; ``kind`` is what it is, where that is stated.
    """

    by: Organisation
    kind: OrganisationKind | None = None
    on: date | None = None
    wish: Wish | None = None
    agreement: Agreement | None = None
    work: Work | None = None


class Worker(msgspec.Struct, frozen=True, omit_defaults=True):
    """The named employment support worker. ``id`` is stable; the name is for people."""

    id: str
    name: str | None = None


class WaitingList(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person waits for support to begin: at which place, and from which day it is expected, where that is said."""

    place: int | None = None
    expected: date | None = None


class ReferralUpdate(Fact, frozen=True, omit_defaults=True, tag="referral-update"):
    """The IPS provider moves a referral; ``status`` is a BSeR business status. ``waiting``: on their waiting list."""

    referral: str
    status: str
    reason: str | None = None
    worker: Worker | None = None
    waiting: WaitingList | None = None


class AppointmentChanged(Fact, frozen=True, omit_defaults=True, tag="appointment-changed"):
    """An appointment of employment support was booked, attended, missed or cancelled; ``starts`` is when it is."""

    state: AppointmentState
    referral: str
    starts: datetime | None = None
    worker: Worker | None = None


class SupportClosed(Fact, frozen=True, omit_defaults=True, tag="support-closed"):
    """The IPS provider ended its support, on a day. ``reason`` is a code."""

    on: date
    referral: str
    reason: str | None = None
    worker: Worker | None = None


class EmploymentProgress(Fact, frozen=True, omit_defaults=True, tag="employment-progress"):
    """A step of employment support, on a day. ``referral`` is the referral's identifier, where it is stated.

    Of a placement that ended ``outcome`` says how, as a code, and ``adjustments`` which were asked for.
    """

    kind: ProgressKind
    on: date
    referral: str | None = None
    worker: Worker | None = None
    outcome: str | None = None
    adjustments: tuple[Adjustment, ...] = ()


class WaitDue(Fact, frozen=True, omit_defaults=True, tag="wait-due"):
    """A wait is over (Fitpath's own event): ``about`` is the prompt, referral or spell that waits.

    From ``until`` on the step is overtaken by the next one.
    """

    step: WaitStep
    about: str
    until: datetime | None = None


#: What moves a referral, by the BSeR statuses.
ReferralMove = ReferralUpdate | AppointmentChanged | SupportClosed
Facts = (
    FitNote
    | PainDischarge
    | JobCentreFlag
    | PromptAnswer
    | ReferralUpdate
    | Nomination
    | EmploymentProgress
    | AppointmentChanged
    | SupportClosed
    | WaitDue
)


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One accepted event, read: when it happened (``time``), when a door took it (``recorded``), what it says."""

    source: str
    id: str
    type: str
    time: datetime
    recorded: datetime
    subject: SubjectReference
    facts: Facts
    person: Person | None = None
    backfill: bool = False

    @property
    def event_id(self) -> EventId:
        """The identity of the event."""
        return EventId(self.source, self.id)

    @property
    def order(self) -> tuple[datetime, str, str]:
        """The place among the facts (EXACTNESS 2): by (time, source, id), never by arrival."""
        return (self.time, self.source, self.id)
