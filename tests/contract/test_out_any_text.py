import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outbound_histories import POLICY
from outbound_stories import ACCEPTED, DISCHARGE, REFER_LATER_AND_TELL_THE_CONDITION, SECOND_NOTE, Telling, later, tell

from schemas.failures import Refused
from schemas.fhir.referee import referee
from schemas.outputs import read_output

#: What comes before each event of the whole journey, and the event.
BEFORE = (SECOND_NOTE, REFER_LATER_AND_TELL_THE_CONDITION, later(ACCEPTED, "2024-04-04T12:00:00Z"))
TOLD = [
    (before, event(tell(POLICY, *before)))
    for before, event in [((), DISCHARGE), *((BEFORE[:n], event) for n, event in enumerate(BEFORE))]
]
#: What is odd and yet text in FHIR: the spaces of other scripts, tabs, marks that nobody sees, what is long.
ODD = ["\xa0a", "a\xa0b", "a\tb", "a b", " a", "a ", "\u2028a", "\ufeff", "\u200f", "a\x85b", "http://x y", "é" * 400]


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a text stands."""
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(inner, (*path, key))
    elif isinstance(node, str):
        yield path


def with_text(event: dict[str, Any], place: tuple[str | int, ...], text: str) -> dict[str, Any]:
    changed = copy.deepcopy(event)
    holder: Any = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = text
    return changed


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_text_a_door_takes_anywhere_every_output_can_still_be_read(data):
    before, event = data.draw(st.sampled_from(TOLD))
    members = {name: event[name] for name in ("id", "source", "data")}
    place = data.draw(st.sampled_from(list(places(members))))
    text = data.draw(st.one_of(st.sampled_from(ODD), st.text(max_size=5)))
    telling = tell(POLICY, *before)
    try:
        telling.tell(with_text(event, place, text))
    except (Refused, AssertionError):  # refused by a door or by the core, which is as good
        return
    for output in telling.latest:
        assert read_output(output.type, output.data)
        assert referee(json.loads(output.data)) == []


@pytest.mark.parametrize("system", ["http://x y", " urn:x", "urn:x\t"])
def test_a_uri_with_white_space_is_not_valid(system):
    event = SECOND_NOTE(Telling(POLICY))
    place = next(place for place in places(event["data"]) if place[-1] == "system")
    with pytest.raises(Refused, match="not-valid"):
        tell(POLICY, lambda _: with_text(event, ("data", *place), system))


def test_a_source_with_white_space_and_a_blank_id_are_refused():
    event = SECOND_NOTE(Telling(POLICY))
    for name, value, code in (("source", "a b", "envelope-not-valid"), ("id", "\xa0", "envelope-incomplete")):
        with pytest.raises(Refused, match=code):
            tell(POLICY, lambda _, name=name, value=value: {**event, name: value})
