"""Flags of a job centre: somebody is out of work, and knows of it and agreed or not; and flags that hold no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from schemas.codes import JOB_CENTRE_FLAG, KNOWN_AND_AGREED
from schemas.events.job_centre_flag import OUT_OF_WORK, PROGRAMME_EXTENSION
from services.demo.messages import coded
from services.synth.chance import Chance
from services.synth.people import Person
from services.synth.telling import Kind, Message, World, on

_TYPE, _CLEARED = "job-centre-flagged-1", "job-centre-flag-cleared-1"
_PROGRAMME = "another-programme"
_BEFORE_DAYS = 30


def _of_itself(person: Person, world: World) -> Iterator[Message]:
    for name, happened, own in _flagged(person, world):
        since = happened.date() - timedelta(own.number(14, 900))
        data = _flag(person, since, agreed=own.happens(world.rates.job_centre.agreed))
        had = happened + own.days(world.rates.job_centre.late_days)
        yield Message(_TYPE, person.job_centre.source, name, happened, had, data)


def _cleared(person: Person, world: World) -> Iterator[Message]:
    drawn = world.rates.job_centre
    for name, flagged, _ in _flagged(person, world):
        own = person.chance(f"flag {name} cleared")
        if not own.happens(drawn.cleared):
            continue
        happened = flagged + own.days(drawn.cleared_days)
        data = {**_flag(person, flagged.date(), agreed=False), "status": "inactive"}
        data["period"] = {"end": happened.date().isoformat()}
        del data["extension"]
        yield Message(_CLEARED, person.job_centre.source, name, happened, happened + own.days(drawn.late_days), data)


def _flagged(person: Person, world: World) -> Iterator[tuple[str, datetime, Chance]]:
    """Each flag by its name, when it was raised, and the chance that draws the rest of it."""
    if person.work != "out-of-work":
        return
    chance, drawn = person.chance("job centre"), world.rates.job_centre
    first = world.start.date() - timedelta(_BEFORE_DAYS)
    days = (world.end.date() - first).days
    for place, day in enumerate(chance.times(drawn.flagged_a_year / 365, days)):
        own = person.chance(f"flag {place}")
        yield str(place), on(first + timedelta(int(day)), own.number(90, 170) / 10), own


def _flag(person: Person, since: date, *, agreed: bool) -> dict[str, Any]:
    extensions: list[dict[str, Any]] = [{"url": KNOWN_AND_AGREED, "valueBoolean": agreed}]
    if person.on_programme:
        extensions.append({"url": PROGRAMME_EXTENSION, "valueCode": _PROGRAMME})
    return {
        "resourceType": "Flag",
        "extension": extensions,
        "status": "active",
        "code": coded(JOB_CENTRE_FLAG, OUT_OF_WORK),
        "subject": person.patient.reference(),
        "period": {"start": since.isoformat()},
        "author": {"type": "Organization", "display": person.job_centre.name},
    }


JOB_CENTRE_FLAGGED = Kind(_TYPE, of_itself=_of_itself)
JOB_CENTRE_FLAG_CLEARED = Kind(_CLEARED, of_itself=_cleared)
