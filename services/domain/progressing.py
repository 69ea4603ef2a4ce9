"""What a step of employment support leads to: it is noted and told to who referred; it moves no referral."""

from __future__ import annotations

from msgspec.structs import replace

from schemas.facts import Event
from schemas.support_facts import EmploymentProgress, ProgressKind
from services.domain.decisions import Decisions, ProgressNoted, Refusal
from services.domain.feeding_back import to_referrer
from services.domain.history import key, progress, told_of
from services.domain.journey import Journey, Referral
from services.domain.placements import benefits_page, placement
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL, standing
from services.domain.rules.news import is_old_news
from services.domain.rules.person import identity

STEPS: dict[ProgressKind, str] = {
    "first-contact": "first contact was made",
    "vocational-profile-started": "a vocational profile was begun",
    "confidence-building": "work on confidence began",
    "course-started": "a course began",
    "cv-and-interview-practice": "practice for CV and interviews began",
    "peer-support-started": "peer support began",
    "placement-started": "a placement began",
    "placement-ended": "a placement ended",
    "job-started": "a job started",
    "in-work-13-weeks": "the person has been in work for 13 weeks",
    "job-ended": "a job ended",
}


def take_progress(
    journey: Journey, event: Event, step: EmploymentProgress, policy: Policy
) -> tuple[Decisions, ...] | Refusal:
    """What a step causes. ``journey`` has the event applied."""
    referral = _referral(journey, step)
    if referral is None:
        return Refusal("referral-not-known")
    with_it = replace(referral, progress=(*referral.progress, key(event)))
    state = standing(told_of(journey, with_it), referral.cancellation)
    changed = key(event) in state.handovers and policy.on("continuity.worker")
    worker = step.worker or referral.worker
    words = f"A step of support: {STEPS[step.kind]}." + (" The named worker has changed." if changed else "")
    made: list[Decisions] = [
        ProgressNoted(
            rules=("continuity.worker",) if changed else (),
            evidence=(key(event),),
            sentence=words,
            referral=referral.id,
            progress=step.kind,
            on=step.on,
            noted=key(event),
            worker=worker,
            worker_changed=changed,
        )
    ]
    quiet = is_old_news(journey, event, policy) or identity(journey, event, policy) or _said(journey, referral, step)
    if not quiet:
        made += to_referrer(
            journey, referral, key(event), step.kind, STEPS[step.kind], policy, status=referral.status, worker=worker,
            progress=step.kind, on=step.on,
        )  # fmt: skip
        made += placement(journey, event, step, referral, worker, policy)
        made += benefits_page(journey, event, step, with_it, policy)
    return tuple(made)


def _referral(journey: Journey, step: EmploymentProgress) -> Referral | None:
    """The referral that a step names; where it names none, the open one, else the last."""
    if step.referral is not None:
        return next((item for item in journey.referrals if item.id == step.referral), None)
    going_on = [item for item in journey.referrals if item.status not in TERMINAL]
    return next(reversed(going_on or journey.referrals), None)


def _said(journey: Journey, referral: Referral, step: EmploymentProgress) -> bool:
    """Whether the same step of the same day was noted before, under another id."""
    return any(
        (other.kind, other.on) == (step.kind, step.on)
        for fact, other in progress(journey)
        if key(fact) in referral.progress
    )
