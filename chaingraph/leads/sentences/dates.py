"""When: the day of an event as a text tells it, against the day of the text where it is told relatively."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from chaingraph.model.days import day_or_none, is_date

_FULL = re.compile(r"(?<!\d)(20\d{2})[年./-](\d{1,2})(?:[月./-](\d{1,2})日?|月)")
_DAY = re.compile(r"(?<![\d年])(?:(去年|今年|明年)?(\d{1,2})月份?(?:(\d{1,2})日)?|(\d{1,2})日)(?![\d—~-]|至\d)")
_YEAR = re.compile(r"(?:(?<=于)|(?<=[,;。(])|^)((?:19|20)\d{2})年(?![\d第度初底末前内起来以]|上半|下半)")
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary|\.)|feb(?:ruary|\.)|mar(?:ch|\.)|apr(?:il|\.)|may|june?\.?|july?\.?|aug(?:ust|\.)|sept?(?:ember|\.)|"
    r"oct(?:ober|\.)|nov(?:ember|\.)|dec(?:ember|\.))"
)
_ENGLISH = re.compile(
    rf"\b(?:(\d{{1,2}}) {_MONTH}|{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?)(?![\w-])(?:,? (20\d{{2}}))?", re.IGNORECASE
)
_ENGLISH_MONTH = re.compile(rf"\b(?:in|late|early|mid|since) {_MONTH}(?!\w)(?:,? (20\d{{2}}))?", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\bon ({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_RELATIVE = {"昨日": -1, "昨天": -1, "今日": 0, "今天": 0, "前日": -2, "此前一天": None}
_WORD = re.compile(r"昨日|昨天|今日|今天|前日")
_NEAR = re.compile(r"近日|日前|近期|本月|this month")
_LAST_MONTH = re.compile(r"上月|上个月|last month")
# Behind a day: somebody speaks then.
_SPOKEN = re.compile(
    r"^\(?(?:晚间|午间|早间|晚|上午|下午|消息|盘后)?(?:在[^,;]{0,14}?|发布|接受)?(?:公告|披露|表示|回复|公布|宣布|称|讯|电|丨|回应|调研)"
)
_ENGLISH_PLANNED = re.compile(
    r"\b(?:by|until|scheduled|starting|beginning|expected|due|end of|as of)\b[^.;]{0,20}$", re.IGNORECASE
)
# A day after these is a plan or another matter; one before these likewise.
_PLANNED = re.compile(
    r"(?:预计|将于|计划|拟于|拟开工时间|约定|承诺|到|至|由|延至|"
    r"于20\d\d年[^,;]{0,6}到期|按约定须在|限期|将在|is to open in|expires in)[^,;。]{0,4}$"
)
_BOUND = re.compile(
    r"^(?:底|末|初|起|下旬|上旬|中旬)?[^,;。]{0,8}?(?:到期|届满|搬离|租约|前|建成|完工|投产,|截止|将|实施完毕|放量|试生产|可能)"
)
_DONE = re.compile(r"^(?:底|末|初|起)?[^,;。]{0,3}(?:投产|开工|停产|竣工|签约|完成)")


class _Told(NamedTuple):
    """A day (or month) as told: where, what; whether it is only the day on which somebody speaks."""

    start: int
    day: str
    spoken: bool


def event_date(text: str, published: str | None, at: int | None = None, *, done: bool = False) -> str | None:
    """The day (or month) on which what a passage tells took place; None where it does not say, or cannot be reckoned.

    A day without a year is the last such day not after the text's; without the text's day it is not known. Where the
    text's day is known as a month or year only, nothing is told more precisely than it.

    Parameters
    ----------
    text, published
        The passage, and the day of its text.
    at
        Where the passage tells the event: of several days the nearest before it counts.
    done
        Whether the event is over, as a start of production is: the day on which it is spoken of is not its own.

    Examples
    --------
    >>> event_date("9月26日上午,项目开工", "2025-09-26"), event_date("昨日签约", "2024-01-11")
    ('2025-09-26', '2024-01-10')
    >>> event_date("12月30日宣布终止", "2026-02-02"), event_date("9月12日签约", None) is None
    ('2025-12-30', True)
    >>> event_date("一期2018年3月动工、2019年9月投产", "2021-07-02", at=18)
    '2019-09'
    """
    told = [one for one in _all_told(text, published) if not (done and one.spoken)]
    before = [one for one in told if at is not None and one.start < at]
    if len(before) > 1 and len(told) > 1:
        last = before[-1]
        # 6月12日: a whole day shortly before says more than a month beside it.
        return next(
            (one.day for one in before if one.day.startswith(last.day) and len(one.day) > len(last.day)), last.day
        )
    whole = max(told, key=lambda one: len(one.day), default=None)
    return whole.day if whole else _relative(text, published)


def announced_on(text: str, published: str | None) -> str | None:
    """The day on which a firm is said to have announced what a text tells.

    Examples
    --------
    >>> announced_on("甲环科技8月16日晚间公告,公司拟终止项目", "2023-08-16")
    '2023-08-16'
    """
    return next((one.day for one in _all_told(text, published) if one.spoken), None)


def _all_told(text: str, published: str | None) -> list[_Told]:
    found = [*_full(text, published), *_without_year(text, published)]
    return sorted(found) or list(_english(text, published)) or list(_years(text, published))


def _years(text: str, published: str | None) -> Iterator[_Told]:
    """A year alone, where nothing tells more."""
    for found in _YEAR.finditer(text):
        if _is_told(text, found) and not (published and found[1] > published[:4]):
            yield _Told(found.start(), found[1], spoken=False)


def _full(text: str, published: str | None) -> Iterator[_Told]:
    for found in _FULL.finditer(text):
        day = f"{found[1]}-{int(found[2]):02d}" + (f"-{int(found[3]):02d}" if found[3] else "")
        over = published is not None and day < published[: len(day)] and text.startswith("将", found.end())
        if is_date(day) and (over or _is_told(text, found)) and not (published and day[: len(published)] > published):
            yield _Told(found.start(), day, _SPOKEN.match(text[found.end() : found.end() + 24]) is not None)


def _without_year(text: str, published: str | None) -> Iterator[_Told]:
    for found in _DAY.finditer(text):
        if found.start() and text[found.start() - 1] in ("年-—~至月.、日" if found[4] else "年-—~至"):
            continue
        if _is_told(text, found) and (day := _reckoned(found, published)):
            yield _Told(found.start(), day, _SPOKEN.match(text[found.end() : found.end() + 24]) is not None)


def _reckoned(found: re.Match[str], published: str | None) -> str | None:
    """A month and day without a year, against the text's; a day alone is of its month or the one before."""
    today = day_or_none(published)
    if published is None or found[1] == "明年":
        return None
    if found[4]:
        if today is None:
            return None
        first = today.replace(day=1) if int(found[4]) <= today.day else today.replace(day=1) - timedelta(days=1)
        told = f"{first.isoformat()[:7]}-{int(found[4]):02d}"
        return told if is_date(told) else None
    month, day = int(found[2]), int(found[3]) if found[3] else None
    if not 1 <= month <= 12:
        return None
    limit = (int(published[5:7] or 12), int(published[8:10] or 31))
    year = int(published[:4])
    if found[1] == "去年" or (month, day or 1) > limit:
        if found[1] == "今年":
            return None
        year -= 1
    told = f"{year}-{month:02d}" + (f"-{day:02d}" if day else "")
    return told if is_date(told) else None


