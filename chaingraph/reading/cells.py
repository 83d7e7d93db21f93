"""What one cell says: text as people type it, turned into the canonical value of its column, or into a `Problem`.

Cells arrive as text, whatever the file format (`reading.xlsx` and `reading.files` see to that), so that the same value
means the same in a CSV and in an Excel file. Missing is None here.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from chaingraph.model.columns import SEPARATOR, Column
from chaingraph.reading.rejects import INVISIBLE, Problem

Value = str | float | int | bool
Parsed = tuple[Value | None, Problem | None]

FORMULA_WITHOUT_VALUE = "#FORMULA?"  # what the XLSX reader gives for a formula whose result was not stored
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
FIRST_YEAR, LAST_YEAR = 1800, 2050
NAME_LENGTH, PROSE_LENGTH = 500, 5_000
_PROSE = {"note", "text", "summary", "reason", "source", "need", "basis", "product", "quote"}
_NUMBER_LENGTH = 64

_MISSING = {"", "-", "--", "\u2014", "\u2014\u2014", "\uff0d", "/", "n/a", "nan", "none", "null", "<na>"}
_NOT_KNOWN = _MISSING | {"na", "无", "暂无", "不详", "未知", "未披露", "不适用"}
_EXCEL_ERRORS = {"#ref!", "#div/0!", "#value!", "#name?", "#null!", "#num!", "#n/a", "#spill!", "#calc!"}
_TRUE = {"1", "1.0", "是", "true", "t", "yes", "y", "√", "✓", "✔", "☑", "对", "有"}
_FALSE = {"0", "0.0", "否", "false", "f", "no", "n", "×", "✗", "✘", "☐", "错", "无"}

# How text begins that a spreadsheet may take for a formula: also behind blanks, which some take off, and with the wide
# and small forms of the signs, which a Chinese Excel takes for the signs; a bar opens a link of the old kind (DDE).
FORMULA = r"(?:\s*[=+\-@|＝＋－＠﹦﹢﹣﹫]|[\t\r\n])"
# A protecting apostrophe, as our writers set it before such text.
_PROTECTED = re.compile(rf"'+{FORMULA}")
_WIDTH = 0xFEE0  # from an ASCII character to its full-width form
_FULL_WIDTH = {ord(letter) + _WIDTH: letter for letter in map(chr, range(ord("0"), ord("z") + 1)) if letter.isalnum()}
# Whether there is anything to clean at all: most cells are clean, and this is asked for every one.
_UNCLEAN = re.compile(rf"^['\s]|\s$|\s\s|[^\S ]|[{''.join(map(chr, _FULL_WIDTH))}]|{INVISIBLE.pattern}")
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2014\u2010\u2011\ufe63\uff0d", "-"))
_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d{1,3})?)(.*)")
_CURRENCY = re.compile(r"^(?:¥|rmb|cny|人民币)|(?:¥|rmb|cny|人民币)$")
_DOLLARS = re.compile(r"美元|美金|usd|us\$|\$")
_FOREIGN = re.compile(r"美元|美金|欧元|港元|港币|日元|韩元|英镑|新台币|usd|eur|hkd|jpy|krw|gbp|us\$|\$|€|£")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[t ]\d{1,2}:\d{2}.*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_STRONG = re.compile(r"[;\uff1b|\uff5c\n\r]+")
# Weak separators stand between members, but not within brackets and not before the legal form of a firm's name.
_WEAK = re.compile(r"[\u3001\uff0c]|,(?!\s*(?:ltd|inc|llc|corp|co|limited|gmbh|s\.?a|l\.?p|plc)\b)", re.IGNORECASE)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def clean(raw: str) -> str:
    """Text as it is kept: nothing invisible, one blank where there were several, ASCII letters and digits half-width.

    Chinese punctuation stays as it is. An apostrophe that protects the beginning of a formula is taken off.

    Examples
    --------
    >>> clean("  ＴＣＬ\u3000科技\u200b(集团) "), clean("'=SUM(A1)")
    ('TCL 科技(集团)', '=SUM(A1)')
    """
    if not _UNCLEAN.search(raw):
        return raw
    if raw.startswith("'") and _PROTECTED.match(raw):
        raw = raw[1:]
    return " ".join(INVISIBLE.sub("", raw).translate(_FULL_WIDTH).split())


def fold(raw: str) -> str:
    """Text as it is compared: NFKC, no blanks, case folded.

    Examples
    --------
    >>> fold(" （ Ｉｎｃ ） ")
    '(inc)'
    """
    return "".join(unicodedata.normalize("NFKC", clean(raw)).split()).casefold()


def is_blank(raw: str) -> bool:
    """Whether a cell holds nothing but blanks or a sign that stands for nothing.

    Examples
    --------
    >>> is_blank(" -- "), is_blank("N/A"), is_blank("0")
    (True, True, False)
    """
    return len(raw) <= _NUMBER_LENGTH and raw.strip().casefold() in _MISSING


def slug(name: str) -> str:
    """A stable id for a firm without a code: ``f-`` and ten hex digits of its folded name's SHA-256.

    Examples
    --------
    >>> slug("甲一新能源有限公司") == slug(" 甲一新能源有限公司 ")
    True
    """
    return "f-" + hashlib.sha256(fold(name).encode("utf-8", "replace")).hexdigest()[:10]


def parser(column: Column, scale: tuple[float, float] = (1, 1)) -> Callable[[str], Parsed]:
    """The function that reads a cell of a column; ``scale`` (factor, divisor) is for plain numbers, from the header."""
    kinds: dict[str, Callable[[str], Parsed]] = {
        "id": lambda text: _identifier(text, column),
        "text": lambda text: (text, None),
        "set": lambda text: _members(text, column),
        "choice": lambda text: _choice(text, column),
        "date": _date,
        "flag": _flag,
        "number": lambda text: _number(text, column, scale),
        "integer": lambda text: _integer(text, column, scale),
    }
    parse = kinds[column.kind]
    missing = _MISSING if column.kind in ("id", "text", "set") else _NOT_KNOWN
    limit = PROSE_LENGTH if column.name in _PROSE or column.kind == "set" else NAME_LENGTH
    spoken = _spellings(column) if column.choices else {}

    def read(raw: str) -> Parsed:
        text = raw if column.kind == "set" else clean(raw)
        if len(text) > limit:
            return None, Problem("too_long", {"length": len(text), "limit": limit})
        folded = text.strip().casefold() if len(text) <= _NUMBER_LENGTH else text
        if folded in missing and folded not in spoken and not (column.kind == "flag" and folded in _FALSE):
            return None, None
        if folded.startswith("#"):
            if folded == FORMULA_WITHOUT_VALUE.casefold():
                return None, Problem("formula_without_value")
            if folded in _EXCEL_ERRORS:
                return None, Problem("excel_error")
        return parse(text)

    return read


def _identifier(text: str, column: Column) -> Parsed:
    code = clean(unicodedata.normalize("NFKC", text))
    if not code:
        return None, None
    if column.name == "credit_code":
        code = code.upper().replace(" ", "")
        return (code, None) if _is_credit_code(code) else (None, Problem("bad_credit_code"))
    if column.name == "stock_code":
        if "母公司" in code:
            return None, Problem("code_of_parent")
        if code.isdigit() and len(code) < 5:
            return None, Problem("short_stock_code")
    if column.name in ("chain_id", "segment_id") and not column.refers_to and not IDENTIFIER.fullmatch(code):
        return None, Problem("bad_identifier")
    return code, None


def _is_credit_code(code: str) -> bool:
    """Whether the 18 characters fit their check digit (GB 32100-2015: weights 3^i mod 31)."""
    if len(code) != 18 or any(letter not in _CREDIT_ALPHABET for letter in code):
        return False
    total = sum(_CREDIT_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
    return _CREDIT_ALPHABET[-total % 31] == code[17]


def _members(raw: str, column: Column) -> Parsed:
    spellings = _spellings(column) if column.choices else {}
    members: dict[str, None] = {}
    problem = None
    for part in split_set(raw):
        member: str | None = clean(part)
        if not member or member.casefold() in _MISSING:
            continue
        if len(member) > NAME_LENGTH:
            problem = Problem("too_long", {"length": len(member), "limit": NAME_LENGTH})
            continue
        if spellings:
            name, bracket, rest = unicodedata.normalize("NFKC", member).partition("(")
            canonical = spellings.get(fold(name))
            if canonical is None:
                problem = Problem("not_a_choice", {"member": member, "choices": _choices_shown(column)})
                continue
            member = clean(canonical + bracket + rest)
        members[member] = None
    return (SEPARATOR.join(members) if members else None), problem


def split_set(raw: str) -> list[str]:
    """The members of a set cell as people separate them: ``; ; | 、 , ,`` and line breaks.

    Commas and 、 within brackets, and the comma before a legal form (Co., Ltd.), do not separate.

    Examples
    --------
    >>> split_set("合盛硅业、Foo Co., Ltd.;global500(2022,2023)")
    ['合盛硅业', 'Foo Co., Ltd.', 'global500(2022,2023)']
    """
    parts = []
    for strong in _STRONG.split(raw):
        depth, start = 0, 0
        for place, letter in enumerate(strong):
            if letter in "(\uff08":
                depth += 1
            elif letter in ")\uff09":
                depth = max(0, depth - 1)
            elif depth == 0 and _WEAK.match(strong, place):
                parts.append(strong[start:place])
                start = place + 1
        parts.append(strong[start:])
    return [part.strip() for part in parts if part.strip()]


def _choice(text: str, column: Column) -> Parsed:
    canonical = _spellings(column).get(fold(text))
    if canonical is None:
        return None, Problem("not_a_choice", {"member": text, "choices": _choices_shown(column)})
    return canonical, None


def _choices_shown(column: Column) -> str:
    return ", ".join(f"{name} ({spellings[0]})" if spellings else name for name, spellings in column.choices.items())


_KNOWN_SPELLINGS: dict[int, dict[str, str]] = {}


def _spellings(column: Column) -> dict[str, str]:
    """Canonical value by folded spelling; kept per set of choices, which live as long as the schema."""
    key = id(column.choices)
    if key not in _KNOWN_SPELLINGS:
        found = {fold(spelling): name for name, others in column.choices.items() for spelling in others}
        _KNOWN_SPELLINGS[key] = found | {fold(name): name for name in column.choices}
    return _KNOWN_SPELLINGS[key]


def _flag(text: str) -> Parsed:
    folded = fold(text)
    if folded in _TRUE:
        return True, None
    if folded in _FALSE:
        return False, None
    return None, Problem("not_a_flag")


def _date(text: str) -> Parsed:
    known = unicodedata.normalize("NFKC", text).translate(_MINUS).strip().casefold()
    known = re.sub(r"\s*([-/.年月])\s*", r"\1", known) if len(known) <= _NUMBER_LENGTH else ""
    found = _DATE.fullmatch(known) or _COMPACT_DATE.fullmatch(known)
    if found is None:
        serial = re.fullmatch(r"([1-9]\d{4})(?:\.\d+)?", known)
        if serial is None:
            return None, Problem("not_a_date")
        return _checked_date((_EXCEL_DAY_ZERO + timedelta(days=int(serial[1]))).isoformat().split("-"))
    return _checked_date([part for part in found.groups() if part])


def _checked_date(parts: list[str]) -> Parsed:
    numbers = [int(part) for part in parts]
    if not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
        return None, Problem("year_out_of_range", {"first": FIRST_YEAR, "last": LAST_YEAR})
    try:
        date(numbers[0], *[*numbers[1:], 1, 1][:2])
    except ValueError:
        return None, Problem("impossible_date")
    return "-".join([f"{numbers[0]:04d}", *(f"{number:02d}" for number in numbers[1:])]), None


def _integer(text: str, column: Column, scale: tuple[float, float]) -> Parsed:
    value, problem = _number(text, column, scale)
    if not isinstance(value, float):
        return None, problem
    if not value.is_integer() or abs(value) > 2**53:
        return None, Problem("not_an_integer")
    return int(value), None


def _number(text: str, column: Column, scale: tuple[float, float]) -> Parsed:
    known = fold(text).translate(_MINUS) if len(text) <= _NUMBER_LENGTH else ""
    known, currency = _CURRENCY.subn("", known.removeprefix("约"))  # a rounded figure is still the figure given
    found = _NUMBER.fullmatch(known)
    if found is None or not any(letter.isdigit() for letter in found[1]):
        return None, Problem("not_a_number")
    own_unit = found[2] or ("元" if currency else "")
    if own_unit:
        if _FOREIGN.search(_DOLLARS.sub("", own_unit) if column.unit == "百万美元" else own_unit):
            return None, Problem("foreign_currency")
        own_scale = unit_scale(own_unit, column)
        if own_scale is None:
            return None, Problem("unknown_unit", {"unit": own_unit, "wanted": column.unit or "-"})
        scale = own_scale
    try:
        value = float(found[1].replace(",", "")) * scale[0] / scale[1]
    except ValueError:
        return None, Problem("not_a_number")
    if not math.isfinite(value):
        return None, Problem("not_a_number")
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        if (low, high) == (0, 1):
            return None, Problem("share_out_of_range")
        shown_high = "∞" if high is None else f"{high:g}"
        return None, Problem("number_out_of_range", {"low": "-∞" if low is None else f"{low:g}", "high": shown_high})
    return value + 0.0, None  # -0.0 becomes 0.0


@cache
def _money() -> dict[str, float]:
    magnitudes = {
        "千": 1e3,
        "万": 1e4,
        "十万": 1e5,
        "百万": 1e6,
        "千万": 1e7,
        "亿": 1e8,
        "十亿": 1e9,
        "百亿": 1e10,
        "千亿": 1e11,
        "万亿": 1e12,
    }
    latin = {"million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "thousand": 1e3}
    return {"元": 1.0} | latin | {name + end: size for name, size in magnitudes.items() for end in ("", "元")}


_SIMPLE_UNITS: dict[str, dict[str, tuple[float, float]]] = {
    "人": {"人": (1, 1), "名": (1, 1), "万人": (10_000, 1), "people": (1, 1), "persons": (1, 1)},
    "亩": {
        "亩": (1, 1),
        "mu": (1, 1),
        "公顷": (15, 1),
        "ha": (15, 1),
        "平方米": (3, 2000),
        "m2": (3, 2000),
        "平方公里": (1500, 1),
        "km2": (1500, 1),
    },
    "平方米": {
        "平方米": (1, 1),
        "平米": (1, 1),
        "平方": (1, 1),
        "m2": (1, 1),
        "sqm": (1, 1),
        "万平方米": (10_000, 1),
        "万平": (10_000, 1),
        "万m2": (10_000, 1),
        "亩": (2000, 3),
    },
    "米": {"米": (1, 1), "m": (1, 1), "厘米": (1, 100), "cm": (1, 100)},
    "度": {"度": (1, 1), "°": (1, 1)},
    "吨/平方米": {
        "吨/平方米": (1, 1),
        "吨/m2": (1, 1),
        "t/m2": (1, 1),
        "公斤/平方米": (1, 1000),
        "公斤/m2": (1, 1000),
        "千克/平方米": (1, 1000),
        "kg/m2": (1, 1000),
        "kg/平方米": (1, 1000),
    },
    "千伏安": {"千伏安": (1, 1), "kva": (1, 1), "兆伏安": (1000, 1), "mva": (1000, 1)},
    "元/平方米/月": {
        f"元/{area}{mark}月": (1, 1) for area in ("平方米", "平米", "平方", "m2") for mark in ("/", "·", ".", "每", "")
    },
    "吨标煤/万元": {"吨标煤/万元": (1, 1), "吨标准煤/万元": (1, 1), "tce/万元": (1, 1)},
}


def unit_scale(unit: str, column: Column) -> tuple[float, float] | None:
    """Factor and divisor that turn a number in that unit into the column's unit; None where it cannot be.

    Examples
    --------
    >>> from chaingraph.model.schema import TABLES
    >>> unit_scale("亿元", TABLES["firms"].column("revenue_cny_m"))
    (100000000.0, 1000000.0)
    """
    unit = _CURRENCY.sub("", fold(unit).removeprefix("单位:"))
    if (column.minimum, column.maximum) == (0, 1):
        return {"%": (1, 100), "百分比": (1, 100), "‰": (1, 1000)}.get(unit)
    if column.unit in ("百万元", "万元", "万元/亩"):
        base = 1e6 if column.unit == "百万元" else 1e4
        size = _money().get(unit.removesuffix("/亩") if column.unit.endswith("/亩") else unit)
        return None if size is None else (size, base)
    if column.unit == "百万美元":
        bare = _DOLLARS.sub("", unit)  # a magnitude alone is of the column's currency; yuan never are
        size = None if "元" in bare else _money().get(bare or "元")
        return None if size is None else (size, 1e6)
    if column.name in ("year", "market_year"):
        return (1, 1) if unit == "年" else None
    return _SIMPLE_UNITS.get(column.unit, {}).get(unit)
