"""What an update of a referral leads to: moves that became legal, and feedback to who referred."""

from __future__ import annotations

from schemas.facts import Event, ReferralUpdate
from schemas.identifiers import made_id
from services.domain.decisions import Decisions, FeedbackGiven, OutOfSequence, ReferralMoved, Refusal
from services.domain.history import key, updates
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

_TOLD = frozenset({ACCEPTED, DECLINED, SCHEDULED, UNATTENDED, CANCELLED, COMPLETED})


def take_update(
    journey: Journey, event: Event, update: ReferralUpdate, policy: Policy, *, old: bool
) -> tuple[Decisions, ...] | Refusal:
    """What an update causes. ``journey`` has the event applied; ``old``: nobody is told any more."""
    referral = next((item for item in journey.referrals if item.id == update.referral), None)
    if referral is None:
        return Refusal("referral-not-known")
    state = standing(updates(journey, referral.id))
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
    for move in state.moves:
        if move.event not in referral.told:
            made.extend(_moved(event, referral, move, policy, old=old))
    return tuple(made)


def _moved(event: Event, referral: Referral, move: Move, policy: Policy, *, old: bool) -> list[Decisions]:
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
    if policy.on("referral.feedback") and not old and (move.status in _TOLD or changed):
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
