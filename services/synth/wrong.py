"""Messages that every door must refuse, each wrong in one way."""

from __future__ import annotations

import msgspec

from schemas.identifiers import made_id
from services.synth.chance import Chance
from services.synth.people import Person


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
        case _:  # an envelope that is not read any more
            event["specversion"] = _raw("0.3")
    return msgspec.json.encode(event)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))
