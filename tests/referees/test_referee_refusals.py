"""Every invalid example is refused, and it stands in a table by whom and where: FHIR's own rules, or which of ours."""

import json
from functools import partial
from pathlib import Path

import pytest
from inbound_examples import FOLDER, example
from judgement import errors_of

from schemas.events import EVENT_TYPES
from schemas.failures import Refused
from schemas.outputs import read_output

#: ``fhir``: the places at which the validator sees an error. ``ours``: what it takes and we refuse, rule and place.
TABLE = json.loads(Path(__file__).with_name("who_refuses.json").read_text())
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
INVALID = [path.relative_to(FOLDER).as_posix() for path in sorted(FOLDER.glob("*/*.invalid.json"))]


@pytest.mark.referee
@pytest.mark.timeout(600)  # the first run fetches the validator
@pytest.mark.parametrize("path", INVALID)
def test_an_invalid_example_is_refused_by_whom_the_table_says(path, validator):
    places = sorted({issue.place for issue in errors_of(validator, example(path).event["data"])})
    assert ({"fhir": places} if places else {"ours": our_refusal(path)}) == TABLE.get(path)


@pytest.mark.parametrize("path", INVALID)
def test_we_refuse_it_too_by_the_rules_that_it_names(path):
    assert sorted({rule.split(" at ")[0] for rule in our_refusal(path)}) == EXPECTED[path]


def test_the_table_names_no_other_example_and_both_have_their_share():
    assert sorted(TABLE) == sorted(INVALID)
    assert sum("fhir" in row for row in TABLE.values()) >= 10
    assert sum("ours" in row for row in TABLE.values()) >= 10


def our_refusal(path):
    """Our rules that refuse it, each with its place, as a publisher is told them."""
    found, kind = example(path), path.split("/")[0]
    read = found.read if kind in EVENT_TYPES else partial(read_output, kind, found.body)
    with pytest.raises(Refused) as refused:
        read()
    places = {(problem.code, problem.expression) for problem in refused.value.problems}
    return sorted(f"{code} at {place}" if place else code for code, place in places)
