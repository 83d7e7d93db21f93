"""Where the rows of a case say something is: countries under one name, the case's own places completed, the rest told.

A place that nobody can resolve stays in its row as it was written, and the rejects name it with near names: the row is
used, its place counts as unknown. A town abroad that the tables do not have is no reject where its country is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from chaingraph.errors import UnknownNameError
from chaingraph.labels import near_told
from chaingraph.model.columns import split
from chaingraph.places.gazetteer import CHINA, Path, clean
from chaingraph.places.names import AREAS, near_names, parse
from chaingraph.places.regions import path_of, region_path
from chaingraph.places.zones import zone_word
from chaingraph.reading.links import Draft, objects
from chaingraph.reading.rejects import Journal, Problem, caption, shown

_COUNTRIES = {
    "firms": ("country",), "introducers": ("country",), "capabilities": ("country",),
    "foreign_investments": ("investor_country",),
}  # fmt: skip
# A column that holds the name of one place; where the row cannot stand without it, the row goes with it.
_NAMES = {
    "firms": ("decision_city",), "firm_sites": ("region",), "firm_signals": ("place", "instead_place"),
    "segment_rules": ("region",), "confirmations": ("region",), "projects": ("region",), "premises": ("region",),
    "parcels": ("district",), "zones": ("district",), "carriers": ("district",), "policies": ("district",),
    "designations": ("district",), "places": ("within",),
}  # fmt: skip
_WHOLE_ROW = ("segment_rules", "confirmations")
_SEAT = ("country", "province", "city", "district")
# Said in the place of a name, and no name of a place.
_NO_NAME = {
    "市辖区", "市区", "县", "市本级", "本级", "区本级", "县本级", "全市", "全省", "本市", "市直", "市级", "全国",
    "国外", "境外", "海外", "外地", "市外", "省外", "其他", "国内", "省直辖县级行政区划", "自治区直辖县级行政区划",
}  # fmt: skip
_TOWNS_SHOWN = 8


def placed(drafts: Sequence[Draft], journal: Journal) -> list[Draft]:
    """The tables with places under one spelling each, those of the case completed; what cannot be resolved is told."""
    own = _own_places(drafts)
    found = [_completed(_one_country(draft, journal), own, journal) for draft in drafts]
    found = _one_spelling(found, journal)
    towns: Counter[str] = Counter()
    checked = []
    for draft in found:
        if draft.table.name == "firms":
            _check_seats(draft, own, towns, journal)
        checked.append(_check_names(draft, own, journal))
    if towns:
        listed = ", ".join(shown(town, 30) for town in sorted(towns)[:_TOWNS_SHOWN])
        more = " …" if len(towns) > _TOWNS_SHOWN else ""
        journal.note("towns_abroad", count=towns.total(), towns=listed + more)
    return checked


def _own_places(drafts: Iterable[Draft]) -> dict[str, str]:
    """The zones and places of the case that are no names by themselves, and what they lie in ("" where not said)."""
    own: dict[str, str] = {}
    for draft in drafts:
        names = {"zones": ("zone", "district"), "places": ("place", "within")}.get(draft.table.name)
        if names is None:
            continue
        for name, around, others in zip(*(draft.texts(column) for column in (*names, "aliases")), strict=True):
            within = split(around)
            for spelling in (name, *split(others)):
                if spelling and not parse(_folded(spelling)):
                    own.setdefault(_folded(spelling), within[0] if len(within) == 1 else "")
    return own


def _folded(value: str) -> str:
    return clean(value) or ""


def _one_country(draft: Draft, journal: Journal) -> Draft:
    """Countries under the name that all of the program compares: CHN, China and 中国大陆 are 中国."""
    for column in _COUNTRIES.get(draft.table.name, ()):
        cells = draft.texts(column)
        written = {cell: country_named(cell) for cell in dict.fromkeys(cells) if cell}
        changed = {cell: name for cell, name in written.items() if name and name != cell}
        if changed:
            draft = draft.having(**{column: objects(changed.get(cell or "", cell) for cell in cells)})
        for cell in (cell for cell, name in written.items() if name is None):
            rows = [int(number) for number, held in zip(draft.numbers, cells, strict=True) if held == cell]
            problem = Problem("unknown_country", {"near": near_told(near_names(cell, countries=True))})
            for row in rows:
                journal.remark(draft.table.name, row, column, cell, problem)
    return draft


@cache
def country_named(cell: str) -> str | None:
    """The name of a country as the program writes it; None where no country is meant.

    Examples
    --------
    >>> country_named("瑞士"), country_named("中华人民共和国"), country_named("台州")
    ('瑞士', '中国', None)
    """
    known = [path for path in parse(_folded(cell)) if len(path) == 1 or path[0] == CHINA]
    top = [path for path in known if len(path) == min(map(len, known))]
    if len(top) != 1 or len(top[0]) > 2:
        return None
    if len(top[0]) == 1:
        return top[0][0]
    return CHINA + top[0][1] if top[0][1] in ("台湾", "香港", "澳门") else None


def _completed(draft: Draft, own: dict[str, str], journal: Journal) -> Draft:
    """Names of the case's own places with what they lie in before them: 湾区新城 in 台州 becomes 台州·湾区新城."""
    columns = (*_NAMES.get(draft.table.name, ()), *(_SEAT[1:] if draft.table.name == "firms" else ()))
    for column in columns if own else ():
        cells = draft.texts(column)
        if column == "within":
            continue
        full = {
            cell: f"{own[_folded(cell)]}·{cell}"
            for cell in dict.fromkeys(cells)
            if cell and own.get(_folded(cell)) and parse(_folded(own[_folded(cell)]))
        }
        if full:
            draft = draft.having(**{column: objects(full.get(cell or "", cell) for cell in cells)})
            count = sum(cell in full for cell in cells if cell)
            journal.note(
                "places_completed",
                table=caption(draft.table.name, journal.lang),
                count=count,
                example=next(iter(full.values())),
            )
    return draft


