"""The descriptions that programs read, as they are served, written and committed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from services.describe.asyncapi import asyncapi
from services.describe.capability import capability_statement
from services.describe.openapi import openapi

Name = Literal["openapi", "asyncapi", "metadata"]
NAMES: tuple[Name, ...] = get_args(Name)
#: Those that are committed, under ``schemas/api``.
WRITTEN: tuple[Name, ...] = ("openapi", "asyncapi")
_MAKE = {"openapi": openapi, "asyncapi": asyncapi, "metadata": capability_statement}


@cache
def document(name: Name) -> bytes:
    """A description as JSON, for people too."""
    return json.dumps(_MAKE[name](), indent=2, ensure_ascii=False).encode() + b"\n"


def write_documents(folder: Path) -> list[Path]:
    """Write what is committed into a folder, made if need be, and return the files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in WRITTEN:
        file = folder / f"{name}.json"
        file.write_bytes(document(name))
        files.append(file)
    return files
