"""When: the day of an event as a text tells it, against the day of the text where it is told relatively."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chaingraph.model.days import day_or_none, is_date

_FULL = re.compile(r"(?<!\d)(20\d{2})[年./-](\d{1,2})(?:[月./-](\d{1,2})日?|月)")
_DAY = re.compile(r"(?<![\d年])(?:(去年|今年|明年)?(\d{1,2})月(?:(\d{1,2})日)?|(\d{1,2})日)(?![\d—~-]|至\d)")
_ENGLISH_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ENGLISH = re.compile(
    rf"\b(?:(\d{{1,2}}) ({'|'.join(_ENGLISH_MONTHS)})|({'|'.join(_ENGLISH_MONTHS)}) (\d{{1,2}}))\b(?:,? (20\d{{2}}))?",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\bon ({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_RELATIVE = {"昨日": -1, "昨天": -1, "今日": 0, "今天": 0, "前日": -2, "此前一天": None}
_WORD = re.compile(r"昨日|昨天|今日|今天|前日")
_NEAR = re.compile(r"近日|日前|近期|本月")
_LAST_MONTH = re.compile(r"上月")
# A day after these is a plan or another matter; one before these likewise.
_PLANNED = re.compile(
    r"(?:预计|将于|计划|拟于|拟开工时间|约定|承诺|到|至|由|延至|"
    r"于20\d\d年[^,;]{0,6}到期|按约定须在|限期|将在|is to open in|expires in)[^,;。]{0,4}$"
)
_BOUND = re.compile(
    r"^(?:底|末|初|起|下旬|上旬|中旬)?[^,;。]{0,8}?(?:到期|届满|搬离|租约|前|建成|完工|投产,|截止|将|实施完毕|放量|试生产|可能)"
)
_DONE = re.compile(r"^(?:底|末|初|起)?[^,;。]{0,3}(?:投产|开工|停产|竣工|签约|完成)")


def event_date(text: str, published: str | None) -> str | None:
    """The day (or month) on which what a passage tells took place; None where it does not say, or cannot be reckoned.

    A day without a year is the last such day not after the text's; without the text's day it is not known.

    Examples
    --------
    >>> event_date("9月26日上午,项目开工", "2025-09-26"), event_date("昨日签约", "2024-01-11")
    ('2025-09-26', '2024-01-10')
    >>> event_date("12月30日宣布终止", "2026-02-02"), event_date("9月12日签约", None) is None
    ('2025-12-30', True)
    """
    return _explicit(text, published) or _relative(text, published)


def _explicit(text: str, published: str | None) -> str | None:
    for found in _FULL.finditer(text):
        day = f"{found[1]}-{int(found[2]):02d}" + (f"-{int(found[3]):02d}" if found[3] else "")
        if is_date(day) and _told(text, found) and not (published and day > published):
            return day
    days = [found for found in _DAY.finditer(text) if not (found.start() and text[found.start() - 1] in "年-—~至")]
    reckoned = [told for found in days if (told := _reckoned(found, text, published))]
    # A whole day says more than a month named beside it.
    return max(reckoned, key=len, default=None) or _english_day(text, published)


def _reckoned(found: re.Match[str], text: str, published: str | None) -> str | None:
    """A month and day without a year, against the day of the text."""
    today = day_or_none(published)
    if today is None or not _told(text, found) or found[1] == "明年":
        return None
    if found[4]:  # the day alone: of the text's month
        return None
    month, day = int(found[2]), int(found[3]) if found[3] else None
    if not 1 <= month <= 12:
        return None
    year = today.year - 1 if found[1] == "去年" or (month, day or 1) > (today.month, today.day) else today.year
    if found[1] == "今年" and year != today.year:
        return None
    told = f"{year}-{month:02d}" + (f"-{day:02d}" if day else "")
    return told if is_date(told) else None


def _told(text: str, found: re.Match[str]) -> bool:
    """Whether a day is that of something done, not planned or due."""
    if _PLANNED.search(text[max(0, found.start() - 16) : found.start()]):
        return False
    after = text[found.end() : found.end() + 14]
    return _DONE.match(after) is not None or _BOUND.match(after) is None


def _english_day(text: str, published: str | None) -> str | None:
    today = day_or_none(published)
    for found in _ENGLISH.finditer(text):
        month = _ENGLISH_MONTHS.index((found[2] or found[3]).lower()) + 1
        day = int(found[1] or found[4])
        if found[5] or today:
            year = int(found[5]) if found[5] else today.year - ((month, day) > (today.month, today.day)) if today else 0
            told = f"{year}-{month:02d}-{day:02d}"
            if is_date(told):
                return told
    weekday = _WEEKDAY.search(text)
    if weekday and today:
        back = (today.weekday() - _WEEKDAYS.index(weekday[1].lower())) % 7
        return (today - timedelta(days=back)).isoformat()
    return None


def _relative(text: str, published: str | None) -> str | None:
    today: date | None = day_or_none(published)
    if today is None:
        return None
    if word := _WORD.search(text):
        return (today + timedelta(days=_RELATIVE[word[0]] or 0)).isoformat()
    if _NEAR.search(text):
        return today.isoformat()[:7]
    if _LAST_MONTH.search(text):
        return (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    return None
