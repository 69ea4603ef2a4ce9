"""Where somebody stands in employment support: what the steps that were noted for a referral say, by their days."""

from __future__ import annotations

from schemas.facts import Event
from schemas.support_facts import EmploymentProgress, ProgressKind
from services.domain.history import key, progress
from services.domain.journey import Journey, Referral

#: The stage before a placement. Only the provider's word begins or ends a stage: no clock does.
PREPARING: frozenset[ProgressKind] = frozenset(
    {"confidence-building", "course-started", "cv-and-interview-practice", "peer-support-started"}
)
_BEGIN: dict[ProgressKind, ProgressKind] = {"placement-ended": "placement-started", "job-ended": "job-started"}


def steps_of(journey: Journey, referral: Referral) -> list[tuple[Event, EmploymentProgress]]:
    """The steps of a referral by the day on which they were made."""
    own = [
        (event, step)
        for event, step in progress(journey)
        if step.referral == referral.id or key(event) in referral.progress
    ]
    return sorted(own, key=lambda item: (item[1].on, item[0].order))


def at_work(journey: Journey, referral: Referral) -> EmploymentProgress | None:
    """The placement or job that goes on, if one does: what began it. Who is in work at 13 weeks has a job."""
    going_on: dict[ProgressKind, EmploymentProgress] = {}
    for _, step in steps_of(journey, referral):
        if step.kind in ("placement-started", "job-started"):
            going_on[step.kind] = step
        elif step.kind == "in-work-13-weeks":
            going_on.setdefault("job-started", step)
        elif step.kind in _BEGIN:
            going_on.pop(_BEGIN[step.kind], None)
    return going_on.get("job-started") or going_on.get("placement-started")
