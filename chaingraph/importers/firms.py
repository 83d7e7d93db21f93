"""What the rows of a list say of a firm: whose code it is, its seat, what it may make, how its office is reached."""

from __future__ import annotations

import hashlib
import re

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.importers.values import rejected_rows
from chaingraph.labels import text
from chaingraph.matching.product_text import NOT_IN_A_WORD, is_bare_activity
from chaingraph.model.columns import SEPARATOR
from chaingraph.places import regions
from chaingraph.reading.cells import clean, fold
from chaingraph.reading.personal import personal
from chaingraph.reading.rejects import Problem
from chaingraph.tagging.features import is_making

# Clauses and items of a scope, and the formulas that end every scope in the country.
_CLAUSE = re.compile(r"[;\uff1b,\uff0c。\r\n]+")
_COLON = re.compile(r"[:\uff1a]")
_ITEM = re.compile(NOT_IN_A_WORD + "、+")
_DEALT = re.compile("销售|批发|零售|经销|购销|代销|收购|租赁|维修|运输|代理")
_FORMULA = re.compile(r"依法须经|许可证|经营期限|国家法律|审批|方可|除外|禁止|限制|有效期|凭有效")
_BRACKETS = re.compile(r"[(\uff08【\[][^)\uff09】\]]*(?:[)\uff09】\]]|$)")
MOST_ITEMS = 30  # of a scope; longer ones list everything a firm might ever do
_CHANNELS = ("switchboard", "board_office", "website")
Seat = tuple[str | None, str | None, str | None]  # province, prefecture, county
_SEVERAL = re.compile(r"[;\uff1b,\uff0c、|\n]+")


