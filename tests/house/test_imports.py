"""The import contracts hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    return subprocess.run([*command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages, to break."""
    folder = tmp_path_factory.mktemp("house")
    for name in ("schemas", "services", "connectors"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "examples"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(copy):
    assert lint(copy).returncode == 0, lint(copy).stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("schemas/codes.py", "import services.clock", "stand above schemas"),
        ("services/domain/months.py", "import services.ledger.journeys", "within services"),
        ("services/relay/outbox.py", "import services.bootstrap", "within services"),
        ("services/clock.py", "import connectors", "by entry point"),
        ("services/domain/months.py", "import asyncpg", "no I/O"),
        ("schemas/codes.py", "import time", "no I/O"),
        ("services/domain/months.py", "import os", "no I/O"),
    ],
)
def test_an_import_against_a_contract_is_found(copy, module, line, contract):
    path = copy / module
    whole = path.read_text()
    path.write_text(f"{whole}\n{line}\n")
    try:
        told = lint(copy)
    finally:
        path.write_text(whole)
    assert told.returncode == 1
    broken = [
        row
        for row in " ".join(told.stdout.split()).replace("KEPT", "KEPT\n").replace("BROKEN", "BROKEN\n").splitlines()
        if "BROKEN" in row
    ]
    assert any(contract in row for row in broken), told.stdout
