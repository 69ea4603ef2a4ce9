"""What the core can decide: a closed union. Decisions are facts about Fitpath, in the past tense.

Each is recorded with the rules that spoke, the events that are its evidence
and a sentence that a clinician would accept.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from schemas.fact import Adjustment
from schemas.facts import (
    Agreement,
    AnswerKind,
    DeathNotice,
    LookupResult,
    Organisation,
    OrganisationKind,
    SignalKind,
    WaitStep,
    Work,
)
from schemas.support_facts import ProgressKind, WaitingList, Worker
from schemas.topics import Audience
from services.domain.decision import Decision as Decision
from services.domain.decision import EventKey as EventKey

Track = Literal["find-work", "keep-work"]
#: Why a stop came: a closed list. Which of them stop the whole journey is said in ``stopping``.
StopReason = Literal[
    "wish", "not-now", "capacity", "withdrawal", "objection", "note-in-error", "death", "suspended",
    "practice-changed",
]  # fmt: skip
FeedbackTopic = Literal["flare-up", "placement-ended", "placement-requirements"]
#: What a job centre may be told, each where the person agreed to it.
AgreedThing = Literal["support-started", "job-started", "in-work-13-weeks"]
#: What a page of information is for; each has its words in the policy's templates.
Purpose = Literal["invitation", "note", "referral", "unsure", "appointment", "benefits"]


class Prompted(Decision, frozen=True, omit_defaults=True, tag="prompted", kw_only=True):
    """A professional is asked.

    ``prompt`` is the Task's identifier; ``unknown`` lists what to check ("age", "work situation", "identity").
    """

    prompt: str
    owner: Organisation
    owner_kind: OrganisationKind
    track: Track
    work: Work | None = None
    unknown: tuple[str, ...] = ()
    lapses: datetime
    copied: Organisation | None = None


class Held(Decision, frozen=True, omit_defaults=True, tag="held", kw_only=True):
    """Not prompted yet. ``reason`` is of the closed list ``HoldReason``; recorded when it changes."""

    reason: str


class AnswerTaken(Decision, frozen=True, omit_defaults=True, tag="answer-taken", kw_only=True):
    """A prompt's answer counts. ``ask_again`` is when a new prompt may be made (none: no limit of time)."""

    prompt: str
    answer: AnswerKind
    ask_again: datetime | None = None


class Nominated(Decision, frozen=True, omit_defaults=True, tag="nominated", kw_only=True):
    """A clinician put the person forward by the event ``nomination``: a prompt that nobody had to be sent.

    ``prompt`` is what later answers name; ``answer`` is what follows at once.
    """

    prompt: str
    nomination: EventKey
    owner: Organisation
    owner_kind: OrganisationKind
    track: Track
    work: Work | None = None
    answer: Literal["invite", "refer"]
    lapses: datetime


class Invited(Decision, frozen=True, omit_defaults=True, tag="invited", kw_only=True):
    """The person is asked, on a clinician's word, and has until ``lapses``."""

    prompt: str
    invitation: str
    lapses: datetime


class Referred(Decision, frozen=True, omit_defaults=True, tag="referred", kw_only=True):
    """A referral to the IPS provider, on the person's agreement. ``referral`` is the Task's identifier.

    ``nomination`` is the event of a clinician who put the person forward unasked, if it came of one.
    """

    prompt: str
    referral: str
    track: Track
    provider: Organisation
    agreement: Agreement
    referrer: Organisation
    referrer_kind: OrganisationKind
    nomination: EventKey | None = None


class InformationDue(Decision, frozen=True, omit_defaults=True, tag="information-due", kw_only=True):
    """A page of information is due to the person, through ``sender``."""

    information: str
    purpose: Purpose
    about: str
    sender: Organisation | None = None
    template: str


class ReferralMoved(Decision, frozen=True, omit_defaults=True, tag="referral-moved", kw_only=True):
    """A referral reached a state (BSeR business status) by the event ``move``."""

    referral: str
    status: str
    move: EventKey
    reason: str | None = None
    worker: Worker | None = None
    worker_changed: bool = False
    waiting: WaitingList | None = None


class ProgressNoted(Decision, frozen=True, omit_defaults=True, tag="progress-noted", kw_only=True):
    """A step of employment support was told by the event ``noted``; it moves no referral."""

    referral: str
    progress: ProgressKind
    on: date
    noted: EventKey
    worker: Worker | None = None
    worker_changed: bool = False


