"""HAPI's FHIR R4 validator as a process of the tests: it starts once and judges one resource after the other."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_HERE = Path(__file__).parent
_POM, _PROGRAM = _HERE / "pom.xml", _HERE / "Validate.java"
_MEMORY = "-Xmx1g"
#: What HAPI adds to the place of a resource in a Bundle (`resource/*Task/null*/`), and the numbers of a list.
_KIND, _NUMBER = re.compile(r"^.*/\*(\w+)/[^*]*\*/"), re.compile(r"\[\d+\]")


class Missing(Exception):  # noqa: N818 - a trouble that a person can mend
    """Something that the validator needs is not here; the text says what to install."""


@dataclass(frozen=True)
class Issue:
    """What the validator says of one place: FHIR's severity, and HAPI's own id of the message."""

    severity: str
    id: str
    path: str
    text: str

    @property
    def is_error(self) -> bool:
        """Errors and fatals; a code of a system that nobody here has, such as SNOMED CT, is a warning."""
        return self.severity in ("error", "fatal")

    @property
    def place(self) -> str:
        """The element, from its resource on, wherever that stands: ``Patient.communication.language``."""
        return _NUMBER.sub("", _KIND.sub(r"\1", self.path))


class Validator:
    """A running validator. ``loaded`` counts the profiles, value sets and code systems that it knows beside FHIR's."""

    def __init__(self, process: subprocess.Popen[str], said: IO[str]) -> None:
        self._process = process
        self._said = said
        self.loaded: int = self._answer("")["loaded"]

    def issues(self, resource: dict[str, Any]) -> list[Issue]:
        """All that it says of a resource."""
        return [Issue(**issue) for issue in self._answer(json.dumps(resource) + "\n")]

    def _answer(self, line: str) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("its input and output are pipes")
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._said.seek(0)
            raise AssertionError(f"the validator ended by itself: {self._said.read()[-2000:]}")
        return json.loads(answer)


@contextmanager
def running_validator(cache: Path, profiles: Path) -> Iterator[Validator]:
    """A validator that knows the profiles of a folder, inside this block. Raises Missing."""
    java = _needed("java")
    _needed("javac")  # it is started from its source, and that takes a compiler
    jars = _jars(cache)
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [java, _MEMORY, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", _PROGRAM, profiles],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, encoding="utf-8",
        )  # fmt: skip
        with process:  # the end of its input ends it
            try:
                yield Validator(process, said)
            finally:
                if process.stdin is not None:
                    process.stdin.close()


def _jars(cache: Path) -> Path:
    """The folder with the jars, named after the pom that asked for them, filled when it is not there yet."""
    folder = cache / hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    if folder.is_dir():
        return folder
    maven = _needed("mvn")
    sys.stderr.write("fetching HAPI's FHIR validator (about 145 MB) with Maven, once\n")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as part:
        fetched = subprocess.run(
            [maven, "-q", "-B", "-f", _POM, "dependency:copy-dependencies", "-DincludeScope=runtime",
             f"-DoutputDirectory={part}/jars"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if fetched.returncode != 0:
            raise AssertionError(f"Maven could not fetch the validator: {fetched.stdout[-2000:]}")
        try:
            Path(part, "jars").rename(folder)
        except OSError:
            if not folder.is_dir():  # else another run was first
                raise
    return folder


def _needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise Missing(f"{program} is not installed: on Debian `apt-get install openjdk-17-jdk-headless maven`")
    return found
