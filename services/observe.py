"""Logs without personal data: structlog for us, a narrow gate for everybody else.

Libraries may put payloads into debug lines (aiokafka prints whole requests)
and values into exception texts (pydantic, asyncpg). So: all that comes by
`logging` is foreign and is heard from WARNING on, whatever a logger is set
to; of its arguments only small numbers are shown, the rest by type; and an
exception is shown as its type and where it rose, never by its text, also
where it ends a thread or nobody waits for it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import orjson
import structlog


def configure(level: str = "INFO") -> None:
    """Set up logging for a process: one JSON line for each thing said, on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exceptions_by_place,
            structlog.processors.JSONRenderer(_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_ForeignFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)  # pydantic's hold values
    sys.excepthook = lambda _kind, error, _trace: _ended("ended by an error", error)
    sys.unraisablehook = lambda found: _ended("an error that nobody could take", found.exc_value)
    threading.excepthook = lambda found: _ended("a thread ended by an error", found.exc_value)


def place(error: BaseException) -> dict[str, Any]:
    """An exception as its type and the place where it rose, innermost last; causes included, texts never.

    Of a group: each that it holds.
    """
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, Any] = {
        "error": type(error).__name__,
        "at": [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}:{frame.name}" for frame in frames[-6:]],
    }
    inner = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if inner is not None:
        found["because"] = type(inner).__name__
    if isinstance(error, BaseExceptionGroup):
        found["each"] = [place(one) for one in error.exceptions]
    return found


def log(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return bound


def _line(entry: dict[str, Any], default: Callable[[Any], Any]) -> bytes:
    """One line; what orjson does not take (half a surrogate pair, a huge number) goes the slow way: no log fails."""
    try:
        return orjson.dumps(entry, default=default)
    except TypeError:
        return json.dumps(entry, default=default).encode()


def _exceptions_by_place(_logger: object, _name: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        entry.update(place(error))
    return entry


class _ForeignFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = f"{record.filename}:{record.lineno}"
        text = f"{record.levelname.lower()} {record.name}: {_told(record)} ({said})"
        if record.exc_info and record.exc_info[1] is not None:
            text += f" {place(record.exc_info[1])}"
        return text


#: These put together what they say before they say it, from texts of exceptions and values of calls.
_PUT_TOGETHER = ("asyncio", "py.warnings")


def _told(record: logging.LogRecord) -> str:
    """The words that stand in the library's source, with small numbers filled in; all else is told by its type."""
    if record.name in _PUT_TOGETHER or not isinstance(record.msg, str):
        return "said something"
    args = record.args.values() if isinstance(record.args, dict) else record.args or ()
    words = record.msg.partition("\n")[0]
    for arg in args:
        small = isinstance(arg, int | float) and abs(arg) < _AN_NHS_NUMBER
        words = _PLACEHOLDER.sub(str(arg) if small else type(arg).__name__, words, count=1)
    return words


_AN_NHS_NUMBER = 1_000_000_000  # ten digits
_PLACEHOLDER = re.compile(r"%(\(\w+\))?[-#0 +]*[\d.*]*[a-zA-Z]")


def _ended(words: str, error: BaseException | None) -> None:
    log("process").error(words, **(place(error) if error is not None else {}))
