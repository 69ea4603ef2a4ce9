"""What the person agreed to and did not take back: nobody is referred, and nothing is told, beyond it (study)."""

from __future__ import annotations

from msgspec.structs import replace

from schemas.facts import (
    Agreement,
    ConsentPurpose,
    ConsentRecorded,
    ConsentWithdrawn,
    Event,
    JobCentreFlag,
    Nomination,
    PersonAnswer,
    PromptAnswer,
)
from schemas.topics import Audience
from services.domain.history import now, withdrawals
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
        case ConsentRecorded(purpose="referral") as told:
            found = as_agreement(told)
        case _:
            return None
    if found is not None and found.recipient.ods != policy.provider.ods and policy.on("agreement.needed"):
        return None
    return found


def as_agreement(told: ConsentRecorded) -> Agreement | None:
    """What a Consent of its own records, as answers state it; none where it names no organisation."""
    if told.recipient is None:
        return None
    return Agreement(told.id, told.by, told.on, told.recipient, told.items, told.how, told.asked_by, told.words)


def agreement_in(journey: Journey, event: Event, policy: Policy) -> Agreement | None:
    """The agreement of an event as it stands now: without it nobody is referred.

    What was taken back on the same day or later does not stand, nor does what had its last day, and a source of job
    centre flags records none.
    """
    stated = stated_agreement(event, policy)
    if stated is None or is_over(journey, event) or by_a_job_centre(journey, event, policy):
        return None
    return still_agreed(journey, stated, policy)


def still_agreed(
    journey: Journey,
    agreement: Agreement,
    policy: Policy,
    *,
    purpose: ConsentPurpose = "referral",
    audience: Audience = "ips-provider",
) -> Agreement | None:
    """An agreement without the items that were taken back since; none when none are left.

    What was taken back names the recipient, or only of which ``audience`` they are.
    """
    if not policy.on("stop.withdrawal"):
        return agreement
    left = agreement.items
    for _, taken in withdrawals(journey):
        towards = taken.recipient.ods == agreement.recipient.ods if taken.recipient else taken.to == audience
        meant = taken.id is None or taken.id == agreement.id
        if meant and taken.purpose == purpose and taken.on >= agreement.on and towards:
            left = _without(left, taken)
    if left == agreement.items:
        return agreement
    return replace(agreement, items=left) if left else None


def agreed_to(journey: Journey, agreement: Agreement, item: str, policy: Policy) -> bool:
    """Whether an item of an agreement to be referred stands now."""
    left = still_agreed(journey, agreement, policy)
    return left is not None and item in left.items


def by_a_job_centre(journey: Journey, event: Event, policy: Policy) -> bool:
    """Whether what should be the person's own word comes from a source that flags for a job centre.

    Answers and nominations were heard whoever sent them before edition 2.
    """
    if not policy.on("agreement.recorder"):
        return False
    if isinstance(event.facts, PromptAnswer | Nomination) and policy.edition < 2:
        return False
    return any(event.source == other.source for other in journey.facts if isinstance(other.facts, JobCentreFlag))


def is_over(journey: Journey, event: Event) -> bool:
    """Whether a recorded agreement has had its last day."""
    until = event.facts.until if isinstance(event.facts, ConsentRecorded) else None
    return until is not None and until < now(journey).date()


def _without(items: tuple[str, ...], taken: ConsentWithdrawn) -> tuple[str, ...]:
    return tuple(item for item in items if taken.items and item not in taken.items)
