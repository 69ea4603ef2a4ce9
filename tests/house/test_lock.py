"""The lock: hashes, no index addresses, in step with what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = {canonicalize_name(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", LOCK, re.M)}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DIRECT = [Requirement(text) for text in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]]
REQUIRED = {"faust-streaming", "fhir-resources", "aiokafka", "structlog", "pytest-asyncio"}


def test_every_pin_has_hashes_and_no_line_names_an_index():
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK
    assert "index" not in {line.split()[0] for line in LOCK.splitlines() if line.strip()}


def test_every_direct_dependency_has_a_bound_and_the_lock_keeps_it():
    for asked in DIRECT:
        pinned = PINS[canonicalize_name(asked.name)]
        assert asked.specifier, f"{asked.name} has no lower bound"
        assert asked.specifier.contains(pinned, prereleases=True), f"{asked.name} {pinned}"


def test_what_the_project_rests_on_is_there():
    assert {canonicalize_name(asked.name) for asked in DIRECT} >= REQUIRED


def test_the_lock_of_the_image_is_a_part_of_the_lock():
    """Same pins, same hashes; every dependency that Fitpath runs with is in it."""
    whole, runtime = (_blocks(text) for text in (LOCK, (ROOT / "deploy" / "runtime.lock").read_text()))
    assert {name: whole.get(name) for name in runtime} == runtime
    assert {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]} <= {
        canonicalize_name(name) for name, _ in runtime
    }


def _blocks(text: str) -> dict[tuple[str, str], set[str]]:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    return {
        (match[1], match[2]): set(re.findall(r"sha256:[0-9a-f]{64}", block))
        for block in blocks
        if (match := re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", block))
    }
