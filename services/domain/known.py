"""What of an event is a fact under a policy.

A later edition may read more of an event type that was there before. Under the policies of earlier ones that is no
fact, or their history would be made again as something else (EXACTNESS 13).
"""

from __future__ import annotations

from msgspec.structs import replace

from schemas.facts import Event, FitNote, FitNoteCorrection, PromptAnswer
from schemas.support_facts import EmploymentProgress, ReferralUpdate, WaitingList
from services.domain.policy import Policy


def known(event: Event, policy: Policy) -> Event:
    """The event with what the policy knows of it."""
    match event.facts:
        case FitNote() as note:
            seen: FitNote | FitNoteCorrection = _known(note, policy)
        case FitNoteCorrection(note=FitNote() as note) as correction:
            seen = replace(correction, note=_known(note, policy))
        case ReferralUpdate(waiting=WaitingList()) if not policy.on("referral.waiting-list"):
            return replace(event, facts=replace(event.facts, waiting=None))
        case EmploymentProgress(kind="placement-ended") if not _ends_of_placements(policy):
            return replace(event, facts=replace(event.facts, outcome=None, adjustments=()))
        case PromptAnswer(capacity_doubted=bool()) if policy.edition < 2:
            return replace(event, facts=replace(event.facts, capacity_doubted=None))
        case _:
            return event
    return event if seen == event.facts else replace(event, facts=seen)


def _ends_of_placements(policy: Policy) -> bool:
    return policy.on("feedback.placement-ended") or policy.on("feedback.placement-requirements")


def _known(note: FitNote, policy: Policy) -> FitNote:
    return replace(
        note,
        names=note.names if policy.on("note.named") else (),
        duration=note.duration if policy.on("note.duration") else None,
    )
