"""What moves a referral leads to moves that became legal, feedback to who referred, and a page before it begins."""

from __future__ import annotations

from schemas.facts import Event
from schemas.identifiers import made_id
from schemas.support_facts import ReferralMove
from services.domain.decisions import Decisions, InformationDue, OutOfSequence, ReferralMoved, Refusal
from services.domain.feeding_back import to_referrer
from services.domain.history import key, told_of, updates
from services.domain.journey import Information, Journey, Referral
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
    state_told,
)
from services.domain.rules.news import is_old_news
from services.domain.rules.person import identity

_TOLD = frozenset({ACCEPTED, DECLINED, SCHEDULED, UNATTENDED, CANCELLED, COMPLETED})


def take_move(journey: Journey, event: Event, told: ReferralMove, policy: Policy) -> tuple[Decisions, ...] | Refusal:
    """What is caused: the event's own move, and those that became legal by it. ``journey`` has the event applied."""
    referral = next((item for item in journey.referrals if item.id == told.referral), None)
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
                sentence=f"Kept, and nothing else: '{WORDS.get(state_told(told), 'unknown')}' does not follow from"
                f" '{WORDS[referral.status]}' yet.",
                about="referral",
            )
        )
    for place, move in enumerate(state.moves):
        if move.event not in referral.told:
            overtaken = any(later.event in referral.told for later in state.moves[place + 1 :])
            news = move.event in fresh and not overtaken
            made.extend(_moved(journey, event, referral, move, policy, news=news))
            booked = move.status == state.status == SCHEDULED
            if booked and news and not _informed(journey, referral, made):
                made.extend(_page(journey, event, referral, policy))
    return tuple(made)


def _moved(
    journey: Journey, event: Event, referral: Referral, move: Move, policy: Policy, *, news: bool
) -> list[Decisions]:
    """One move; who referred is told only what is ``news``: neither old nor overtaken by what they were told."""
    changed = move.changed and policy.on("continuity.worker")
    waiting = move.waiting if policy.on("referral.waiting-list") else None
    words = f"The referral is {WORDS[move.status]}." + (" The person is on the waiting list." if waiting else "")
    words += " The named worker has changed." if changed else ""
    made: list[Decisions] = [
        ReferralMoved(
            rules=(
                "referral.states",
                *(["continuity.worker"] if changed else []),
                *(["referral.waiting-list"] if waiting else []),
            ),
            evidence=tuple(sorted({key(event), move.event})),
            sentence=words,
            referral=referral.id,
            status=move.status,
            reason=move.reason,
            worker=move.worker,
            worker_changed=changed,
            move=move.event,
            waiting=waiting,
        )
    ]
    if news and (move.status in _TOLD or changed):
        made += to_referrer(
            journey, referral, move.event, move.status, WORDS[move.status], policy, status=move.status,
            reason=move.reason, worker=move.worker, waiting=waiting,
        )  # fmt: skip
    return made


def _informed(journey: Journey, referral: Referral, made: list[Decisions]) -> bool:
    """Whether the page before a first appointment was made due before. What was really sent nobody tells us yet."""
    due = (item for item in (*journey.information, *made) if isinstance(item, Information | InformationDue))
    return any(item.purpose == "appointment" and item.about == referral.id for item in due)


def _page(journey: Journey, event: Event, referral: Referral, policy: Policy) -> list[Decisions]:
    """Information first: who, where, why and 'voluntary' are due before the person meets anybody."""
    if not policy.on("information.appointment") or identity(journey, event, policy):
        return []
    return [
        InformationDue(
            rules=("information.appointment",),
            evidence=(key(event),),
            sentence="An appointment is booked: information is due to the person before it.",
            information=made_id(event.source, event.id, "information", "person", "appointment"),
            purpose="appointment",
            about=referral.id,
            sender=referral.referrer,
            template=policy.templates.version,
        )
    ]
