"""What the clearing of a job centre's flag leads to: by itself nothing. The work situation is what else is known."""

from __future__ import annotations

from schemas.facts import Event
from services.domain.decisions import OutOfSequence
from services.domain.history import flags, key
from services.domain.journey import Journey


def take_clearing(journey: Journey, event: Event) -> tuple[OutOfSequence, ...]:
    """What it causes: nothing, and a mark where no flag of that job centre was there before.

    A prompt that is open stays: pain and absence are as they were, and the clinician is asked to check the rest.
    ``journey`` has the event applied.
    """
    if any(flagged.source == event.source and flagged.order < event.order for flagged, _ in flags(journey)):
        return ()
    return (
        OutOfSequence(
            rules=("work.flag-cleared",),
            evidence=(key(event),),
            sentence="Kept, and nothing else: no flag of that job centre is known.",
            about="flag",
        ),
    )
