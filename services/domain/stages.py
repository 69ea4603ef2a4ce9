"""Where somebody stands in employment support: what the steps that were noted for a referral say, by their days."""

from __future__ import annotations

from schemas.support_facts import EmploymentProgress, ProgressKind
from services.domain.history import steps_of
from services.domain.journey import Journey, Referral

#: The stage before a placement. Only the provider's word begins or ends a stage: no clock does.
PREPARING: frozenset[ProgressKind] = frozenset(
    {"confidence-building", "course-started", "cv-and-interview-practice", "peer-support-started"}
)
_BEGIN: dict[ProgressKind, ProgressKind] = {"placement-ended": "placement-started", "job-ended": "job-started"}


def at_work(journey: Journey, referral: Referral) -> EmploymentProgress | None:
    """The placement or job that goes on, if one does: what began it. Who is in work at 13 weeks has a job."""
    going_on: dict[ProgressKind, EmploymentProgress] = {}
    for _, step in sorted(steps_of(journey, referral), key=lambda item: (item[1].on, item[0].order)):
        if step.kind in ("placement-started", "job-started"):
            going_on[step.kind] = step
        elif step.kind == "in-work-13-weeks":
            going_on.setdefault("job-started", step)
        elif step.kind in _BEGIN:
            going_on.pop(_BEGIN[step.kind], None)
    return going_on.get("job-started") or going_on.get("placement-started")
