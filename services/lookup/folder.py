"""A folder in a register's place, for trying and for tests: ``NUMBER.json`` is the Patient that it would give.

A Patient with another number is one that has taken the place of the number asked for, as PDS answers; an
OperationOutcome says that the number was invalidated; no file: the register does not know it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from schemas.codes import NHS_NUMBER_SYSTEMS
from schemas.identifiers import NhsNumber, NotAnIdentifier
from services.lookup.register import Answer, Record, RegisterAway


class FolderRegister:
    """Reads a file for each question, so that a change of it counts at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def ask(self, number: NhsNumber) -> Answer:
        """What the folder holds of a number. Raises RegisterAway."""
        return _read(await asyncio.to_thread(self._file, number), number)

    def _file(self, number: NhsNumber) -> bytes | None:
        if not self._folder.is_dir():
            raise RegisterAway("the folder is not there")
        try:
            return (self._folder / f"{number.reveal()}.json").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as why:
            raise RegisterAway(why.strerror) from None


def _read(text: bytes | None, number: NhsNumber) -> Answer:
    if text is None:
        return Answer("not-found")
    try:
        record = msgspec.json.decode(text, type=Record)
    except msgspec.DecodeError:
        raise RegisterAway("a file is no JSON object") from None
    if record.get("resourceType") == "OperationOutcome":
        return Answer("invalidated")
    stands = _number(record)
    return Answer("found", record) if stands == number else Answer("replaced", other=stands)


def _number(record: Record) -> NhsNumber:
    """The number in force of a Patient."""
    stated = record.get("identifier")
    for found in stated if record.get("resourceType") == "Patient" and isinstance(stated, list) else ():
        if isinstance(found, dict) and found.get("system") in NHS_NUMBER_SYSTEMS and found.get("use") != "old":
            try:
                return NhsNumber.parse(str(found.get("value")))
            except NotAnIdentifier:
                break
    raise RegisterAway("a file holds no Patient with a valid number")
