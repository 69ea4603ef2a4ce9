"""The house: what stands where, and what no file may hold."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {"services", "schemas", "connectors", "deploy", "tests", ".ci"}
LONGEST = 300
# written in pieces, so that this file does not hold what it forbids
REGISTRIES = re.compile(
    r"(https?://|index-url)[^ ]*(" + "|".join(("py" + "pi", "python" + "hosted", "npm" + "js", "mav" + "en2")) + ")"
)
MACHINE = re.compile("|".join((r"/wo" r"rk/[a-z.]", r"/ro" r"ot/")))


def tracked() -> list[Path]:
    """The files that git tracks, and those it would."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git, wherever it is
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if asked.returncode:
        pytest.skip("not a git checkout: nothing says which files are the project's")
    return [path for name in asked.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_there_is_no_other_top_level_folder():
    assert {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT} <= FOLDERS


def test_no_file_names_a_registry_or_a_path_of_somebodys_machine():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if REGISTRIES.search(line) or MACHINE.search(line)
    ]
    assert found == []


def test_a_module_is_one_concept_and_stays_readable():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix == ".py" and (count := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_no_installed_distribution_shadows_our_packages():
    owners = packages_distributions()
    for name in ("schemas", "services", "connectors"):
        assert set(owners.get(name, ["fitpath"])) == {"fitpath"}, name
        assert Path(__import__(name).__file__).is_relative_to(ROOT)


def test_every_folder_of_a_package_says_what_it_is_for():
    for name in ("schemas", "services", "connectors"):
        for folder in {path.parent for path in (ROOT / name).rglob("*.py")}:
            assert (folder / "__init__.py").read_text().startswith('"""'), folder
