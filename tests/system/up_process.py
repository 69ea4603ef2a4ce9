"""`fitpath up` as a process, and the other commands beside it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from services.cli import app
from services.cli.speak import Trouble

_LINE_SECONDS = 90.0


def environment(home: Path, **more: str) -> dict[str, str]:
    """The settings of a home and no other; short sessions make a quick start."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FITPATH_")}
    return {**inherited, "FITPATH_HOME": str(home), "FITPATH_SESSION_SECONDS": "2", **more}


class UpProcess:
    """A running `up --json`. ``told`` is its first line, ``words`` what it said to people."""

    def __init__(self, home: Path, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "up", "--json"],
            env=environment(home, **more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.words: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stderr, self.words.append), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stdout, self._lines.put), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: Any, into: Any) -> None:
        for line in stream:
            into(line.strip())

    def told(self) -> dict[str, Any]:
        """The next line of JSON."""
        found: dict[str, Any] = json.loads(self._lines.get(timeout=_LINE_SECONDS))
        return found

    def room(self, name: str) -> int:
        """The process id of a room."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)  # noqa: S607
        for line in listed.stdout.splitlines():
            pid, parent, *command = line.split()
            if int(parent) == self.process.pid and command[-2:] == ["services.cli", name]:
                return int(pid)
        raise AssertionError(f"the room {name} does not run")

    def stop(self, within: float = 60.0) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(within)
        self.close()
        return code

    def close(self) -> None:
        """End it whatever it does, and its pipes."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def up(home: Path, **more: str) -> Iterator[UpProcess]:
    """A running `up` inside this block; ended at its end whatever happened."""
    running = UpProcess(home, **more)
    try:
        yield running
    finally:
        running.close()


@contextmanager
def a_home() -> Iterator[Path]:
    """A folder whose path has no space and that everybody may pass through; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="fitpath-tests-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Said:
    """What a command said: exit code, results and words."""

    code: int
    out: str
    words: str

    @property
    def json(self) -> Any:
        """Its result, one line of JSON."""
        return json.loads(self.out.splitlines()[-1])


def fitpath(*arguments: str, env: dict[str, str], stdin: str | None = None) -> Said:
    """A command in this process: a trouble that is said in words is exit code 2, as in `main`.

    Not for `up` and the rooms: they set up logging for a process of their own.
    """
    found = CliRunner().invoke(app, list(arguments), input=stdin, env=env)
    if isinstance(found.exception, Trouble):
        return Said(2, found.stdout, f"{found.stderr}{found.exception}")
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Said(found.exit_code, found.stdout, found.stderr)


class Started:
    """A command as a process of its own, which goes on while others are asked."""

    def __init__(self, *arguments: str, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", *arguments],
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ended(self) -> Said:
        """What it said, once it has ended."""
        out, words = self._process.communicate(timeout=_LINE_SECONDS)
        return Said(self._process.returncode, out, words)


def as_process(*arguments: str, env: dict[str, str]) -> Said:
    """A command as a process of its own."""
    return Started(*arguments, env=env).ended()
