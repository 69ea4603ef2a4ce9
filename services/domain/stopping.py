"""Stops: what is under way is withdrawn, and nothing else goes out (study: voluntary; EXACTNESS 12).

Some stops end what is under way and leave the rest to the rules that hold (a wish, a doubt, a withdrawn agreement, a
note in error). Others stop the whole journey: until they are lifted an event causes only records, withdrawals,
requests to cancel, and the feedback that tells a recipient of them.
"""

from __future__ import annotations

import msgspec

from schemas.facts import Event, WaitDue
from services.domain.decisions import (
    CancellationRequested,
    Decisions,
    FeedbackGiven,
    InformationWithdrawn,
    Lifted,
    LookupAsked,
    LookupTaken,
    OutOfSequence,
    ProgressNoted,
    PromptWithdrawn,
    PutOff,
    ReferralMoved,
    ReviewNeeded,
    Stopped,
    StopReason,
    WaitOvertaken,
)
from services.domain.feeding_back import to_referrer
from services.domain.history import key
from services.domain.journey import Journey, Prompt, Referral, Stop
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED, CANCELLED, COMPLETED, TERMINAL, WORDS
from services.domain.rules.again import is_open

#: Stops of the whole journey, the gravest first: the first that stands is the reason for the present state.
WHOLE: tuple[StopReason, ...] = ("objection", "death", "suspended")
#: The journey is frozen: nothing goes out and nothing is withdrawn; a sink waits.
SILENT: frozenset[StopReason] = frozenset({"suspended"})

_WORDS: dict[StopReason, str] = {
    "wish": "The person does not want this",
    "not-now": "The person says: not now",
    "capacity": "There is doubt whether the person can decide on this now",
    "withdrawal": "The person withdrew their agreement",
    "objection": "The person objects to their records being joined",
    "note-in-error": "A fit note was entered in error",
    "death": "The person has died",
    "suspended": "Something about the person has changed, and is looked up",
    "practice-changed": "The person has another practice",
}
#: What may be told of a referral while everything else is stopped: what became of the request to cancel it.
_TOLD = frozenset({CANCELLATION_REQUESTED, CANCELLED, COMPLETED})
_RECORDS = (
    Stopped | Lifted | PromptWithdrawn | InformationWithdrawn | CancellationRequested | ReferralMoved | ProgressNoted
    | OutOfSequence | WaitOvertaken | LookupAsked | LookupTaken | PutOff | ReviewNeeded
)  # fmt: skip


class UnderWay(msgspec.Struct, frozen=True):
    """What a stop can end: open prompts with their invitations, open referrals, pages that were made due."""

    prompts: tuple[Prompt, ...] = ()
    referrals: tuple[Referral, ...] = ()
    pages: tuple[str, ...] = ()


def stopped(journey: Journey) -> Stop | None:
    """The stop of the whole journey that is the reason for its present state, if there is one."""
    standing = {stop.reason: stop for stop in journey.stops}
    return next((standing[reason] for reason in WHOLE if reason in standing), None)


def present_reason(journey: Journey) -> str | None:
    """The one reason for the present state: the stop, else the hold."""
    found = stopped(journey)
    return journey.hold if found is None else f"stopped: {found.reason}"


def frozen(journey: Journey) -> bool:
    """Whether nothing may be sent for now, and nothing has been withdrawn: a sink waits and asks again."""
    found = stopped(journey)
    return found is not None and found.reason in SILENT


def under_way(journey: Journey) -> UnderWay:
    """Everything that a stop can end: what waits for somebody, and the pages that belong to it."""
    prompts = tuple(prompt for prompt in journey.prompts if is_open(prompt, journey))
    referrals = tuple(item for item in journey.referrals if item.status not in TERMINAL and item.cancellation is None)
    ended = {prompt.id for prompt in prompts} | {item.id for item in referrals}
    pages = tuple(page.id for page in journey.information if page.about in ended and page.withdrawn is None)
    return UnderWay(prompts, referrals, pages)


def stop(
    journey: Journey, event: Event, reason: StopReason, rule: str, policy: Policy, ends: UnderWay | None = None
) -> tuple[Decisions, ...]:
    """What a stop leads to. ``journey`` has applied all that the event led to before.

    ``rule`` is the rule that speaks; ``ends`` is what is ended, where that is not everything under way.
    """
    made: list[Decisions] = []
    whole, evidence = reason in WHOLE, (key(event),)
    if whole:
        if any(item.reason == reason for item in journey.stops):
            return ()
        made.append(
            Stopped(
                rules=(rule,), evidence=evidence, sentence=f"{_WORDS[reason]}: all is stopped.", reason=reason,
                by=key(event),
            )
        )  # fmt: skip
    if reason in SILENT:
        return tuple(made)
    if ends is None:
        ends = under_way(journey)
        if whole:  # not even a page that belongs to nothing else is given any more
            pages = tuple(page.id for page in journey.information if page.withdrawn is None)
            ends = msgspec.structs.replace(ends, pages=pages)
    made += [
        PromptWithdrawn(
            rules=(rule,), evidence=evidence, sentence=f"{_WORDS[reason]}: nobody is asked any more.",
            prompt=prompt.id, reason=reason,
        )
        for prompt in ends.prompts
    ]  # fmt: skip
    made += [
        InformationWithdrawn(
            rules=(rule,), evidence=evidence, sentence=f"{_WORDS[reason]}: a page of information is withdrawn.",
            information=page, reason=reason,
        )
        for page in ends.pages
    ]  # fmt: skip
    for referral in ends.referrals:
        made += _cancel(journey, event, referral, reason, rule, policy)
    return tuple(made)


def lift(journey: Journey, event: Event, reason: StopReason, rule: str) -> tuple[Decisions, ...]:
    """A stop of the whole journey is over, if there is that one. What it withdrew stays withdrawn."""
    if not any(item.reason == reason for item in journey.stops):
        return ()
    words = "What stopped everything is over."
    return (Lifted(rules=(rule,), evidence=(key(event),), sentence=words, reason=reason),)


def only_what_a_stop_allows(event: Event, made: tuple[Decisions, ...]) -> tuple[Decisions, ...]:
    """What an event may cause while the whole journey is stopped."""
    allowed = tuple(item for item in made if isinstance(item, _RECORDS) or _tells_of_a_cancellation(item))
    if allowed or not isinstance(event.facts, WaitDue):
        return allowed
    words = "Nothing is due: the journey is stopped."
    return (
        WaitOvertaken(rules=(), evidence=(key(event),), sentence=words, step=event.facts.step, about=event.facts.about),
    )


def _tells_of_a_cancellation(made: Decisions) -> bool:
    """A state of the referral, and nothing that a worker or a job centre is told."""
    other = isinstance(made, FeedbackGiven) and (made.progress or made.about or made.thing)
    return isinstance(made, FeedbackGiven) and not other and made.status in _TOLD


def _cancel(
    journey: Journey, event: Event, referral: Referral, reason: StopReason, rule: str, policy: Policy
) -> list[Decisions]:
    """The provider is asked to cancel, and who referred is told so; neither of them is told why."""
    asked = CancellationRequested(
        rules=(rule,), evidence=(key(event),), sentence=f"{_WORDS[reason]}: the provider is asked to cancel.",
        referral=referral.id, reason=reason, by=key(event),
    )  # fmt: skip
    what = f"{CANCELLATION_REQUESTED} {referral.id}"
    words = WORDS[CANCELLATION_REQUESTED]
    told = to_referrer(journey, referral, key(event), what, words, policy, status=CANCELLATION_REQUESTED)
    return [asked, *told]
