"""Messages that every door must refuse, each wrong in one way."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from schemas.envelope import from_text, to_text
from schemas.identifiers import made_id
from services.synth.chance import Chance
from services.synth.people import Person

_AHEAD = timedelta(days=3)


def wrong_line(line: bytes, person: Person, chance: Chance) -> bytes:
    """A line made wrong, under an id of its own: its sender sends it right afterwards."""
    event = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    event["id"] = _raw(made_id("synth wrong", msgspec.json.decode(event["id"], type=str)))
    match chance.number(0, 2):
        case 0:  # a check digit that is not right
            number = person.patient.nhs_number
            other = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
            event["data"] = msgspec.Raw(bytes(event["data"]).replace(number.encode(), other.encode()))
        case 1:  # nobody says when it happened
            del event["time"]
        case _:  # it has not happened yet
            recorded = from_text(msgspec.json.decode(event["recordedtime"], type=str))
            event["time"] = _raw(to_text(recorded + _AHEAD))
    return msgspec.json.encode(event)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))
