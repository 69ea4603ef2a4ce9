"""The documents are true: what they name is there, and what a reader needs is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from schemas.events import EVENT_TYPES
from schemas.outputs import OUTPUT_TYPES
from services.cli import app
from services.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(ROOT.glob("*.md"))
README = (ROOT / "README.md").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M))


def commands() -> set[str]:
    """Every command of the command line, a group with each of its parts."""
    found = set()
    for name, command in typer.main.get_command(app).commands.items():
        found.add(name)
        found |= {f"{name} {part}" for part in getattr(command, "commands", {})}
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        assert "://" in target or (ROOT / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_is_there(document):
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.M))
    assert named <= TARGETS, named - TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_is_there(document):
    known = commands()
    for first, second in re.findall(r"(?:^|`)fitpath ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", document.read_text(), re.M):
        assert first in known, first
        assert not second or f"{first} {second}" in known or not any(name.startswith(f"{first} ") for name in known)


def test_the_readme_names_every_setting_and_no_other():
    named = set(re.findall(r"`(FITPATH_[A-Z_]+)`", README))
    known = {f"FITPATH_{name.upper()}" for name in Settings.model_fields}
    assert known - named == set()
    assert named - known == set()


def test_the_readme_names_every_event_type():
    assert [name for name in EVENT_TYPES if f"`{name}`" not in README] == []
    assert [name for name in OUTPUT_TYPES if name not in README] == []
