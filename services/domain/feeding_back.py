"""Feedback to who referred; where that is a pain service the person's practice gets a copy (study: outcomes)."""

from __future__ import annotations

from datetime import date

from schemas.facts import OrganisationKind
from schemas.identifiers import made_id
from schemas.support_facts import ProgressKind, WaitingList, Worker
from services.domain.decisions import EventKey, FeedbackGiven
from services.domain.journey import Journey, Referral
from services.domain.policy import Policy
from services.domain.rules.whom import practice


def to_referrer(
    journey: Journey, referral: Referral, told: EventKey, what: str, words: str, policy: Policy, *, status: str,
    reason: str | None = None, worker: Worker | None = None, progress: ProgressKind | None = None,
    on: date | None = None, waiting: WaitingList | None = None,
) -> list[FeedbackGiven]:  # fmt: skip
    """What the event ``told`` brings them; ``what`` tells it from other things that the same event may bring."""
    if not policy.on("referral.feedback"):
        return []
    copied = practice(journey, referral.prompt) if referral.referrer_kind == "pain-service" else None
    audiences: list[tuple[OrganisationKind, str]] = [(referral.referrer_kind, "Who referred is told")]
    if copied is not None and policy.on("feedback.copy-practice"):
        audiences.append(("gp-practice", "The practice gets a copy"))
    return [
        FeedbackGiven(
            rules=("referral.feedback",) if place == 0 else ("referral.feedback", "feedback.copy-practice"),
            evidence=(told,),
            sentence=f"{who}: {words}.",
            feedback=made_id(told.source, told.id, "feedback", audience, what),
            audience=audience,
            recipient=referral.referrer if place == 0 or copied is None else copied,
            referral=referral.id,
            status=status,
            reason=reason,
            worker=worker,
            progress=progress,
            on=on,
            waiting=waiting,
        )
        for place, (audience, who) in enumerate(audiences)
    ]
