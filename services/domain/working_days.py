"""Working days: Monday to Friday without bank holidays, as the policy's calendar has them."""

from __future__ import annotations

from datetime import datetime, timedelta

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
