"""Which table a file or sheet is, and which column a header means: in English or Chinese, however it was typed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeVar

from chaingraph.model.columns import Column, Table
from chaingraph.model.schema import TABLES
from chaingraph.reading.cells import clean, fold, unit_scale
from chaingraph.reading.rejects import Problem, Refusal

MAX_COLUMNS = 512
LOOK_AHEAD = 5  # rows looked at to find out whether the header stands where it should

# Sheets and files that explain; they hold no table and are passed over.
EXPLANATIONS = {"readme", "notice", "license", "licence", "说明", "填写说明", "填表说明", "目录", "contents"}
_IGNORED_IN_NAMES = re.compile(r"[_\-.·]+")
_REQUIRED_MARK = re.compile(r"^\*+|\*+$|\((?:必填|选填|可选|required|optional)\)")
_BRACKET = re.compile(r"^(.*?)[(\[【]([^()\[\]【】]*)[)\]】](.*)$")
Known = TypeVar("Known")
_NUMERIC = ("number", "integer")
_LONGEST_REMARK = 2_000


class Match(NamedTuple):
    """One column of a file that is understood: where it stands, what it is, how its plain numbers convert."""

    place: int
    column: Column
    scale: tuple[float, float]


def bare(name: str) -> str:
    """A header or name without what people vary: blanks, case, width, underscores, marks of required columns."""
    return _REQUIRED_MARK.sub("", _REQUIRED_MARK.sub("", _IGNORED_IN_NAMES.sub("", fold(name))))


@cache
def _columns(table: str) -> dict[str, Column]:
    """Column by bare header; canonical names win over other headers, earlier columns over later ones."""
    found: dict[str, Column] = {}
    for column in TABLES[table].columns:
        found[bare(column.name)] = column
    for column in TABLES[table].columns:
        for header in column.headers:
            found.setdefault(bare(header), column)
    return found


@cache
def _short(table: str) -> dict[str, Column]:
    """Columns that name a row of another table, by the header that people write for them: firm in place of firm_id."""
    named = [column for column in TABLES[table].columns if column.refers_to and column.name.endswith("_id")]
    found = {bare(column.name.removesuffix("_id")): column for column in named}
    return {header: column for header, column in found.items() if header not in _columns(table)}


@cache
def _written(table: str) -> dict[str, str]:
    """Each header as it is to be written, by its bare form."""
    columns = TABLES[table].columns
    return {bare(header): header for column in columns for header in (*column.headers, column.name)}


@cache
def _names() -> dict[str, Table]:
    found = {bare(table.name): table for table in TABLES.values()}
    for table in TABLES.values():
        for name in (table.name_zh, *table.also):
            found.setdefault(bare(name), table)
            found.setdefault(bare(name) + "表", table)
    return found


def find_table(name: str) -> Table | None:
    """The table that a file stem or sheet name means, in English or Chinese; None where it means none.

    Examples
    --------
    >>> find_table("企业环节").name, find_table("Firm Segments").name, find_table("draft")
    ('firm_segments', 'firm_segments', None)
    """
    return _names().get(bare(name))


def near_tables(name: str) -> str:
    """Table names that look like that one, for a message; all of them where none does."""
    near = difflib.get_close_matches(bare(name)[:60], list(_names()), n=3, cutoff=0.5)
    names = dict.fromkeys(_names()[found].name for found in near) or TABLES
    return ", ".join(f"{name} ({TABLES[name].name_zh})" for name in names)


def explains(name: str) -> bool:
    """Whether a file stem or sheet name says that it only explains."""
    return bare(name) in EXPLANATIONS


def find_column(table: Table, header: str) -> tuple[Column, str] | None:
    """The column a header means and the unit that stands with it; None where it means none.

    Examples
    --------
    >>> column, unit = find_column(TABLES["firms"], "* 营业收入(亿元)")
    >>> column.name, unit
    ('revenue_cny_m', '亿元')
    """
    return find_in(_columns(table.name), header)


def find_in(known: Mapping[str, Known], header: str) -> tuple[Known, str] | None:
    """What a header means among those that are known by their bare form, and the unit that stands with it."""
    plain = bare(header)
    if plain in known:
        return known[plain], ""
    bracket = _BRACKET.match(plain)
    if bracket and bracket[1] + bracket[3] in known:
        return known[bracket[1] + bracket[3]], bracket[2]
    if plain.endswith("%") and plain[:-1] in known:
        return known[plain[:-1]], "%"
    name, _, unit = plain.replace(":", "/").partition("/")
    return (known[name], unit) if unit and name in known else None


def stated_unit(header: str) -> str:
    """The unit of money that a header has in brackets; empty where it has none.

    Examples
    --------
    >>> stated_unit("年营收(万元)"), stated_unit("企业名称(全称)")
    ('万元', '')
    """
    bracket = _BRACKET.match(bare(header))
    return bracket[2] if bracket and bracket[2].endswith(("元", "美元")) else ""


def match_header(table: Table, header: Sequence[str]) -> tuple[list[Match], list[tuple[str, Problem]]]:
    """The columns of a file that are understood, and what is wrong with the others (header, problem).

    Raises
    ------
    Refusal
        When two headers mean the same column.
    """
    matches: list[Match] = []
    problems: list[tuple[str, Problem]] = []
    taken: dict[str, str] = {}
    every = [find_column(table, raw) if len(raw) <= 200 else None for raw in header]
    exact = {found[0].name for found in every if found}
    for place, (raw, found) in enumerate(zip(header, every, strict=True)):
        shown = clean(raw)
        if found is None and (short := _short(table.name).get(bare(raw[:200]))) and short.name not in exact:
            found = short, ""
        if found is None:
            if shown:
                near = difflib.get_close_matches(bare(raw)[:60], list(_columns(table.name)), n=1, cutoff=0.75)
                problem = (
                    Problem("near_column", {"near": _written(table.name)[near[0]]})
                    if near
                    else Problem("unknown_column")
                )
                problems.append((shown, problem))
            continue
        column, unit = found
        if column.name in taken:
            found_headers = f"{taken[column.name]} | {shown}"
            raise Refusal(Problem("duplicate_header", {"column": column.name}), found=found_headers)
        taken[column.name] = shown
        scale: tuple[float, float] | None = (1, 1)
        if unit and column.kind in _NUMERIC:
            scale = unit_scale(unit, column)
        if scale is None:
            problems.append((shown, Problem("header_unit", {"unit": unit, "wanted": column.unit or "-"})))
            continue
        matches.append(Match(place, column, scale))
    return matches, problems


def check_header(table: Table, rows: Sequence[tuple[int, Sequence[str]]], *, cut: bool = False) -> None:
    """Refuse rows whose first one (of the first few that hold anything) is not the header, or not the whole of it.

    ``cut``: whether the file was read no further than into its first row, which may have any number of columns.

    Raises
    ------
    Refusal
        When nothing looks like a header of that table, when it stands further down, or when it takes two rows.
    """
    if not rows:
        raise Refusal(Problem("empty_file"))
    if len(rows[0][1]) > MAX_COLUMNS:
        problem = "too_many_columns_at_least" if cut else "too_many_columns"
        raise Refusal(Problem(problem, {"columns": len(rows[0][1]), "limit": MAX_COLUMNS}))
    known = [sum(1 for cell in cells if cell and find_column(table, cell[:200])) for _, cells in rows]
    filled = [sum(1 for cell in cells if cell.strip()) for _, cells in rows]
    first = " | ".join(cell for cell in rows[0][1][:6] if cell)
    if known[0] == 0:
        for (number, _), count, cells in zip(rows[1:], known[1:], filled[1:], strict=True):
            if count >= 2 and 2 * count >= cells:
                raise Refusal(Problem("header_not_first", {"header_row": number}), rows[0][0], first)
        wanted = ", ".join(column.name for column in table.columns if column.required)
        raise Refusal(Problem("no_known_header", {"wanted": wanted}), rows[0][0], first)
    if len(rows) > 1 and known[1] >= 2 and 2 * known[1] >= filled[1]:
        raise Refusal(Problem("two_row_header"), rows[1][0], " | ".join(cell for cell in rows[1][1][:6] if cell))


_SUM = re.compile(r"(?:合计|总计|小计|共计|总数|平均(?:值|数)?)(?:[:(\d].*)?|共?计?\d+(?:家|户|个|条)(?:企业)?")
_REMARK = re.compile(
    r"(?:注|备注|说明|附注|(?:数据|资料)?来源|统计口径|填报单位|填表单位|制表单位|填报日期|制表日期|填表人|填报人|制表人?|审核人?"
    r"|单位负责人|联系人|联系电话)\d*[:.].*|注\d*[:.].*|第\d+页.*"
)
# Asked of every row before anything dearer is.
_MAY_END = re.compile(r"\s*(?:[合总小共平注备说附数资来统填制审单联第]|\d+\s*[家户个条])")
_REMARK_CELLS = 2  # a remark stands alone, or beside a date or another remark


def is_footer(cells: Sequence[str]) -> bool:
    """Whether a row ends a table rather than being of it: a sum, a remark, a source, a count.

    Examples
    --------
    >>> is_footer(["合 计", "", "12000"]), is_footer(["注：数据来源统计局", ""]), is_footer(["", "44家"])
    (True, True, True)
    >>> is_footer(["合计网络科技有限公司", "嘉兴"]), is_footer(["1", "注册会计师协会"])
    (False, False)
    """
    first = next((cell for cell in cells if cell and not cell.isspace()), "")
    if not _MAY_END.match(first) or len(first) > _LONGEST_REMARK:
        return False
    first = fold(first)
    filled = len({cell for cell in cells if cell and not cell.isspace()})  # merged cells repeat a remark
    return _SUM.fullmatch(first) is not None or (filled <= _REMARK_CELLS and _REMARK.fullmatch(first) is not None)
