"""A deployment that is examined, broken and healed: its settings, and what `doctor` says of it."""

from __future__ import annotations

import asyncio
import re
import shlex
from dataclasses import dataclass

from pydantic import SecretStr
from typer.testing import CliRunner

from services.cli import app
from services.doctor import examine_all
from services.finding import Finding
from services.settings import Settings

_COMMAND = re.compile(r"`(fitpath [^`]+|chmod [^`]+)`|(chmod 600 \S+)")


@dataclass
class Patient:
    """A deployment by its settings."""

    settings: Settings

    async def finding(self, name: str) -> Finding:
        """What is found of one thing."""
        [found] = [item for item in await examine_all(self.settings) if item.name == name]
        return found

    async def is_ill(self, name: str, *words: str) -> Finding:
        """Something is found wrong, in these words, with advice."""
        found = await self.finding(name)
        assert not found.good, found
        assert found.advice
        for word in words:
            assert word in found.words
        return found

    async def is_well(self, name: str, *words: str) -> None:
        """Nothing is found wrong."""
        found = await self.finding(name)
        assert found.good, found
        for word in words:
            assert word in found.words

    def change(self, **settings: object) -> Patient:
        """The same deployment with other settings."""
        return Patient(self.settings.model_copy(update=settings))

    async def follow(self, finding: Finding, **words: str) -> str:
        """Run the first command of an advice; ``words`` stand where it says FILE and the like. What it said."""
        found = _COMMAND.search(finding.advice)
        assert found is not None, finding
        command = [words.get(word, word) for word in shlex.split(found[1] or found[2])]
        if command[0] != "fitpath":
            process = await asyncio.create_subprocess_exec(*command)
            assert await process.wait() == 0
            return ""
        said = await asyncio.to_thread(CliRunner().invoke, app, command[1:], env=self._env())
        assert said.exit_code == 0, said.stderr
        return str(said.stderr)

    def _env(self) -> dict[str, str]:
        given = self.settings.model_dump(exclude_unset=True, exclude_none=True)
        return {f"FITPATH_{name.upper()}": _plain(value) for name, value in given.items()}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
