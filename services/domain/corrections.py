"""Which fit notes stand: derived from all corrections, in facts order, so any order of arrival ends in the same.

A correction names its note by the identity of its event, or by the note's own identifiers; by these it means notes
that were told before it, for the same identifier may be issued anew. What was corrected stays corrected: a note that
should count again is sent again.
"""

from __future__ import annotations

from schemas.facts import Event, FitNote, FitNoteCorrection
from schemas.identifiers import EventId


def as_stated(event: Event) -> FitNote | None:
    """The fit note that an event states: its own, or the one that it puts in another's place."""
    match event.facts:
        case FitNote() as note:
            return note
        case FitNoteCorrection(note=note):
            return note
        case _:
            return None


def corrected(facts: tuple[Event, ...]) -> frozenset[EventId]:
    """The events whose note does not stand: replaced, entered in error, or a copy of another one."""
    corrections = [(event, event.facts) for event in facts if isinstance(event.facts, FitNoteCorrection)]
    if not corrections:
        return frozenset()
    return frozenset(
        other.event_id
        for event, correction in corrections
        if not _unverified(event)
        for other in facts
        if other is not event and takes_back(event, correction, other)
    )


def meant(event: Event, correction: FitNoteCorrection, facts: tuple[Event, ...]) -> list[Event]:
    """The events that told of the note which a correction is about."""
    return [other for other in facts if other is not event and _names(event, correction, other)]


def takes_back(event: Event, correction: FitNoteCorrection, other: Event) -> bool:
    """Whether another event's note does not stand after a correction."""
    if correction.kind != "duplicate-issued":
        return _names(event, correction, other)
    note = as_stated(other)
    return note is not None and bool({*note.names} & {*correction.copy}) and not _names(event, correction, other)


def _names(event: Event, correction: FitNoteCorrection, other: Event) -> bool:
    note = as_stated(other)
    if note is None:
        return False
    if correction.event is not None:
        return other.event_id == correction.event
    return other.order < event.order and bool({*note.names} & {*correction.names})


def _unverified(event: Event) -> bool:
    return event.person is not None and event.person.verification == "not-verified"
