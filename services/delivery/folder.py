"""A folder as a destination: a file for each output, whole or not there at all."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from services.delivery.sink import MayGo, Parcel, Reject, Retry

#: The folder is opened to others by its own rights and group; a file never to everybody.
_MODE = 0o640
T = TypeVar("T")


class FolderSink:
    """Writes ``<output id>.json``: the CloudEvent in JSON. The folder must be there: a missing one is not mounted.

    A name that begins with a dot is not finished; it is renamed once its content is safe on the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def hand_over(self, parcel: Parcel, may_go: MayGo) -> bool:
        """Write beside, ask once more, rename. Raises Retry, Reject."""
        if await _done(self._has, parcel):
            return True
        if await may_go():
            await _done(self._write_beside, parcel)
            if await may_go():
                await _done(self._put_in_place, parcel)
                return True
        await _done(self._forget, parcel)
        return False

    def _has(self, parcel: Parcel) -> bool:
        """Whether it went before. A folder that is away has not answered: OSError."""
        self._path.stat()
        if not self._file(parcel).exists():
            return False
        self._keep_names()
        return True

    def _write_beside(self, parcel: Parcel) -> None:
        descriptor = os.open(self._beside(parcel), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(parcel.content)
            file.flush()
            os.fsync(file.fileno())

    def _put_in_place(self, parcel: Parcel) -> None:
        self._beside(parcel).rename(self._file(parcel))
        self._keep_names()

    def _keep_names(self) -> None:
        """A new name is safe only once its folder is."""
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _forget(self, parcel: Parcel) -> None:
        """What an earlier attempt left half-done."""
        self._beside(parcel).unlink(missing_ok=True)

    def _file(self, parcel: Parcel) -> Path:
        return self._path / f"{parcel.id}.json"

    def _beside(self, parcel: Parcel) -> Path:
        return self._path / f".{parcel.id}.part"


async def _done(work: Callable[[Parcel], T], parcel: Parcel) -> T:
    """Do it in a thread: a disk that does not answer must not hold up the other destinations. Raises Retry, Reject."""
    try:
        return await asyncio.to_thread(work, parcel)
    except OSError as why:
        if why.errno == errno.EFBIG:
            raise Reject("too-large") from None
        raise Retry(f"the folder cannot be written ({why.strerror or type(why).__name__})") from None
