"""The work situation: out of work, in work, or not known (study: timing)."""

from __future__ import annotations

import msgspec

from schemas.facts import EmploymentProgress, FitNote, JobCentreFlag, Nomination, PainDischarge, Work
from services.domain.decisions import EventKey, Track
from services.domain.history import key
from services.domain.journey import Journey
from services.domain.policy import Policy


class Situation(msgspec.Struct, frozen=True):
    """The work situation, which rule says so, and on which event."""

    work: Work | None = None
    rules: tuple[str, ...] = ()
    events: tuple[EventKey, ...] = ()

    @property
    def track(self) -> Track:
        """Find work, or keep it; what is not known goes by keep-work."""
        return "find-work" if self.work == "out-of-work" else "keep-work"


def situation(journey: Journey, policy: Policy) -> Situation:
    """What the latest fact that says anything says."""
    for event in reversed(journey.facts):
        if event.person is not None and event.person.verification == "not-verified":
            continue
        match event.facts:
            case JobCentreFlag(known_and_agreed=True) if policy.on("work.job-centre-flag"):
                return Situation("out-of-work", ("work.job-centre-flag",), (key(event),))
            case FitNote(work=str() as work) | PainDischarge(work=str() as work) | Nomination(work=str() as work) if (
                policy.on("work.stated")
            ):
                return Situation(work, ("work.stated",), (key(event),))
            case EmploymentProgress(kind="job-started" | "in-work-13-weeks") if policy.on("work.stated"):
                return Situation("in-work", ("work.stated",), (key(event),))
            case EmploymentProgress(kind="job-ended") if policy.on("work.stated"):
                return Situation()  # whether another job follows is not known
            case _:
                continue
    return Situation()
