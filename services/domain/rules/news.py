"""Old news: what happened long ago, or was sent as backfill (prompt fatigue)."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Event
from services.domain.history import clinical_date, now
from services.domain.journey import Journey
from services.domain.policy import Policy


def is_old_news(journey: Journey, event: Event, policy: Policy) -> bool:
    """Whether an event builds facts and the care package, and moves nobody."""
    if not policy.on("news.old"):
        return False
    return event.backfill or now(journey).date() - clinical_date(event) > timedelta(days=policy.old_news.days)
