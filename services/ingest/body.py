"""The body of a request: read whole, or not taken at all."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from schemas.failures import Problem, Refused

if TYPE_CHECKING:
    from starlette.requests import Request

_LENGTH = re.compile(r"[0-9]{1,18}")


async def read_body(request: Request, largest: int, seconds: float) -> bytes:
    """The whole body. Raises Refused: `too-large` before more than the limit was read, `body-too-slow`.

    A sender that dawdles would hold a place at the door for as long as it likes.
    """
    length = request.headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length):
        raise Refused([Problem("body-not-readable", detail="Content-Length is no number")])
    if int(length) > largest:
        raise Refused([Problem("too-large")])
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    raise Refused([Problem("too-large")])
    except TimeoutError:
        raise Refused([Problem("body-too-slow")]) from None
    return bytes(body)