class FeedbackGiven(Decision, frozen=True, omit_defaults=True, tag="feedback-given", kw_only=True):
    """An audience is told a referral's state, a step of support, an agreed ``thing``, or ``about`` what to look to."""

    feedback: str
    audience: Audience
    recipient: Organisation
    referral: str
    status: str
    reason: str | None = None
    worker: Worker | None = None
    progress: ProgressKind | None = None
    on: date | None = None
    waiting: WaitingList | None = None
    about: FeedbackTopic | None = None
    adjustments: tuple[Adjustment, ...] = ()
    thing: AgreedThing | None = None


class Reminded(Decision, frozen=True, omit_defaults=True, tag="reminded", kw_only=True):
    """Whoever was asked is asked again."""

    prompt: str


class Escalated(Decision, frozen=True, omit_defaults=True, tag="escalated", kw_only=True):
    """A prompt goes to the named lead of the organisation."""

    prompt: str
    lead: Organisation


class Lapsed(Decision, frozen=True, omit_defaults=True, tag="lapsed", kw_only=True):
    """Nobody answered a prompt, or the person did not answer their invitation: it waits no longer."""

    prompt: str


class Chased(Decision, frozen=True, omit_defaults=True, tag="chased", kw_only=True):
    """The provider is asked about a referral that stands still."""

    referral: str
    step: WaitStep


class CallAsked(Decision, frozen=True, omit_defaults=True, tag="call-asked", kw_only=True):
    """The person asks to be called by whoever was asked about them."""

    prompt: str


class Stopped(Decision, frozen=True, omit_defaults=True, tag="stopped", kw_only=True):
    """The whole journey is stopped by the event ``by``: nothing else goes out until that is lifted (EXACTNESS 12)."""

    reason: StopReason
    by: EventKey


class Lifted(Decision, frozen=True, omit_defaults=True, tag="lifted", kw_only=True):
    """A stop of the whole journey is over."""

    reason: StopReason


class PromptWithdrawn(Decision, frozen=True, omit_defaults=True, tag="prompt-withdrawn", kw_only=True):
    """An open prompt, or the invitation that it led to, waits for nobody any more."""

    prompt: str
    reason: StopReason


class InformationWithdrawn(Decision, frozen=True, omit_defaults=True, tag="information-withdrawn", kw_only=True):
    """A page of information is not to be given any more."""

    information: str
    reason: StopReason


class CancellationRequested(Decision, frozen=True, omit_defaults=True, tag="cancellation-requested", kw_only=True):
    """The provider is asked to cancel a referral, because of the event ``by``; it confirms that, or has completed."""

    referral: str
    reason: StopReason
    by: EventKey


class LookupAsked(Decision, frozen=True, omit_defaults=True, tag="lookup-asked", kw_only=True):
    """A national register is asked what has changed. ``question`` is the Task's identifier."""

    question: str
    signal: SignalKind


class LookupTaken(Decision, frozen=True, omit_defaults=True, tag="lookup-taken", kw_only=True):
    """The answer to the open question counts."""

    question: str
    result: LookupResult
    death: DeathNotice | None = None


class PutOff(Decision, frozen=True, omit_defaults=True, tag="put-off", kw_only=True):
    """The event came while the journey is frozen: it is decided on once a look-up has answered."""


class ReviewNeeded(Decision, frozen=True, omit_defaults=True, tag="review-needed", kw_only=True):
    """What a stop ended that should not have been: a person must look at it, nothing is taken up again by itself."""

    prompts: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


class WaitOvertaken(Decision, frozen=True, omit_defaults=True, tag="wait-overtaken", kw_only=True):
    """What was waited for has come, or another step has: nothing else is done."""

    step: WaitStep
    about: str


class OutOfSequence(Decision, frozen=True, omit_defaults=True, tag="out-of-sequence", kw_only=True):
    """A fact was kept that does not fit the order yet; it causes nothing else."""

    about: str


class CarePackageUpdated(Decision, frozen=True, omit_defaults=True, tag="care-package-updated", kw_only=True):
    """A new version of the care package."""

    version: int


Decisions = (
    Prompted | Held | AnswerTaken | Nominated | Invited | Referred | InformationDue | ReferralMoved | ProgressNoted |
    FeedbackGiven | OutOfSequence | CarePackageUpdated | Reminded | Escalated | Lapsed | Chased | WaitOvertaken |
    Stopped | Lifted | PromptWithdrawn | InformationWithdrawn | CancellationRequested | LookupAsked | LookupTaken |
    PutOff | ReviewNeeded | CallAsked
)  # fmt: skip


def kind_of(decision: Decision) -> str:
    """The kind of a decision: its tag."""
    return str(decision.__struct_config__.tag)


class Refusal(msgspec.Struct, frozen=True):
    """The event cannot be applied at all (it names no prompt or referral of this person): a dead letter, no fact."""

    code: str
