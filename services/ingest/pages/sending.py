"""The port by which a one-time code reaches whoever is asked, and its double: a folder."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Protocol

import msgspec

from schemas.facts import Organisation
from schemas.quiet import Quiet

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class CodeNotSent(Exception):  # noqa: N818 - named after what is wrong
    """A code could not be handed over; asking for another one later is safe."""


class Addressee(Quiet, frozen=True):
    """To whom a code goes: an organisation that was asked."""

    organisation: Organisation


class CodeSender(Protocol):
    """Brings a code to an addressee by the way that the deployment knows for it, never by the way of the link."""

    async def send(self, to: Addressee, digits: str, until: datetime) -> None:
        """Hand a code over. Raises CodeNotSent."""
        ...


class CodeFolder:
    """Puts each code into a file of its own (mode 0600), for trying. The name sorts by time and says nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, to: Addressee, digits: str, until: datetime) -> None:
        """Write the file. Raises CodeNotSent."""
        told = {"to": msgspec.to_builtins(to.organisation), "code": digits, "until": until.isoformat()}
        try:
            await asyncio.to_thread(self._write, f"{until:%Y%m%dT%H%M%S.%f}-{os.urandom(4).hex()}.json", told)
        except OSError as why:
            raise CodeNotSent from why

    def _write(self, name: str, told: object) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(told))
