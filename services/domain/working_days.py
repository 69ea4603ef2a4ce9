"""Working days: Monday to Friday without bank holidays, as the policy's calendar has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.domain.policy import Calendar

_SATURDAY = 5


def after_working_days(moment: datetime, count: int, calendar: Calendar) -> datetime:
    """The same time of day, so many working days later."""
    holidays = frozenset(calendar.bank_holidays)
    while count > 0:
        moment += timedelta(days=1)
        if moment.weekday() < _SATURDAY and moment.date() not in holidays:
            count -= 1
    return moment


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """How many working days there are from one day to another, both counted."""
    weeks, rest = divmod((last - first).days + 1, 7)
    days = 5 * weeks + sum((first.weekday() + day) % 7 < _SATURDAY for day in range(rest))
    holidays = set(calendar.bank_holidays)
    return days - sum(first <= day <= last and day.weekday() < _SATURDAY for day in holidays)
