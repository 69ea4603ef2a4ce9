"""Where the embedded data, keys and logs live: FITPATH_HOME, by default a private folder under the state directory.

The embedded PostgreSQL fails when its path has a space, and as root it
makes every folder above its data readable by all. Where the wanted folder
would suffer from that, another one is taken, and said.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from services.embedded.troubles import EmbeddedTrouble

_ELSEWHERE = Path("/var/tmp")  # noqa: S108 - survives a restart; owner and mode are checked below


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that is used, the one that was wanted, and why they differ."""

    path: Path
    wanted: Path
    moved_because: str | None = None


def find_home(configured: Path | None) -> Home:
    """The home of this deployment, made if need be. Raises EmbeddedTrouble when no safe folder can be had."""
    wanted = (configured or _state_directory() / "fitpath").expanduser().absolute()
    why = _unfit(wanted)
    if why is None:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Home(wanted, wanted)
    name = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    path = _ELSEWHERE / f"fitpath-{os.getuid()}-{name}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise EmbeddedTrouble(f"{path} is not safe to use (owner or mode): set FITPATH_HOME to a folder of your own")
    return Home(path, wanted, why)


def _state_directory() -> Path:
    configured = os.environ.get("XDG_STATE_HOME")
    return Path(configured) if configured else Path.home() / ".local" / "state"


def _unfit(path: Path) -> str | None:
    if any(character.isspace() for character in str(path)):
        return "the embedded database cannot live under a path with a space"
    if os.getuid() == 0:
        closed = [parent for parent in path.parents if parent.exists() and not _open_to_all(parent)]
        if closed:
            return f"as root the embedded database would open {closed[0]} to everybody"
    return None


def _open_to_all(folder: Path) -> bool:
    return stat.S_IMODE(folder.stat().st_mode) & 0o055 == 0o055
