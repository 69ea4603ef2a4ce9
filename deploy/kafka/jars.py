"""The jars of Apache Kafka: fetched once with Maven into a cache folder, named after the pom that asked for them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import die_with_parent

_POM = Path(__file__).with_name("pom.xml")


class KafkaTrouble(Exception):  # noqa: N818 - a trouble that a person can mend
    """Kafka cannot be fetched or started; the text says why and what to do."""


def fetch_jars(cache: Path) -> Path:
    """The folder with the jars, filled when it is not there yet. Raises KafkaTrouble."""
    folder = cache / hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    if folder.is_dir():
        return folder
    maven = needed("mvn", "Maven", "maven")
    sys.stderr.write("fetching Apache Kafka (about 45 MB) with Maven, once\n")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as part:
        fetched = subprocess.run(
            [maven, "-q", "-B", "-f", _POM, "dependency:copy-dependencies", "-DincludeScope=runtime",
             f"-DoutputDirectory={part}/jars"],
            stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=die_with_parent, check=False,
        )  # fmt: skip
        if fetched.returncode != 0:
            raise KafkaTrouble("Maven could not fetch Apache Kafka: its own words stand above")
        try:
            Path(part, "jars").rename(folder)
        except OSError:
            if not folder.is_dir():  # else another start was first
                raise
    return folder


def needed(program: str, name: str, package: str) -> str:
    """Where a program is. Raises KafkaTrouble with what to install when it is nowhere."""
    found = shutil.which(program)
    if found is None:
        raise KafkaTrouble(f"{name} is not installed ({program}): on Debian `apt-get install {package}`")
    return found
