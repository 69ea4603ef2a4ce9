"""What an update of a referral leads to: moves that became legal, and feedback to who referred."""

from __future__ import annotations

from schemas.facts import Event, ReferralUpdate
from schemas.identifiers import made_id
from services.domain.decisions import Decisions, FeedbackGiven, OutOfSequence, ReferralMoved, Refusal
from services.domain.history import key, told_of, updates
from services.domain.journey import Journey, Referral
from services.domain.policy import Policy
from services.domain.referral_states import (
    ACCEPTED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    SCHEDULED,
    UNATTENDED,
    WORDS,
    Move,
    standing,
)
from services.domain.rules.news import is_old_news

_TOLD = frozenset({ACCEPTED, DECLINED, SCHEDULED, UNATTENDED, CANCELLED, COMPLETED})


def take_update(
    journey: Journey, event: Event, update: ReferralUpdate, policy: Policy
) -> tuple[Decisions, ...] | Refusal:
    """What an update causes: its own move, and those that became legal by it. ``journey`` has the event applied."""
    referral = next((item for item in journey.referrals if item.id == update.referral), None)
    if referral is None:
        return Refusal("referral-not-known")
    found = updates(journey, referral.id)
    state = standing(told_of(journey, referral), referral.cancellation)
    fresh = {key(fact) for fact, _ in found if not is_old_news(journey, fact, policy)}
    made: list[Decisions] = []
    if key(event) in state.out_of_sequence and policy.on("referral.states"):
        made.append(
            OutOfSequence(
                rules=("referral.states",),
                evidence=(key(event),),
                sentence=f"Kept, and nothing else: '{WORDS.get(update.status, 'unknown')}' does not follow from"
                f" '{WORDS[referral.status]}' yet.",
                about="referral",
            )
        )
    for place, move in enumerate(state.moves):
        if move.event not in referral.told:
            overtaken = any(later.event in referral.told for later in state.moves[place + 1 :])
            made.extend(_moved(event, referral, move, policy, news=move.event in fresh and not overtaken))
    return tuple(made)


def _moved(event: Event, referral: Referral, move: Move, policy: Policy, *, news: bool) -> list[Decisions]:
    """One move; who referred is told only what is ``news``: neither old nor overtaken by what they were told."""
    changed = move.changed and policy.on("continuity.worker")
    words = f"The referral is {WORDS[move.status]}." + (" The named worker has changed." if changed else "")
    made: list[Decisions] = [
        ReferralMoved(
            rules=("referral.states", *(["continuity.worker"] if changed else [])),
            evidence=tuple(sorted({key(event), move.event})),
            sentence=words,
            referral=referral.id,
            status=move.status,
            reason=move.reason,
            worker=move.worker,
            worker_changed=changed,
            move=move.event,
        )
    ]
    if policy.on("referral.feedback") and news and (move.status in _TOLD or changed):
        made.append(
            FeedbackGiven(
                rules=("referral.feedback",),
                evidence=(move.event,),
                sentence=f"Who referred is told: {WORDS[move.status]}.",
                feedback=made_id(move.event.source, move.event.id, "feedback", referral.referrer_kind, move.status),
                audience=referral.referrer_kind,
                recipient=referral.referrer,
                referral=referral.id,
                status=move.status,
                reason=move.reason,
                worker=move.worker,
            )
        )
    return made
