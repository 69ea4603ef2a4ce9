"""The work situation: out of work, in work, or not known (study: timing)."""

from __future__ import annotations

import msgspec

from schemas.facts import (
    Event,
    FitNote,
    FitNoteCorrection,
    Introduction,
    JobCentreFlag,
    JobCentreFlagCleared,
    Nomination,
    PainDischarge,
    TherapyDischarge,
    Work,
)
from schemas.support_facts import EmploymentProgress
from services.domain.decisions import EventKey, Track
from services.domain.history import flags, key, sure
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
    holding = {key(event) for event, _ in flags_that_hold(journey, policy)}
    cleared: tuple[str, ...] = ()
    for event in reversed(sure(journey)):
        match event.facts:
            case JobCentreFlag(known_and_agreed=True) if key(event) not in holding:
                cleared = ("work.flag-cleared",)
            case JobCentreFlag(known_and_agreed=True) if policy.on("work.job-centre-flag"):
                return Situation("out-of-work", (*cleared, "work.job-centre-flag"), (key(event),))
            case (
                FitNote(work=str() as work)
                | FitNoteCorrection(note=FitNote(work=str() as work))
                | PainDischarge(work=str() as work)
                | TherapyDischarge(work=str() as work)
                | Nomination(work=str() as work)
                | Introduction(work=str() as work)
            ) if policy.on("work.stated"):
                return Situation(work, (*cleared, "work.stated"), (key(event),))
            case EmploymentProgress(kind="job-started" | "in-work-13-weeks") if policy.on("work.stated"):
                return Situation("in-work", (*cleared, "work.stated"), (key(event),))
            case EmploymentProgress(kind="job-ended") if policy.on("work.stated"):
                break  # whether another job follows is not known
            case _:
                continue
    return Situation(rules=cleared)


def flags_that_hold(journey: Journey, policy: Policy) -> list[tuple[Event, JobCentreFlag]]:
    """The flags that the person knows of and agreed to, and that were not cleared, in facts order."""
    cleared = policy.on("work.flag-cleared")
    return [
        (event, flag)
        for event, flag in flags(journey)
        if flag.known_and_agreed and not (cleared and _cleared(event, journey))
    ]


def _cleared(flagged: Event, journey: Journey) -> bool:
    """Whether the same job centre took its word back: it has one word about a person, so that clears all before."""
    return any(
        event.source == flagged.source and event.order > flagged.order
        for event in sure(journey)
        if isinstance(event.facts, JobCentreFlagCleared)
    )
