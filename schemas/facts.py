"""What an event says, once read: the facts that the core decides on.

A fact is read from a FHIR payload by ``schemas.events`` and is the same
whichever door and format it came through. What a source cannot say is
``None`` ("not known"), never guessed. All text here is personal data.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from schemas.fact import Adjustment as Adjustment
from schemas.fact import Coding as Coding
from schemas.fact import Fact as Fact
from schemas.fact import Organisation as Organisation
from schemas.fact import Person as Person
from schemas.fact import Telecom as Telecom
from schemas.fact import Verification as Verification
from schemas.fact import Worker as Worker
from schemas.identifiers import EventId, SubjectReference
from schemas.own_words import AgreedBy as AgreedBy
from schemas.own_words import Agreement as Agreement
from schemas.own_words import ConsentPurpose as ConsentPurpose
from schemas.own_words import ConsentRecorded as ConsentRecorded
from schemas.own_words import ConsentWithdrawn as ConsentWithdrawn
from schemas.own_words import Objection as Objection
from schemas.own_words import PersonAnswer as PersonAnswer
from schemas.own_words import PersonAnswerKind as PersonAnswerKind
from schemas.own_words import Recorder as Recorder
from schemas.own_words import Wish as Wish
from schemas.own_words import WishBy as WishBy
from schemas.own_words import WishKind as WishKind
from schemas.support_facts import AppointmentChanged, EmploymentProgress, ReferralUpdate, SupportClosed

Work = Literal["out-of-work", "in-work"]
Advice = Literal["not-fit", "may-be-fit"]
AnswerKind = Literal["invite", "refer", "not-now", "not-suitable", "person-declined"]
OrganisationKind = Literal["gp-practice", "pain-service"]
TherapyKind = Literal["physiotherapy", "rheumatology"]
#: Who brings somebody to us, beside clinicians. A job centre is not among them.
IntroducedBy = Literal["self", "support-group", "community-group", "library"]
#: A note was written anew; it should never have been written; a copy of it was handed out.
CorrectionKind = Literal["replaced", "entered-in-error", "duplicate-issued"]
#: What a national signal says has changed: whether the person lives, their number, their practice.
SignalKind = Literal["death", "nhs-number", "practice"]
#: What became of a look-up: the person as registered; another number in place of theirs; no valid number; nobody.
LookupResult = Literal["found", "replaced", "invalidated", "not-found"]
DeathNotice = Literal["informal", "formal"]
#: What is due: steps of a prompt, of a referral, and a spell of sickness that has lasted four weeks.
WaitStep = Literal["remind", "escalate", "lapse", "accept", "first-contact", "spell"]


class FitNote(Fact, frozen=True, omit_defaults=True, tag="fit-note"):
    """A Statement of Fitness for Work (Med3).

    ``start`` and ``end`` are inclusive days; a duration is resolved to them, and stands in ``duration`` (count and
    UCUM unit) only where the form states no day to count from. ``names`` are the note's own identifiers, as
    ``system|value``.
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
    names: tuple[str, ...] = ()
    duration: tuple[int, str] | None = None


class FitNoteCorrection(Fact, frozen=True, omit_defaults=True, tag="fit-note-correction"):
    """What became of a fit note after it was issued.

    The note is named by the identity of its ``event``, or by its own identifiers (``names``). ``note`` is what stands
    in its place (``replaced``), ``copy`` the identifiers of the copy (``duplicate-issued``).
    """

    kind: CorrectionKind
    event: EventId | None = None
    names: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    note: FitNote | None = None


class PainDischarge(Fact, frozen=True, omit_defaults=True, tag="pain-discharge"):
    """A pain service ends its care. ``outcome`` and ``follow_up`` are codes."""

    discharged: date | None = None
    service: Organisation | None = None
    gp: Organisation | None = None
    outcome: str | None = None
    follow_up: str | None = None
    work: Work | None = None


class TherapyDischarge(Fact, frozen=True, omit_defaults=True, tag="therapy-discharge"):
    """A physiotherapy or rheumatology service ends its care; ``conditions`` are what it treated, where coded."""

    kind: TherapyKind
    discharged: date | None = None
    conditions: tuple[Coding, ...] = ()
    service: Organisation | None = None
    gp: Organisation | None = None
    work: Work | None = None


class JobCentreFlag(Fact, frozen=True, omit_defaults=True, tag="job-centre-flag"):
    """The job centre says that someone is out of work. Evidence only if the person knows and agreed."""

    known_and_agreed: bool = False
    out_of_work_since: date | None = None
    programme: str | None = None


class JobCentreFlagCleared(Fact, frozen=True, omit_defaults=True, tag="job-centre-flag-cleared"):
    """The job centre's flag holds no longer. It does not say that the person works."""

    since: date | None = None


class PromptAnswer(Fact, frozen=True, omit_defaults=True, tag="prompt-answer"):
    """A professional answers a prompt; ``prompt`` is the identifier of the Task they got.

    ``capacity_doubted``: whether there is doubt that the person can decide on this now; none: nothing is said of it.
    """

    prompt: str
    answer: AnswerKind
    reason: str | None = None
    wish: Wish | None = None
    agreement: Agreement | None = None
    capacity_doubted: bool | None = None


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


class Introduction(Fact, frozen=True, omit_defaults=True, tag="introduction"):
    """Somebody comes forward, or is brought by a group that they know, and agreed to that.

    ``agreement`` is to being introduced, not to a referral. ``organisation`` is whom they would like to be asked.
    """

    by: IntroducedBy
    agreement: Agreement
    on: date | None = None
    wish: Wish | None = None
    organisation: Organisation | None = None
    work: Work | None = None


class NationalSignal(Fact, frozen=True, omit_defaults=True, tag="national-signal"):
    """A national service says that something about the person changed, and not what.

    ``about`` is where to look it up (PDS), where the signal says so.
    """

    kind: SignalKind
    about: str | None = None


class LookupAnswered(Fact, frozen=True, omit_defaults=True, tag="lookup-answered"):
    """What a look-up found; ``question`` is the identifier of the Task that asked for it.

    ``death``: the person has died, as a body of the NHS (informal) or the registrar (formal) says. ``practice`` is
    where they are registered, where that is named. No other number is kept: two are linked by nothing here.
    """

    question: str
    result: LookupResult
    death: DeathNotice | None = None
    practice: Organisation | None = None


class WaitDue(Fact, frozen=True, omit_defaults=True, tag="wait-due"):
    """A wait is over (Fitpath's own event): ``about`` is the prompt, referral or spell that waits.

    From ``until`` on the step is overtaken by the next one.
    """

    step: WaitStep
    about: str
    until: datetime | None = None


Facts = (
    FitNote
    | FitNoteCorrection
    | PainDischarge
    | TherapyDischarge
    | JobCentreFlag
    | JobCentreFlagCleared
    | Introduction
    | PromptAnswer
    | ReferralUpdate
    | Nomination
    | EmploymentProgress
    | AppointmentChanged
    | SupportClosed
    | NationalSignal
    | LookupAnswered
    | PersonAnswer
    | ConsentRecorded
    | ConsentWithdrawn
    | Objection
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
