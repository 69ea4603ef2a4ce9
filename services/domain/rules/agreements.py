"""What the person agreed to and did not take back: nobody is referred, and nothing is told, beyond it (study)."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from schemas.facts import (
    Agreement,
    ConsentRecorded,
    ConsentWithdrawn,
    Event,
    Nomination,
    PersonAnswer,
    PromptAnswer,
)
from services.domain.history import flags, now, withdrawals
from services.domain.journey import Journey
from services.domain.policy import Policy


def stated_agreement(event: Event, policy: Policy) -> Agreement | None:
    """The person's agreement to be referred to our provider, as an event states it."""
    found: Agreement | None = None
    match event.facts:
        case PromptAnswer(answer="refer", agreement=agreement):
            found = agreement
        case Nomination(agreement=agreement) | PersonAnswer(answer="agrees", agreement=agreement):
            found = agreement
        case ConsentRecorded(purpose="referral", recipient=recipient) as told if recipient is not None:
            found = Agreement(told.id, told.by, told.on, recipient, told.items, told.how, told.asked_by, told.words)
        case _:
            return None
    if found is not None and found.recipient.ods != policy.provider.ods and policy.on("agreement.needed"):
        return None
    return found


def agreement_in(journey: Journey, event: Event, policy: Policy) -> Agreement | None:
    """The agreement of an event as it stands now: without it nobody is referred.

    What was taken back on the same day or later does not stand, nor does what had its last day, and a source of job
    centre flags records none.
    """
    stated = stated_agreement(event, policy)
    if stated is None or is_over(journey, event) or by_a_job_centre(journey, event, policy):
        return None
    return still_agreed(journey, stated, policy)


def still_agreed(journey: Journey, agreement: Agreement, policy: Policy) -> Agreement | None:
    """An agreement to be referred without the items that were taken back since; none when none are left."""
    if not policy.on("stop.withdrawal"):
        return agreement
    left = agreement.items
    for _, taken in withdrawals(journey):
        if taken.purpose == "referral" and taken.on >= agreement.on and _is_towards(taken, agreement):
            left = _without(left, taken)
    if left == agreement.items:
        return agreement
    return replace(agreement, items=left) if left else None


def still_told(journey: Journey, agreement: Agreement, policy: Policy) -> Agreement | None:
    """An agreement that a job centre be told things, without what was taken back since; none: nothing is left."""
    if not policy.on("stop.withdrawal"):
        return agreement
    ods, agreed_on = agreement.recipient.ods, agreement.on
    left = tuple(item for item in agreement.items if not is_taken_back(journey, item, ods, agreed_on))
    return replace(agreement, items=left) if left else None


def is_taken_back(journey: Journey, item: str, job_centre: str, since: date) -> bool:
    """Whether the person took back, on that day or later, that a job centre (ODS code) be told a thing."""
    return any(
        taken.purpose == "progress"
        and taken.on >= since
        and (taken.recipient.ods == job_centre if taken.recipient is not None else taken.to == "job-centre")
        and (not taken.items or item in taken.items)
        for _, taken in withdrawals(journey)
    )


def by_a_job_centre(journey: Journey, event: Event, policy: Policy) -> bool:
    """Whether what should be the person's own word comes from a source that flags for a job centre."""
    if not isinstance(event.facts, ConsentRecorded | PersonAnswer) or not policy.on("agreement.recorder"):
        return False
    return any(event.source == flagged.source for flagged, _ in flags(journey))


def is_over(journey: Journey, event: Event) -> bool:
    """Whether a recorded agreement has had its last day."""
    until = event.facts.until if isinstance(event.facts, ConsentRecorded) else None
    return until is not None and until < now(journey).date()


def _is_towards(taken: ConsentWithdrawn, agreement: Agreement) -> bool:
    if taken.recipient is not None:
        return taken.recipient.ods == agreement.recipient.ods
    return taken.to == "ips-provider"


def _without(items: tuple[str, ...], taken: ConsentWithdrawn) -> tuple[str, ...]:
    return tuple(item for item in items if taken.items and item not in taken.items)