def _one_spelling(drafts: list[Draft], journal: Journal) -> list[Draft]:
    """临海 and 临海市 are one: in columns of one name a Chinese place keeps the spelling that stands there most."""
    columns = [(place, name) for place, draft in enumerate(drafts) for name in _spelled(draft)]
    counts: dict[str, dict[Path, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for place, name in columns:
        for cell, count in Counter(filter(None, drafts[place].texts(name))).items():
            if (path := _plain_path(cell)) is not None:
                counts[name][path][cell] += count
    kept = {
        (name, other): max(cells, key=lambda cell: (not cell.isascii(), cells[cell], len(cell), cell))
        for name, paths in counts.items()
        for cells in paths.values()
        if len(cells) > 1
        for other in cells
    }
    if not kept:
        return drafts
    for place, name in columns:
        cells = drafts[place].texts(name)
        if any((name, cell) in kept for cell in cells):
            one = [kept.get((name, cell), cell) if cell else cell for cell in cells]
            drafts[place] = drafts[place].having(**{name: objects(one)})
    changed = sorted({f"{other} → {one}" for (_, other), one in kept.items() if other != one})
    journal.note("places_one_spelling", examples=", ".join(changed[:_TOWNS_SHOWN]))
    return drafts


def _spelled(draft: Draft) -> tuple[str, ...]:
    seat = ("city", "district") if draft.table.name == "firms" else ()
    return tuple(name for name in (*_NAMES.get(draft.table.name, ()), *seat) if name in draft.columns)


@cache
def _plain_path(cell: str) -> Path | None:
    """The prefecture or county of China that a name alone means; None where it may mean several."""
    paths = parse(cell)
    return paths[0] if len(paths) == 1 and paths[0][0] == CHINA and len(paths[0]) in (3, 4) else None


def _check_seats(draft: Draft, own: dict[str, str], towns: Counter[str], journal: Journal) -> None:
    """Tell what of the firms' seats cannot be resolved; count towns abroad that are not in the tables."""
    rows = list(zip(*(draft.texts(name) for name in _SEAT), strict=True))
    told = {row: _seat_problem(row, own) for row in dict.fromkeys(rows)}
    for number, row in zip(draft.numbers, rows, strict=True):
        column, problem = told[row]
        if problem is not None and problem.reason == "town_abroad":
            towns[str(row[_SEAT.index(column)])] += 1
        elif problem is not None:
            journal.remark("firms", int(number), column, row[_SEAT.index(column)], problem)


def _seat_problem(row: tuple[str | None, ...], own: dict[str, str]) -> tuple[str, Problem | None]:
    """The first column of a seat that cannot be resolved, and why."""
    path = path_of(row)
    country, province, city, district = (_folded(cell) if cell else "" for cell in row)
    if country and (country,) == path[:1] and country_named(country) is None:
        return "country", None  # told with the countries
    if path and path[0] != CHINA:
        known = not city or parse(city) or (len(path) > 1 and path[1] != city)
        return "city", None if known else Problem("town_abroad")
    for column, name in (("province", province), ("city", city), ("district", district)):
        if not name or name in _NO_NAME or name in own or _bare_zone(name):
            continue
        problem = _name_problem(name)
        if (land := country_named(name)) is not None and not land.startswith(CHINA):
            return column, Problem("place_is_country", {"near": land})
        depth = {"province": 2, "city": 3, "district": 4}[column]
        if problem is None and len(path) < depth and not (column == "city" and _of_municipality(path)):
            spoken = [found for found in parse(name) if found[0] == CHINA]
            above = any(len(found) < depth for found in spoken)  # a province written as a city says no more
            reason = "place_contradicts" if _stands_beside(row, column) else "place_not_unique"
            problem = None if above else Problem(reason, {"near": _choices(spoken)})
        if problem is not None and not _resolved_beside(row, column):
            return column, problem
    return "city", None


def _of_municipality(path: Path) -> bool:
    return len(path) == 2 and path[1] in ("北京", "上海", "天津", "重庆", "香港", "澳门", "台湾")


def _stands_beside(row: tuple[str | None, ...], column: str) -> bool:
    """Whether something stands in a wider column of the seat than this one, beside the country."""
    return any(row[1 : _SEAT.index(column)])


def _resolved_beside(row: tuple[str | None, ...], column: str) -> bool:
    """Whether the columns up to this one lead further than those before it: a zone or town of the city beside it."""
    upto = _SEAT.index(column) + 1
    return len(path_of((*row[:upto], *(None,) * (4 - upto)))) > len(path_of((*row[: upto - 1], *(None,) * (5 - upto))))


def _bare_zone(name: str) -> bool:
    """高新区, 经开区: every city has one; it is looked for in the city beside it or in the region asked for."""
    return zone_word(name) and not parse(name) and len(name) <= len("高新技术产业开发区")


def _choices(paths: Iterable[Path]) -> str:
    return ", ".join("".join(dict.fromkeys(path[1:])) for path in sorted(paths)[:_TOWNS_SHOWN]) or "-"


@cache
def _name_problem(name: str) -> Problem | None:
    if parse(name) or name in AREAS:
        return None
    try:
        region_path(name)
    except UnknownNameError:
        return Problem("unknown_place", {"near": near_told(near_names(name))})
    return None


def _check_names(draft: Draft, own: dict[str, str], journal: Journal) -> Draft:
    """Tell names of places that cannot be resolved; rules and confirmations for such a place are left out."""
    keep = np.ones(len(draft.numbers), dtype=bool)
    for column in _NAMES.get(draft.table.name, ()):
        for place, cell in enumerate(draft.texts(column)):
            problem = next((found for part in split(cell) if (found := _part_problem(part, own)) is not None), None)
            if problem is None or cell is None:
                continue
            number = int(draft.numbers[place])
            if draft.table.name in _WHOLE_ROW:
                journal.reject(draft.table.name, number, column, cell, problem, left_out=True)
                keep[place] = False
            else:
                journal.remark(draft.table.name, number, column, cell, problem)
    return draft.keeping(keep)


def _part_problem(part: str, own: dict[str, str]) -> Problem | None:
    name = _folded(part)
    if not name or name in _NO_NAME or name in own or _bare_zone(name) or _in_known_country(name):
        return None
    return _name_problem(name)


@cache
def _in_known_country(name: str) -> bool:
    """Whether a name begins with a country other than China: 越南某地 is known no further, and that is enough."""
    return any(
        path[0] != CHINA and len(path) == 1 for cut in range(2, len(name)) for path in parse(name[:cut].rstrip(" ,、·"))
    )
