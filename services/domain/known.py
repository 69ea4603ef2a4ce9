"""What of an event is a fact under a policy.

A later edition may read more of an event type that was there before. Under the policies of earlier ones that is no
fact, or their history would be made again as something else (EXACTNESS 13).
"""

from __future__ import annotations

from msgspec.structs import replace

from schemas.facts import Event, FitNote, FitNoteCorrection
from services.domain.policy import Policy


def known(event: Event, policy: Policy) -> Event:
    """The event with what the policy knows of it."""
    match event.facts:
        case FitNote() as note:
            seen: FitNote | FitNoteCorrection = _known(note, policy)
        case FitNoteCorrection(note=FitNote() as note) as correction:
            seen = replace(correction, note=_known(note, policy))
        case _:
            return event
    return event if seen == event.facts else replace(event, facts=seen)


def _known(note: FitNote, policy: Policy) -> FitNote:
    return replace(
        note,
        names=note.names if policy.on("note.named") else (),
        duration=note.duration if policy.on("note.duration") else None,
    )
