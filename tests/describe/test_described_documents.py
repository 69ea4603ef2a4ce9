"""What is committed is what the code says today, and OpenAPI is valid for its own published schema."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from typer.testing import CliRunner

from services.cli import app
from services.cli.speak import Trouble
from services.describe.documents import NAMES, WRITTEN, document
from services.describe.openapi import openapi

COMMITTED = Path(__file__).parents[2] / "schemas" / "api"


@pytest.mark.parametrize("name", WRITTEN)
def test_the_committed_description_is_fresh(name):
    file = COMMITTED / f"{name}.json"
    assert file.read_bytes() == document(name), (
        f"schemas/api/{file.name} is stale: run `make docs` (`fitpath describe --write schemas/api`) and look at it"
    )


def test_nothing_else_is_committed_beside_them():
    assert {file.name for file in COMMITTED.iterdir()} == {f"{name}.json" for name in WRITTEN}


def test_the_description_of_the_door_is_openapi_3_1():
    assert list(OpenAPIV31SpecValidator(openapi()).iter_errors()) == []


def test_the_validator_sees_what_is_wrong():
    broken = json.loads(document("openapi"))
    del broken["paths"]["/events"]["post"]["responses"]["202"]["description"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_describe_prints_each_of_them():
    for name in NAMES:
        assert CliRunner().invoke(app, ["describe", name]).stdout_bytes == document(name)


def test_describe_writes_those_that_are_committed_into_a_folder_that_need_not_be_there(tmp_path):
    folder = tmp_path / "new" / "api"
    assert CliRunner().invoke(app, ["describe", "--write", str(folder)]).exit_code == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        f"{name}.json": document(name) for name in WRITTEN
    }


def test_describe_says_what_is_missing_and_what_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    for arguments in ([], ["--write", str(tmp_path / "file")]):
        assert isinstance(CliRunner().invoke(app, ["describe", *arguments]).exception, Trouble)
