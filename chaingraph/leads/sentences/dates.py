"""When: the day of an event as a text tells it, against the day of the text where it is told relatively."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from chaingraph.leads.sentences.foreign_dates import german_days, japanese_days
from chaingraph.model.days import day_or_none, is_date

_FULL = re.compile(r"(?<!\d)(20\d{2})\s?[年./-]\s?(\d{1,2})\s?(?:[月./-]\s?(\d{1,2})\s?日?|月)")
_DAY = re.compile(
    r"(?<![\d年])(?<!年\s)(?:(去年|今年|明年)?(\d{1,2})月份?(?:(\d{1,2})日)?|(\d{1,2})日)(?![\d—~-]|至\d)"
)
_YEAR = re.compile(r"(?:(?<=[,;。(\u3400-\u9fff])|^)((?:19|20)\d{2})年(?![\d第度初底末前内起来以]|上半|下半)")
_ENGLISH_YEAR = re.compile(r"\b(?:[Ii]n|[Dd]uring|[Tt]hroughout|[Ll]ate|[Ee]arly|[Mm]id) ((?:19|20)\d{2})\b(?!-)")
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
_WEEKDAY = re.compile(rf"\b(?:on|said|announced|reported) ({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_DAYS_BACK = {
    "昨日": 1, "昨天": 1, "昨": 1, "今日": 0, "今天": 0, "今": 0, "前日": 2, "前天": 2, "today": 0, "yesterday": 1,
    "heute": 0, "gestern": 1, "本日": 0,
}  # fmt: skip
_WORD = re.compile(
    r"昨[日天](?!起)|(?<![\u3400-\u9fff])昨(?=[从在,])|今[日天](?!起)|(?<![\u3400-\u9fff])今(?=[从在])|前[日天](?=[上下,晚]|在|获)|本日|"
    r"\b(?:today|yesterday|heute|gestern)\b(?!'s)",
    re.IGNORECASE,
)
_NEAR = re.compile(r"近日|日前|近期|本月|本周|this (?:month|week)|diese Woche|diesen Monat|今月", re.IGNORECASE)
_LAST_MONTH = re.compile(r"上月|上个月|last month|先月|letzten Monat", re.IGNORECASE)
# 同月: the month, year or day told before.
_SAME = re.compile(r"同([年月日])(?![龄份])")
_YEAR_TOLD = re.compile(
    r"(?<!\d)(20\d{2})(?=年)|"
    r"\b(?:January|February|March|April|May|June|"
    r"July|August|September|October|November|December)(?: \d{1,2},?)? (20\d{2})\b"
)
_YEAR_OTHER = re.compile(r"(?:到|至|截至|预计|计划于|力争|将于|建成|by|until)[^,;。]{0,4}$")
# Behind a day: somebody speaks then.
_SPOKEN = re.compile(
    r"^(?:,[\u3400-\u9fff]{3,8}(?:\(\d{6}\))?(?=公告|公布|披露))?\(?(?:晚间|午间|早间|晚|上午|下午|消息|盘后)?(?:在[^,;]{0,14}?|发布|接受)?(?:公告|披露|表示|回复|公布|宣布|称|讯|电|丨|回应|调研|消息)"
)
_ENGLISH_PLANNED = re.compile(
    r"\b(?:by|until|scheduled|starting|beginning|expected|due|end of|as of)\b[^.;]{0,20}$", re.IGNORECASE
)
_ANNOUNCED = re.compile(r"公告|公布|披露")
_DUE = re.compile(r"(?:将于|计划于|拟于|定于|将在|预计于)(20\d{2})年(\d{1,2})月(?:(\d{1,2})日)?")
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


def event_date(
    text: str, published: str | None, at: int | None = None, *, done: bool = False, due: bool = False
) -> str | None:
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
    due
        Whether a day that is only planned counts, as that on which a works is to close.

    Examples
    --------
    >>> event_date("9月26日上午,项目开工", "2025-09-26"), event_date("昨日签约", "2024-01-11")
    ('2025-09-26', '2024-01-10')
    >>> event_date("12月30日宣布终止", "2026-02-02"), event_date("9月12日签约", None) is None
    ('2025-12-30', True)
    >>> event_date("一期2018年3月动工、2019年9月投产", "2021-07-02", at=18)
    '2019-09'
    """
    if due and (planned := _due(text)):
        return planned
    told = [one for one in _all_told(text, published) if not (done and one.spoken)]
    before = [one for one in told if at is not None and one.start < at]
    if len(before) > 1 and len(told) > 1:
        last = before[-1]
        # 6月12日: a whole day shortly before says more than a month beside it.
        return next(
            (one.day for one in before if one.day.startswith(last.day) and len(one.day) > len(last.day)), last.day
        )
    whole = max(told, key=lambda one: len(one.day), default=None)
    near = _relative(text, published)
    if whole and near and len(whole.day) == len("2025") and near.startswith(whole.day):
        return near  # 近日,2025年某洽谈会举行
    return whole.day if whole else near


