"""Days, months and years as ISO texts: what is a date, and what lies so much before or after one.

A date is as precise as known: 2024-05-12, 2024-05 or 2024.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

UNDATED = ("drop", "keep")  # what a look back does with rows that state no date
_FIRST, _LAST = "1949-10-01", "2199-12-31"  # a day outside is a slip of the pen, and arithmetic on it may not work
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def months_before(date: str, months: int) -> str:
    """The month that lies so many months before a date, as YYYY-MM.

    Examples
    --------
    >>> months_before("2025-06-12", 24)
    '2023-06'
    """
    year, month = int(date[:4]), int(date[5:7] or "1")
    count = year * 12 + month - 1 - months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def months_later(day: str, months: int) -> str:
    """The same day of a later month, or that month's last day where it has no such day.

    Examples
    --------
    >>> months_later("2024-01-31", 1), months_later("2024-12-05", 1)
    ('2024-02-29', '2025-01-05')
    """
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).isoformat()


def days_later(day: str, days: int) -> str:
    """The day so many days later.

    Examples
    --------
    >>> days_later("2024-02-25", 7)
    '2024-03-03'
    """
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def day_or_none(value: object) -> date | None:
    """The date an ISO day means; None where it is not a whole, possible day from 1949-10-01 to 2199-12-31.

    Examples
    --------
    >>> day_or_none("2024-02-29"), day_or_none("2024-02"), day_or_none("2023-02-29")
    (datetime.date(2024, 2, 29), None, None)
    >>> day_or_none("9999-12-15") is None
    True
    """
    if not isinstance(value, str) or not _DAY.fullmatch(value) or not _FIRST <= value <= _LAST:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def is_date(value: str) -> bool:
    """Whether that is a day of the calendar, or a month or year of it.

    Examples
    --------
    >>> is_date("2024-02-29"), is_date("2024-02"), is_date("2023-02-29"), is_date("today")
    (True, True, False, False)
    """
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        return False
    return _DATE.fullmatch(value) is not None
