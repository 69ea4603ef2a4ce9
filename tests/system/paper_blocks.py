"""The fenced blocks of a paper: programs that a reader copies, and what the paper says that they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The addresses that papers and pages show.
DOOR, BROKER = "http://127.0.0.1:8080", "127.0.0.1:9092"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SECONDS = 90


@dataclass(frozen=True)
class Place:
    """Where the Fitpath is that programs speak to."""

    door: str
    broker: str

    def put_into(self, text: str) -> str:
        """A text with these addresses in the place of those that are shown."""
        return text.replace(DOOR, self.door).replace(BROKER, self.broker)


@dataclass(frozen=True)
class Block:
    """A program of a paper, under which heading it stands, and the lines that it should print."""

    heading: str
    language: str
    program: str
    printed: tuple[str, ...] = ()

    def said_otherwise(self, output: str) -> list[str]:
        """The lines of the paper that an output does not have; ``...`` is anything."""
        lines = output.replace("\r\n", "\n").splitlines()
        return [line for line in self.printed if not any(_as_pattern(line).fullmatch(each) for each in lines)]


def blocks(name: str) -> list[Block]:
    """The programs of a paper, in their order. A block that is no program says what the one before it prints."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: list[Block] = []
    for each in _BLOCK.finditer(text):
        language, program = each.groups()
        heading = _HEADING.findall(text, 0, each.start())[-1]
        if language == "text":
            before = found.pop()
            assert not before.printed, f"two outputs under {heading}"
            found.append(Block(before.heading, before.language, before.program, tuple(program.splitlines())))
        else:
            found.append(Block(heading, language, program))
    return found


def run(language: str, program: str, place: Place, folder: Path = ROOT) -> str:
    """What a program prints. Whatever it needs and is not here: fails under CI=true, else skips with the reason."""
    if language == "sh":
        _needed("curl")
        command = ["bash", "-euo", "pipefail", "-c"]
    else:
        assert language == "python"
        command = [sys.executable, "-W", "error", "-c"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FITPATH_")}
    done = subprocess.run(
        [*command, place.put_into(program)],
        cwd=folder, env=inherited, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{program}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _needed(program: str) -> None:
    if shutil.which(program) is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{program} is not installed")


def _as_pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in line.split("...")))