def assumed_year(text: str) -> str | None:
    """The year in which days without a year lie where nobody knows the text's own day: the only year that it tells.

    Examples
    --------
    >>> assumed_year("4月27日,某区2022年重大项目集中开工"), assumed_year("2021年签约,2023年5月投产,6月扩建")
    ('2022', None)
    """
    told = {
        found[1] or found[2]
        for found in _YEAR_TOLD.finditer(text)
        if not _YEAR_OTHER.search(text[max(0, found.start() - 8) : found.start()])
    }
    return next(iter(told)) if len(told) == 1 else None


def same_day(text: str, before: str | None) -> str | None:
    """The month, year or day told before, where a passage says that what it tells took place in the same.

    Examples
    --------
    >>> same_day("同月,该公司完成融资", "2023-12-05"), same_day("该公司完成融资", "2023-12-05")
    ('2023-12', None)
    """
    found = _SAME.search(text)
    if found is None or before is None:
        return None
    length = {"年": 4, "月": 7, "日": 10}[found[1]]
    return before[:length] if len(before) >= length else None


def _due(text: str) -> str | None:
    """The whole day or month for which an end is planned."""
    found = _DUE.search(text)
    day = f"{found[1]}-{int(found[2]):02d}" + (f"-{int(found[3]):02d}" if found[3] else "") if found else ""
    return day if is_date(day) else None


def announced_on(text: str, published: str | None) -> str | None:
    """The day on which a firm is said to have announced what a text tells.

    Examples
    --------
    >>> announced_on("甲环科技8月16日晚间公告,公司拟终止项目", "2023-08-16")
    '2023-08-16'
    """
    told = next((one.day for one in _all_told(text, published) if one.spoken), None)
    # 讯,甲环科技公告: news of an announcement is of its day.
    return told or (published if day_or_none(published) and _ANNOUNCED.search(text) else None)


def _all_told(text: str, published: str | None) -> list[_Told]:
    found = [*_full(text, published), *_without_year(text, published)]
    found = found or [
        _Told(start, day, spoken=False) for start, day in (*german_days(text, published), *japanese_days(text))
    ]
    return sorted(found) or list(_english(text, published)) or list(_years(text, published))


def _years(text: str, published: str | None) -> Iterator[_Told]:
    """A year alone, where nothing tells more."""
    for found in _ENGLISH_YEAR.finditer(text):
        planned = _ENGLISH_PLANNED.search(text[max(0, found.start() - 40) : found.start()])
        if not planned and not (published and found[1] > published[:4]):
            yield _Told(found.start(), found[1], spoken=False)
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
        if found.start() and text[found.start() - 1] in ("年-—~至月.、日 " if found[4] else "年-—~至"):
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
        return (today - timedelta(days=_DAYS_BACK[word[0].lower()])).isoformat()
    if _NEAR.search(text):
        return published[:7]
    if len(published) > 4 and _LAST_MONTH.search(text):
        year, month = int(published[:4]), int(published[5:7])
        return f"{year - (month == 1)}-{month - 1 or 12:02d}"
    return None
