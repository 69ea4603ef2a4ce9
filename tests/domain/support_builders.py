"""Events of employment support, and of the agreement that a job centre be told of it."""

from __future__ import annotations

from typing import Any

import msgspec
from domain_builders import JOB_CENTRE, Step, Walk, agreement, answered, at, event, of_fact, on

from schemas.facts import Event
from schemas.support_facts import (
    AppointmentChanged,
    AppointmentState,
    EmploymentProgress,
    ProgressKind,
    ReferralUpdate,
    SupportClosed,
)


def agreed_to_tell(day: float, *things: str, **changes: Any) -> Step:
    """The person agrees that the job centre be told these things, in a second answer to the latest prompt."""
    to = changes.pop("to", JOB_CENTRE)
    told = msgspec.structs.replace(agreement(int(day), to), id=f"agreement-{day}", items=things)
    stated = {"id": f"told-{day}", "agreement": changes.pop("agreement", told), **changes}
    return answered(day, "refer", **stated)


def met(day: float, state: AppointmentState, **changes: Any) -> Step:
    """What became of an appointment of the latest referral."""

    def made(walk: Walk) -> Event:
        stated = dict(changes)
        facts = AppointmentChanged(
            **{"state": state, "referral": walk.referral, "starts": at(day + 3), **of_fact(AppointmentChanged, stated)}
        )
        return event(day, facts, **{"id": f"{state}-{day}", **stated})

    return made


def closed(day: float, **changes: Any) -> Step:
    """The provider ends its support."""

    def made(walk: Walk) -> Event:
        stated = dict(changes)
        facts = SupportClosed(**{"on": on(int(day)), "referral": walk.referral, **of_fact(SupportClosed, stated)})
        return event(day, facts, **stated)

    return made


def update(day: float, referral: str, status: str, **changes: Any) -> Event:
    """The IPS provider moves a referral."""
    return event(day, ReferralUpdate(referral, status, **of_fact(ReferralUpdate, changes)), **changes)


def moved(day: float, status: str, **changes: Any) -> Step:
    """An update of the latest referral."""
    return lambda walk: update(day, walk.referral, status, **changes)


def progressed(day: float, kind: ProgressKind, **changes: Any) -> Event:
    """A step of employment support on that day; it names no referral unless it is told to."""
    facts = EmploymentProgress(kind, **{"on": on(int(day)), **of_fact(EmploymentProgress, changes)})
    return event(day, facts, **{"id": f"{kind}-{day}", **changes})
