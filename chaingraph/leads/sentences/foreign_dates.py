"""Days as German and Japanese texts tell them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chaingraph.model.days import is_date

_MONTHS = (
    "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "dezember",
)  # fmt: skip
_NAMED = re.compile(rf"(?<![\d.])(?:(\d{{1,2}})\.\s?)?\b({'|'.join(_MONTHS)})\b(?:\s(20\d{{2}}))?", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d{2})(?!\d)")
_YEAR = re.compile(r"\b(?:[Ii]m Jahr|[Ee]nde|[Aa]nfang|[Mm]itte)\s(20\d{2})\b")
_GERMAN = re.compile(r"\b(?:der|die|das|und|im|am|wird|werden|soll|sollen|Werk|Standort)\b")
_PLANNED = re.compile(r"\b(?:bis|ab|zum|spätestens)\b[^.;]{0,20}$", re.IGNORECASE)
# 18年1月着工: the year of a century that everybody knows.
_SHORT_YEAR = re.compile(r"(?<![\d])([12]\d)年(1[0-2]|[1-9])月(?:(\d{1,2})日)?(?=[^\d])")
_KANA = re.compile(r"[\u3041-\u30fa]")
_EXPECTED = re.compile(r"^[^。]{0,40}?(?:予定|見込|目指|计划)")


def german_days(text: str, published: str | None) -> Iterator[tuple[int, str]]:
    """Days, months and years of a German passage: where, and which; what is only planned is left out.

    Examples
    --------
    >>> list(german_days("Das Werk in Zwickau wird am 5. November 2024 geschlossen", None))
    [(28, '2024-11-05')]
    >>> list(german_days("Am 5. November wird das Werk geschlossen", "2024-11-06"))
    [(3, '2024-11-05')]
    """
    if len(_GERMAN.findall(text)) < 2:
        return
    for found in _NAMED.finditer(text):
        month, day = _MONTHS.index(found[2].lower()) + 1, int(found[1] or 0)
        year = found[3] or _last_year(month, day, published)
        yield from _told(text, found, year, month, day)
    for found in _NUMBERS.finditer(text):
        yield from _told(text, found, found[3], int(found[2]), int(found[1]))
    for found in _YEAR.finditer(text):
        if not _PLANNED.search(text[max(0, found.start() - 24) : found.start()]):
            yield found.start(), found[1]


def japanese_days(text: str) -> Iterator[tuple[int, str]]:
    """Months of a Japanese passage told with two digits of the year; what is expected is left out.

    Examples
    --------
    >>> list(japanese_days("新工場は18年1月に着工した。"))
    [(4, '2018-01')]
    >>> list(japanese_days("新工場は18年1月に着工の予定。"))
    []
    """
    if not _KANA.search(text):
        return
    for found in _SHORT_YEAR.finditer(text):
        if not _EXPECTED.match(text[found.end() :]):
            yield from _told(text, found, f"20{found[1]}", int(found[2]), int(found[3] or 0))


def _last_year(month: int, day: int, published: str | None) -> str | None:
    """The year of the last such day not after that of the text."""
    if not published:
        return None
    later = (month, day or 1) > (int(published[5:7] or 12), int(published[8:10] or 31))
    return str(int(published[:4]) - later)


def _told(text: str, found: re.Match[str], year: str | None, month: int, day: int) -> Iterator[tuple[int, str]]:
    told = f"{year}-{month:02d}" + (f"-{day:02d}" if day else "")
    if year and is_date(told) and not _PLANNED.search(text[max(0, found.start() - 24) : found.start()]):
        yield found.start(), told
