"""The public samples: in the folder that FITPATH_SHARED names, else ``../shared`` beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def sample(name: str) -> bytes:
    """A public sample by its path. Missing: fails under CI=true, else skips with the reason."""
    beside = Path(__file__).parents[3] / "shared"
    path = Path(os.environ.get("FITPATH_SHARED", beside)) / "samples" / name
    if not path.is_file():
        reason = f"the public sample {name} is not here; set FITPATH_SHARED"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return path.read_bytes()
