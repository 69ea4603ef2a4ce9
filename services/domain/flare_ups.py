"""Flare-ups: a new fit note or an event of a pain service while somebody works or is on a placement (study: boom and
bust).

The named worker is told to review pacing and adjustments, and which adjustments a note asks for; never what the
person has, nor who wrote. It rests on the agreement that the work plan rests on.
"""

from __future__ import annotations

from schemas.facts import Event
from schemas.identifiers import made_id
from services.domain.corrections import corrected
from services.domain.decisions import FeedbackGiven
from services.domain.history import clinical_date, key, note_of, notes
from services.domain.issued import issued
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED, TERMINAL
from services.domain.rules.agreements import agreed_to
from services.domain.rules.news import is_old_news
from services.domain.rules.person import identity, safety
from services.domain.spell import start_of
from services.domain.stages import at_work

_NOT_ANY_MORE = TERMINAL | {CANCELLATION_REQUESTED}


def flare_up(journey: Journey, event: Event, policy: Policy) -> list[FeedbackGiven]:
    """What the worker is told. ``journey`` has the event applied; of one thing that is told twice only the first."""
    referral = next((item for item in journey.referrals if item.status not in _NOT_ANY_MORE), None)
    if referral is None or not policy.on("feedback.flare-up"):
        return []
    if not agreed_to(journey, referral.agreement, "work-plan", policy):
        return []
    working = at_work(journey, referral)
    if working is None or clinical_date(event) < working.on or is_old_news(journey, event, policy):
        return []
    if identity(journey, event, policy) or safety(journey, policy) or _said_before(journey, event, policy):
        return []
    note = note_of(event)
    return [
        FeedbackGiven(
            rules=("feedback.flare-up",),
            evidence=(key(event),),
            sentence="The named worker is asked to review pacing and adjustments.",
            feedback=made_id(event.source, event.id, "feedback", "ips-provider", "flare-up"),
            audience="ips-provider",
            recipient=referral.provider,
            referral=referral.id,
            status=referral.status,
            worker=referral.worker,
            about="flare-up",
            adjustments=note.adjustments if note else (),
        )
    ]


def _said_before(journey: Journey, event: Event, policy: Policy) -> bool:
    """An entry beside another of the same note, and a note of the same days as another, are no second note (FACTS 2).

    Nor is one that was taken back before it came.
    """
    mine = note_of(event)
    if mine is None:
        return False
    beside = next((one.told_by for one in issued(journey, policy) if key(event) in one.told_by), ())
    days = (start_of(event, mine), mine.end)
    same = ((start_of(other, note), note.end) == days for other, note in notes(journey) if key(other) != key(event))
    return len(beside) > 1 or event.event_id in corrected(journey.facts) or any(same)
