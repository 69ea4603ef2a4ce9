"""The core and the contracts read no clock, no chance and no file: a decision made again is the same decision."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"now", "today", "utcnow", "uuid1", "uuid4", "open", "print", "input", "urandom", "read_text", "getenv"}
#: `now(journey)` is the journey's own clock.
OWN = {"now": "services/domain"}


def forbidden_calls(path: Path) -> list[str]:
    """Calls that would make a decision depend on more than its arguments."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in FORBIDDEN:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {called.attr}")
            elif isinstance(called, ast.Name) and called.id in FORBIDDEN - OWN.keys():
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {called.id}")
    return found


def test_nothing_in_the_core_or_the_contracts_reads_a_clock_chance_or_a_file():
    modules = [*(ROOT / "services" / "domain").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")]
    assert len(modules) > 50
    assert [call for path in modules for call in forbidden_calls(path)] == []


def test_the_check_sees_a_clock(tmp_path, monkeypatch):
    monkeypatch.setattr("test_purity.ROOT", tmp_path)
    path = tmp_path / "clocked.py"
    path.write_text("from datetime import datetime\nwhen = datetime.now()\n")
    assert forbidden_calls(path) == ["clocked.py:2 now"]
