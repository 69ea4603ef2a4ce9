"""Placements: what a bad end of one asks of the worker and of the next, and benefits advice before a job starts."""

from __future__ import annotations

from schemas.fact import Adjustment
from schemas.facts import Agreement, Event
from schemas.identifiers import made_id
from schemas.support_facts import EmploymentProgress, ProgressKind, Worker
from services.domain.decisions import Decisions, FeedbackGiven, FeedbackTopic, InformationDue
from services.domain.history import key, progress, steps_of
from services.domain.issued import Issued, issued
from services.domain.journey import Journey, Referral
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED
from services.domain.rules.agreements import agreed_to
from services.domain.spell import start_of
from services.domain.stages import PREPARING

#: Ends of a placement that ask for something before there is another one.
BAD_ENDS = frozenset({"unsafe", "unsupported"})
_BEFORE_A_JOB: frozenset[ProgressKind] = PREPARING | {"placement-started"}


def placement(
    journey: Journey, event: Event, step: EmploymentProgress, referral: Referral, worker: Worker | None, policy: Policy
) -> list[Decisions]:
    """What the named worker is asked to look to because of a step. ``journey`` has the event applied."""
    if referral.status == CANCELLATION_REQUESTED:
        return []
    if step.kind == "placement-ended" and step.outcome in BAD_ENDS and policy.on("feedback.placement-ended"):
        asked = _asked_for(journey, step, referral.agreement, policy)
        return [_told(event, referral, worker, "placement-ended", asked)]
    required = requirements(journey, referral.agreement, policy, until=step) if step.kind == "placement-started" else ()
    if required and policy.on("feedback.placement-requirements"):
        return [_told(event, referral, worker, "placement-requirements", required)]
    return []


def requirements(
    journey: Journey, agreement: Agreement, policy: Policy, until: EmploymentProgress | None = None
) -> tuple[Adjustment, ...]:
    """The adjustments that the next placement needs: all that were asked for when an earlier one ended badly."""
    found = [
        adjustment
        for _, step in progress(journey)
        if step.kind == "placement-ended" and step.outcome in BAD_ENDS and (until is None or step.on <= until.on)
        for adjustment in _asked_for(journey, step, agreement, policy)
    ]
    return tuple(dict.fromkeys(found))


def benefits_page(
    journey: Journey, event: Event, step: EmploymentProgress, referral: Referral, policy: Policy
) -> list[Decisions]:
    """ "Would I be worse off?": a page is due, once, when the stage before a job is reached, and before one started."""
    if (
        step.kind not in _BEFORE_A_JOB
        or referral.status == CANCELLATION_REQUESTED
        or not policy.on("information.benefits")
    ):
        return []
    had = any(item.purpose == "benefits" and item.about == referral.id for item in journey.information)
    if had or any(other.kind in ("job-started", "in-work-13-weeks") for _, other in steps_of(journey, referral)):
        return []
    return [
        InformationDue(
            rules=("information.benefits",),
            evidence=(key(event),),
            sentence="Advice on benefits is offered before a job starts.",
            information=made_id(event.source, event.id, "information", "person", "benefits"),
            purpose="benefits",
            about=referral.id,
            sender=referral.referrer,
            template=policy.templates.version,
        )
    ]


def _asked_for(
    journey: Journey, step: EmploymentProgress, agreement: Agreement, policy: Policy
) -> tuple[Adjustment, ...]:
    """What the provider states, and what the notes of that day asked for, where the person agreed to a work plan."""
    of_notes = [
        adjustment
        for one in issued(journey, policy)
        if agreed_to(journey, agreement, "work-plan", policy) and _holds(one, step)
        for adjustment in one.note.adjustments
    ]
    return tuple(dict.fromkeys((*step.adjustments, *of_notes)))


def _holds(one: Issued, step: EmploymentProgress) -> bool:
    return start_of(one.event, one.note) <= step.on and (one.note.end is None or step.on <= one.note.end)


def _told(
    event: Event, referral: Referral, worker: Worker | None, about: FeedbackTopic, adjustments: tuple[Adjustment, ...]
) -> FeedbackGiven:
    words = {
        "placement-ended": "The named worker is asked to look to why the placement ended.",
        "placement-requirements": "The named worker is told what this placement needs, after an earlier one.",
    }[about]
    return FeedbackGiven(
        rules=(f"feedback.{about}",),
        evidence=(key(event),),
        sentence=words,
        feedback=made_id(event.source, event.id, "feedback", "ips-provider", about),
        audience="ips-provider",
        recipient=referral.provider,
        referral=referral.id,
        status=referral.status,
        worker=worker,
        about=about,
        adjustments=adjustments,
    )
