import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from inbound_examples import FOLDER
from outbound_stories import STORIES, output_of

from schemas.failures import FAILURES, Refused
from schemas.fhir.referee import referee
from schemas.outputs import OUTPUT_TYPES, read_output
from services.simulate import structured

#: Set to write the valid examples anew instead of comparing them (read before fixtures clear the environment).
WRITE = bool(os.environ.get("FITPATH_WRITE_EXAMPLES"))
#: The others are valid FHIR, and yet no outputs of ours: a consumer may rely on more than FHIR requires.
NOT_FHIR = {
    "activity-without-status.invalid.json",
    "empty-page.invalid.json",
    "evidence-without-its-id.invalid.json",
    "nothing-told.invalid.json",
    "task-without-intent.invalid.json",
    "without-its-policy.invalid.json",
}
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


def paths(kind: str) -> list[str]:
    found = [path for name in OUTPUT_TYPES for path in sorted((FOLDER / name).glob(f"*.{kind}.json"))]
    return [path.relative_to(FOLDER).as_posix() for path in found]


VALID, INVALID = paths("valid"), paths("invalid")


def read(path: str) -> dict:
    return json.loads((FOLDER / path).read_text())


def payload(path: str) -> bytes:
    return json.dumps(read(path)["data"], ensure_ascii=False).encode()


@pytest.mark.parametrize("path", STORIES)
def test_a_valid_output_example_is_what_the_core_makes_of_its_story(path, policy):
    made = json.loads(structured(output_of(path, policy)))
    file = FOLDER / f"{path}.valid.json"
    if WRITE and (not file.exists() or _under(made["policy"], file) != made):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n")
    assert file.exists(), "FITPATH_WRITE_EXAMPLES=1 writes it"
    there = _under(made["policy"], file)
    assert there == made, "an output changed: FITPATH_WRITE_EXAMPLES=1 writes the examples anew, for you to review"


def _under(policy: str, file: Path) -> dict:
    """An example as it would be under another policy: which one was in force makes none stale, each is of its day."""
    text = file.read_text()
    return json.loads(text.replace(json.loads(text)["policy"], policy))


def test_every_valid_output_example_has_its_story_and_every_type_has_two_valid_and_three_invalid_ones():
    valid = paths("valid")  # looked for now: the stories may just have been written
    assert [f"{path}.valid.json" for path in sorted(STORIES)] == sorted(valid)
    for name in OUTPUT_TYPES:
        assert sum(path.startswith(f"{name}/") for path in valid) >= 2, name
        assert sum(path.startswith(f"{name}/") for path in INVALID) >= 3, name


@pytest.mark.parametrize("path", VALID)
def test_a_valid_output_example_is_read_strictly(path):
    assert read_output(path.split("/")[0], payload(path))


@pytest.mark.parametrize("path", INVALID)
def test_an_invalid_output_example_is_refused_by_the_strict_reader_with_the_codes_it_names(path):
    with pytest.raises(Refused) as refused:
        read_output(path.split("/")[0], payload(path))
    assert sorted({problem.code for problem in refused.value.problems}) == EXPECTED[path]


def test_the_referee_refuses_those_invalid_output_examples_that_lack_what_fhir_requires():
    assert {path.split("/")[1] for path in INVALID if referee(read(path)["data"])} == NOT_FHIR


def test_expected_names_every_invalid_output_example_with_codes_that_exist():
    named = {path for path in EXPECTED if path.split("/")[0] in OUTPUT_TYPES}
    assert named == set(INVALID)
    assert {code for path in named for code in EXPECTED[path]} <= FAILURES.keys()


@pytest.mark.parametrize("path", VALID + INVALID)
def test_an_output_example_is_a_cloudevent_of_its_folder_as_outputs_are(path):
    event = read(path)
    assert event.keys() == {
        "specversion", "id", "source", "type", "time", "subject", "causationid", "sequence", "policy",
        "datacontenttype", "data",
    }  # fmt: skip
    assert (event["type"], event["source"], event["specversion"]) == (path.split("/")[0], "urn:fitpath", "1.0")
    assert event["subject"].startswith("s-")
    assert datetime.fromisoformat(event["time"]).utcoffset() is not None
