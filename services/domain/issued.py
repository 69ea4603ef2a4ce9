"""One note where codes arrive beside it (FACTS 2).

A system may tell of one statement by several entries: the statement, "issued", each adjustment, a duplicate. They
join when they were written on the same day and contradict each other in nothing.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from schemas.facts import Event, FitNote
from services.domain.decisions import EventKey
from services.domain.history import clinical_date, key, notes
from services.domain.journey import Journey
from services.domain.policy import Policy


class Issued(msgspec.Struct, frozen=True):
    """A fit note as it was issued, by all that was told of it; ``event`` is the first that told it."""

    event: Event
    note: FitNote
    told_by: tuple[EventKey, ...]


def issued(journey: Journey, policy: Policy) -> list[Issued]:
    """Every fit note that stands, once, in facts order."""
    found: list[Issued] = []
    one = policy.on("note.one")
    for event, note in notes(journey):
        place = next((place for place, other in enumerate(found) if one and _beside(event, note, other)), None)
        if place is None:
            found.append(Issued(event, note, (key(event),)))
        else:
            other = found[place]
            found[place] = Issued(other.event, _joined(other.note, note), (*other.told_by, key(event)))
    return found


def _beside(event: Event, note: FitNote, other: Issued) -> bool:
    if clinical_date(event) != clinical_date(other.event):
        return False
    told = other.note
    return all(
        mine is None or theirs is None or mine == theirs
        for mine, theirs in (
            (note.advice, told.advice),
            (note.start, told.start),
            (note.end, told.end),
            (note.issuer and note.issuer.ods, told.issuer and told.issuer.ods),
        )
    )


def _joined(note: FitNote, other: FitNote) -> FitNote:
    return replace(
        note,
        advice=note.advice or other.advice,
        conditions=tuple(dict.fromkeys((*note.conditions, *other.conditions))),
        adjustments=tuple(dict.fromkeys((*note.adjustments, *other.adjustments))),
        functional_effects=note.functional_effects or other.functional_effects,
        start=note.start or other.start,
        end=note.end or other.end,
        assess_again=other.assess_again if note.assess_again is None else note.assess_again,
        issuer=note.issuer or other.issuer,
        work=note.work or other.work,
    )
