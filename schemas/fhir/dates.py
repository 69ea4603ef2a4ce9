"""FHIR dates as days: what is only partly said (a year, a month) is not known, never guessed."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

_FULL_DAY = len("2024-01-31")


def day(text: str | None) -> date | None:
    """The calendar day that a FHIR date or dateTime states, as its writer's clock had it."""
    if text is None or len(text) < _FULL_DAY:
        return None
    try:
        return date.fromisoformat(text[:_FULL_DAY])
    except ValueError:
        return None


def moment(text: str | None) -> datetime | None:
    """The moment that a FHIR instant states, in UTC; none where no clock or no zone is said."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None and "T" in (text or "") else None


def last_day(start: date, count: int, unit: str) -> date | None:
    """The last day, inclusive, of a stretch of days (``d``), weeks (``wk``) or calendar months (``mo``).

    None when the unit is another one, the count is below one or the calendar ends.
    """
    if count < 1:
        return None
    try:
        if unit == "mo":
            return _months_later(start, count) - timedelta(days=1)
        days = {"d": count, "wk": 7 * count}.get(unit)
        return None if days is None else start + timedelta(days=days - 1)
    except (OverflowError, ValueError):
        return None


def _months_later(start: date, count: int) -> date:
    years, month = divmod(start.month - 1 + count, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
