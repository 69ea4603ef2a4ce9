"""The JSON Schema of AsyncAPI itself, from its makers' own npm package: fetched once, known by its hash."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

_CACHE = Path(__file__).parents[2] / ".cache" / "asyncapi"
_PACKAGE = "@asyncapi/specs@6.11.1"
_SHA512 = (
    "0375812ea00a1a8276fba15616da63065090d6814272ce06c45ef3b081af36aa"
    "7f9251941e3940dda01c67d5cc3292c613cccf7980f3db1f4598ee834ae2ab69"
)


class Missing(Exception):  # noqa: N818 - a trouble that a person can mend
    """The package cannot be had here; the text says why."""


def meta_schema(version: str) -> Any:
    """The schema of a version of AsyncAPI. Raises Missing."""
    with tarfile.open(_package()) as package:
        member = package.extractfile(f"package/schemas/{version}.json")
        if member is None:
            raise Missing(f"the package knows no AsyncAPI {version}")
        return json.load(member)


def _package() -> Path:
    kept = _CACHE / f"{_SHA512[:12]}.tgz"
    if not kept.is_file():
        _fetch(kept)
    if hashlib.sha512(kept.read_bytes()).hexdigest() != _SHA512:
        raise Missing(f"{_PACKAGE} is not the one that is known: remove {kept.name} from .cache/asyncapi")
    return kept


def _fetch(into: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Missing("npm is not installed: on Debian `apt-get install npm`")
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix="fetching-") as part:
        fetched = subprocess.run(
            [npm, "pack", "--silent", "--pack-destination", part, _PACKAGE],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if fetched.returncode != 0:
            raise Missing(f"npm could not fetch {_PACKAGE}: {fetched.stderr[-500:]}")
        (package,) = Path(part).iterdir()
        package.replace(into)
