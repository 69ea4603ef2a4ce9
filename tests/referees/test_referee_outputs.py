"""Every kind of output is FHIR R4 for a validator that is not ours."""

import copy
import json

import pytest
from inbound_examples import FOLDER
from judgement import errors_of
from many_outputs import outputs_by_kind
from outbound_histories import POLICY
from outbound_stories import (
    ACCEPTED,
    DISCHARGE,
    REFER_LATER_AND_TELL_THE_CONDITION,
    SECOND_NOTE,
    STORIES,
    later,
    tell,
)

from schemas.failures import Refused
from schemas.outputs import OUTPUT_TYPES

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator

#: What comes before each event of a whole journey, and the event.
BEFORE = (SECOND_NOTE, REFER_LATER_AND_TELL_THE_CONDITION, later(ACCEPTED, "2024-04-04T12:00:00Z"))
TOLD = [
    (before, event(tell(POLICY, *before)))
    for before, event in [((), DISCHARGE), *((BEFORE[:n], event) for n, event in enumerate(BEFORE))]
]
#: Text that FHIR allows in many places and a publisher might send in any.
ODD = ["a\xa0b", "a\tb", " a ", "\u200f", "/a<b>"]


@pytest.mark.parametrize("path", STORIES)
def test_a_valid_output_example_is_accepted(path, validator):
    assert errors_of(validator, json.loads((FOLDER / f"{path}.valid.json").read_text())["data"]) == []


@pytest.mark.parametrize("kind", OUTPUT_TYPES)
def test_outputs_of_this_kind_are_accepted_whatever_the_history(kind, validator):
    for resource in outputs_by_kind()[kind]:
        assert errors_of(validator, resource) == [], resource


def test_the_histories_bring_many_resources_and_several_of_each_kind():
    numbers = {kind: len(resources) for kind, resources in outputs_by_kind().items()}
    assert sum(numbers.values()) >= 150
    assert min(numbers.values()) >= 3, numbers


@pytest.mark.parametrize("text", ODD)
def test_odd_text_that_is_accepted_from_a_publisher_leads_to_nothing_that_is_not(text, validator):
    reached, written = 0, json.dumps(text, ensure_ascii=False)[1:-1]
    for before, event in TOLD:
        for changed in with_text_somewhere(event, text):
            telling = tell(POLICY, *before)
            try:
                telling.tell(changed)
            except (Refused, AssertionError):  # refused by a door or by the core, which is as good
                continue
            made = [json.loads(output.data) for output in telling.latest if written in output.data.decode()]
            reached += len(made)
            if any(errors_of(validator, resource) for resource in made):
                assert errors_of(validator, changed["data"]), changed
    assert reached > 20


def with_text_somewhere(event, text):
    """The event again and again, each time with the text in place of another one."""
    for number in range(len(list(texts_in(event)))):
        changed = copy.deepcopy(event)
        holder, key = list(texts_in(changed))[number]
        holder[key] = text
        yield changed


def texts_in(event):
    """Where a text of the publisher stands: what holds it, and its key there."""
    yield from ((event, name) for name in ("id", "source"))
    yield from texts_below(event["data"])


def texts_below(node):
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(inner, str):
            yield node, key
        elif isinstance(inner, dict | list):
            yield from texts_below(inner)