def _is_told(text: str, found: re.Match[str]) -> bool:
    """Whether a day is that of something done, not planned or due."""
    if _PLANNED.search(text[max(0, found.start() - 16) : found.start()]):
        return False
    after = text[found.end() : found.end() + 14]
    return _DONE.match(after) is not None or _BOUND.match(after) is None


def _english(text: str, published: str | None) -> Iterator[_Told]:
    last = published or ""
    for pattern in (_ENGLISH, _ENGLISH_MONTH):
        for found in pattern.finditer(text):
            groups = found.groups()
            name, day = ((groups[1] or groups[2]), groups[0] or groups[3]) if pattern is _ENGLISH else (groups[0], None)
            month = _ENGLISH_MONTHS.index(name[:3].lower()) + 1
            year = groups[-1]
            if year is None and last:
                year = str(int(last[:4]) - ((month, int(day or 1)) > (int(last[5:7] or 12), int(last[8:10] or 31))))
            told = f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "") if year else ""
            if is_date(told) and not _ENGLISH_PLANNED.search(text[max(0, found.start() - 24) : found.start() + 3]):
                yield _Told(found.start(), told, spoken=False)
    weekday, today = _WEEKDAY.search(text), day_or_none(published)
    if weekday and today:
        back = (today.weekday() - _WEEKDAYS.index(weekday[1].lower())) % 7
        yield _Told(weekday.start(), (today - timedelta(days=back)).isoformat(), spoken=False)


def _relative(text: str, published: str | None) -> str | None:
    if published is None:
        return None
    today: date | None = day_or_none(published)
    if today and (word := _WORD.search(text)):
        return (today + timedelta(days=_RELATIVE[word[0]] or 0)).isoformat()
    if _NEAR.search(text):
        return published[:7]
    if len(published) > 4 and _LAST_MONTH.search(text):
        year, month = int(published[:4]), int(published[5:7])
        return f"{year - (month == 1)}-{month - 1 or 12:02d}"
    return None
