"""One FHIR validator for the whole run, with UK Core loaded: `make test-referees`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
# the histories of the outputs and the door are those of other rooms: a run of this folder alone needs them too
sys.path += [str(_TESTS / "contract"), str(_TESTS / "ingest")]

from fhir_validator import Missing, Validator, running_validator  # noqa: E402 - one order for all imports of ours

_ROOT = _TESTS.parent


@pytest.fixture(scope="session")
def validator() -> Iterator[Validator]:
    """The validator. Where it cannot run: fails under CI=true, else skips with the reason."""
    profiles = Path(os.environ.get("FITPATH_SHARED", _ROOT.parent / "shared")) / "ukcore"
    try:
        if not profiles.is_dir():
            raise Missing("UK Core (the folder ukcore) is not here: set FITPATH_SHARED")
        with running_validator(_ROOT / ".cache" / "referees", profiles) as running:
            yield running
    except Missing as why:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(why))