def with_codes_of_one_firm(
    rows: pd.DataFrame, names: dict[str, int], label: str, header: str, lang: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with ``firm_id`` and ``new`` (met for the first time), and the codes that another firm bears already.

    ``names`` holds what was met before and is added to. A code under a second name is not known to be that firm's: the
    firm stays, without it.
    """
    ids: list[str] = []
    new: list[bool] = []
    lent: list[bool] = []
    for code, name in zip(rows["credit_code"], rows["firm"], strict=True):
        marked = hash(fold(name))
        key = code if isinstance(code, str) else firm_digest(name)
        other = isinstance(code, str) and names.get(key, marked) != marked
        key = firm_digest(name) if other else key
        lent.append(other)
        ids.append(key)
        new.append(key not in names)
        names.setdefault(key, marked)
    out = rows.assign(firm_id=pd.Series(ids, rows.index, "str"), new=pd.Series(new, rows.index, "bool"))
    twice = pd.Series(lent, rows.index, "bool")
    rejects = rejected_rows(label, rows[twice], "credit_code", header, Problem("code_of_two_names"), lang)
    out["credit_code"] = out["credit_code"].where(~twice)
    return out, rejects


def firm_digest(name: str) -> str:
    """The id of a firm without a code: a digest of its name, long enough for millions of firms."""
    return f"name-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def notes_of(rows: pd.DataFrame, headers: dict[str, str], about: dict[str, pd.Series], lang: str) -> pd.Series:
    """What a row says that no column of a case holds: capital, industry by name, grade; and which figures are about."""
    said = pd.Series("", rows.index, "str")
    for column in ("capital", "industry_name", "grade"):
        caption = {"capital": "注册资本", "industry_name": "行业"}.get(column, headers.get(column, ""))
        told = (f"{caption} " + rows[column]).astype("str")
        said = said.where(told.isna(), said + "；" + told.fillna(""))
    for column, flags in about.items():
        told_about = text("importers.about", lang, header=headers.get(column, column))
        said = said.where(~flags, said + "；" + told_about)
    said = said.str.removeprefix("；")
    return said.where(said != "")


def seat(place: tuple[object, ...], within: str | None) -> Seat:
    """Province, prefecture and county as the region tables write them; what they do not know stays as written."""
    province, city, county, whole = (value if isinstance(value, str) else None for value in place)
    if whole and not (province or city or county):
        return _known_place(whole, within) or (None, whole, None)
    if within and not (province or city):
        inside = _known_place(county, within) if county else None
        around = _levels(regions.region_path(within))
        return inside or (around[0], around[1], around[2] or county)
    known = _levels(regions.path_of((regions.CHINA, province, city, county)))
    return known[0] or province, known[1] or city, known[2] or county


def _levels(path: tuple[str, ...]) -> Seat:
    """Province, prefecture and county of a path; None for what it does not reach."""
    below: tuple[str | None, ...] = (*path[1:4], None, None, None)
    return below[0], below[1], below[2]


def _known_place(name: str, within: str | None) -> Seat | None:
    """The levels of a place that one cell names (浙江省嘉兴市); None where no single place is meant."""
    try:
        path = regions.region_path(name, within)
    except UnknownNameError:
        try:
            path = regions.region_path(name) if within else ()
        except UnknownNameError:
            return None
    return _levels(path) if path[:1] == (regions.CHINA,) else None


def scopes(rows: pd.DataFrame) -> pd.DataFrame:
    """Products that a row names (seen), then the items of its scope (unsure), each once per firm."""
    base = ["firm_id", "source", "as_of"]
    named = rows.loc[rows["product"].notna(), [*base, "product"]]
    named = named.assign(product=named["product"].str.split(SEPARATOR), confidence="seen").explode("product")
    held = rows.loc[rows["scope"].notna(), [*base, "scope"]]
    items = held.assign(product=held["scope"].map(scope_items), confidence="unsure").explode("product")
    found = pd.concat([named, items.drop(columns="scope")]) if len(named) else items
    found = found.dropna(subset="product").drop_duplicates(["firm_id", "product"])
    return found.sort_values("firm_id", kind="stable") if len(named) else found


def scope_items(scope: str) -> list[str]:
    """The items of a business scope, without conditions, formulas and bare activities, at most 30.

    Examples
    --------
    >>> scope_items("齿轮及齿轮减、变速箱制造;泵的研发、生产、销售")
    ['齿轮及齿轮减、变速箱制造', '泵的研发']
    >>> scope_items("批发、零售:服装、鞋帽;钢材、水泥销售")
    ['零售服装', '鞋帽零售', '钢材销售', '水泥销售']
    >>> scope_items("一般项目:电子元件、光学镜头的制造;(依法须经批准的项目,经批准后方可开展经营活动)")
    ['电子元件', '光学镜头的制造']
    >>> scope_items("生产、加工:印染、染整;经销:轻纺原料、纺织品")
    ['印染', '染整', '经销轻纺原料', '纺织品经销']
    """
    items = [item for clause in _CLAUSE.split(_BRACKETS.sub("", scope)) for item in _things(clause)]
    kept = [item for item in items if len(item) >= 2 and not item.endswith("项目") and not _FORMULA.search(item)]
    return list(dict.fromkeys(kept))[:MOST_ITEMS]


def _things(clause: str) -> list[str]:
    """The things of a clause, each with the selling or carrying that is said once before or behind several."""
    *before, rest = _COLON.split(clause)
    items = [item.strip() for item in _ITEM.split(rest) if item.strip()]
    if before and is_bare_activity(head := before[-1].strip()):
        before = before[:-1]
        deals = [] if is_making(head) else _DEALT.findall(head)
        items[:1] = [f"{deals[-1]}{item}" if deals else item for item in items[:1]]
    items = _dealt_alike(items, leads=True)
    items = _dealt_alike(items[::-1], leads=False)[::-1]
    return [*(part.strip() for part in before), *(item for item in items if not is_bare_activity(item))]


def _dealt_alike(items: list[str], *, leads: bool) -> list[str]:
    """Things after one that is sold, as far as they say nothing else, are sold too: 销售钢材、水泥; 钢材、水泥销售."""
    found = []
    dealt = ""
    for item in items:
        deals = _DEALT.findall(item)
        if is_making(item):
            dealt = ""
        elif deals:
            dealt = deals[-1] if not leads or item.startswith(deals[0]) else ""
        found.append(item if deals or is_bare_activity(item) or not dealt or is_making(item) else item + dealt)
    return found


def contacts(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Public contacts of units, one row per firm and channel, and how many cells held something personal instead.

    Of a cell with several numbers the first that is no mobile is taken.
    """
    found: list[tuple[str, str, str, object, object]] = []
    dropped = 0
    for channel in _CHANNELS:
        held = rows.loc[rows[channel].notna(), ["firm_id", channel, "source", "as_of"]]
        for firm, cell, source, as_of in held.itertuples(index=False, name=None):
            parts = [clean(part) for part in _SEVERAL.split(cell)]
            public = [part for part in parts if part not in ("", "-", "--", "暂无", "无") and not personal(part)]
            dropped += any(personal(part) for part in parts)
            if public:
                found.append((firm, channel, public[0], source, as_of))
    columns = ["firm_id", "channel", "contact", "source", "as_of"]
    table = pd.DataFrame(found, columns=columns).sort_values(["firm_id", "channel"], ignore_index=True)
    return table.assign(confidence="seen"), dropped
