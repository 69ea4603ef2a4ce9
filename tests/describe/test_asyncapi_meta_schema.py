"""The description of the topics is AsyncAPI 3.0 for its own published schema."""

import json
import os

import jsonschema
import pytest
from asyncapi_meta_schema import Missing, meta_schema

from services.describe.asyncapi import asyncapi

pytestmark = pytest.mark.referee


@pytest.fixture(scope="module")
def judge() -> jsonschema.Draft7Validator:
    """The schema. Where it cannot be had: fails under CI=true, else skips with the reason."""
    try:
        return jsonschema.Draft7Validator(meta_schema("3.0.0"))
    except Missing as why:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(why))


def test_the_description_of_the_topics_is_asyncapi_3(judge):
    assert [f"{error.json_path}: {error.message[:200]}" for error in judge.iter_errors(asyncapi())] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("asyncapi",), "2.6.0"),
        (("info",), {"title": "no version"}),
        (("channels", "fitpath.prompts", "adress"), "fitpath.prompts"),
        (("operations", "send.fitpath.prompts", "action"), "publish"),
        (("components", "messages", "care-package-updated-1", "headers"), "ce_id"),
    ],
)
def test_the_schema_sees_what_is_wrong(judge, place, value):
    broken = json.loads(json.dumps(asyncapi()))
    *way, last = place
    holder = broken
    for step in way:
        holder = holder[step]
    holder[last] = value
    assert not judge.is_valid(broken)
