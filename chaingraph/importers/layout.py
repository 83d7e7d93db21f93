"""Where the table stands in a file: title and notices, the header (one row or two), the rows, what is below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import pandas as pd

from chaingraph.importers.headings import PERSONAL, Headings
from chaingraph.importers.imported import COLUMN_USES
from chaingraph.importers.values import Rejected, as_rejects, read_cells, rejected, scale_of
from chaingraph.model.columns import DTYPES, Column
from chaingraph.reading.cells import clean, is_blank
from chaingraph.reading.delimited import Rows
from chaingraph.reading.grids import Grid, open_grids
from chaingraph.reading.headers import bare, is_footer
from chaingraph.reading.personal import personal
from chaingraph.reading.rejects import Problem, Refusal, shown

LOOK_AHEAD = 40  # rows in which the header is looked for
MANY = ("industry_name",)  # columns of ours that several of a file may fill
_LONGEST_HEADING = 60
_UNIT = re.compile(r"单位\s*[:：]\s*([^)）\s]+)")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Use:
    """What one column of a file is used for: its place, its header, the column of ours (empty: none), its unit."""

    place: int
    header: str
    column: str
    unit: str

    @property
    def kept(self) -> bool:
        """Whether its values are read."""
        return self.use == "read"

    @property
    def use(self) -> str:
        """One of `imported.USES`."""
        return "unused" if not self.column else "personal" if self.column == PERSONAL else "read"


@dataclass(frozen=True)
class Laid:
    """A table that was found in a file, its rows still to be read.

    ``label`` names file and sheet in messages; ``above`` is what stands above the header; ``fit`` how many columns of
    ours the header names, ``marks`` how many marks of the heading file were seen.
    """

    file: str
    label: str
    headings: Headings
    uses: tuple[Use, ...]
    width: int
    above: tuple[str, ...]
    marks: int
    rows: Rows
    strict: bool

    @property
    def fit(self) -> int:
        """How many columns of ours the header names."""
        return len({use.column for use in self.uses if use.column})

    def headers(self) -> dict[str, str]:
        """The header of each column that is kept, by our name of the column."""
        return {use.column: use.header for use in self.uses if use.kept}

    def unit_above(self) -> tuple[str, ...]:
        """The units that a title states for the whole table (单位：万元、人)."""
        return tuple(
            part for text in self.above for found in _UNIT.findall(text) for part in re.split("[、，,/;；]", found)
        )

    def impersonal(self, cells: Sequence[str]) -> bool:
        """Whether a whole row may be shown: the file has no personal column, no cell a mobile or private mail."""
        return not (any(use.column == PERSONAL for use in self.uses) or any(map(personal, cells)))


def read_columns_of(
    laid: Laid, frame: pd.DataFrame, columns: Mapping[str, Column], lang: str
) -> tuple[pd.DataFrame, list[pd.DataFrame], dict[str, pd.Series]]:
    """Known columns of some rows: values under our names (missing columns empty), rejects, about figures."""
    units, headers = laid.unit_above(), laid.headers()
    scales = {use.column: scale_of(columns[use.column], use.unit, units) for use in laid.uses if use.column in columns}
    out = pd.DataFrame({"row": frame["row"]})
    bad: list[pd.DataFrame] = []
    about: dict[str, pd.Series] = {}
    for name, column in columns.items():
        if name not in frame:
            out[name] = pd.Series(None, index=frame.index, dtype=DTYPES[column.kind])
            continue
        header = headers.get(name, name)
        out[name], rejects, guessed = read_cells(frame, name, column, scales.get(name), laid.label, header, lang)
        bad.append(rejects)
        if guessed.any():
            about[name] = guessed
    return out, bad, about


@dataclass(frozen=True)
class Part:
    """Some rows of a table, under our names, as text: ``row`` is the number in the file.

    ``rejects`` are rows that do not fit the header; ``passed`` rows that are no data (sums, remarks, headers again), by
    number; ``filled`` how many cells of each column of the file hold a value, in the order of `Laid.uses`.
    """

    laid: Laid
    frame: pd.DataFrame
    rejects: pd.DataFrame
    passed: tuple[int, ...]
    filled: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Rows of data, those that do not fit among them."""
        return len(self.frame) + len(self.rejects)


def find_tables(path: Path, candidates: Sequence[Headings], required: Sequence[str]) -> list[Laid]:
    """The tables of a file under the heading file that fits it best; sheets that hold no such table are left out.

    Parameters
    ----------
    path
        See `reading.grids.open_grids`.
    candidates
        Heading files, of which the one that names most columns is taken, marks first.
    required
        Columns of ours of which each table must have one.

    Raises
    ------
    Refusal
        When the file cannot be read, or no sheet has a header that names a required column.
    """

    def knows(cell: str) -> bool:
        return len(cell) <= _LONGEST_HEADING and any(each.find(cell) is not None for each in candidates)

    found: list[Laid] = []
    first: tuple[int, str] | None = None
    for grid in open_grids(path, knows):
        ahead = list(islice(grid.rows, LOOK_AHEAD))
        if not ahead:
            continue
        first = first or (ahead[0][0], " | ".join(cell for cell in ahead[0][1][:6] if cell))
        laid = [one for each in candidates if (one := _laid(path, grid, ahead, each, required)) is not None]
        if laid:
            best = max(laid, key=lambda one: (one.marks, one.fit))
            found.append(replace(best, rows=chain(best.rows, grid.rows)))
    if not found and first is None:
        raise Refusal(Problem("empty_file"), found=path.name)
    if not found and first is not None:
        wanted = " / ".join(sorted({_first_heading(each, column) for each in candidates for column in required} - {""}))
        raise Refusal(Problem("no_header_found", {"wanted": wanted, "rows": LOOK_AHEAD}), first[0], first[1])
    return found


def _first_heading(headings: Headings, column: str) -> str:
    places = sorted((place, heading) for heading, (known, place, _) in headings.known.items() if known == column)
    return next((heading for _, heading in places if not heading.isascii()), places[0][1] if places else "")


def _laid(
    path: Path, grid: Grid, ahead: Sequence[tuple[int, Sequence[str]]], headings: Headings, required: Sequence[str]
) -> Laid | None:
    """The table in the first rows of a grid under one heading file; None where they hold no header of it."""
    best: tuple[int, int, int, tuple[Use, ...], int] | None = None
    widest = max(len(set(filter(None, cells))) for _, cells in ahead)
    for place, (_, cells) in enumerate(ahead):
        below = ahead[place + 1][1] if place + 1 < len(ahead) else ()
        for names, deep in ((list(cells), 1), (_two_rows(cells, below), 2)):
            uses = _uses(names, headings)
            named = {use.column for use in uses if use.column}
            alone = len(uses) == 1 and widest > 1  # a title may be called as a column is
            if (
                alone
                or not named.intersection(required)
                or (deep == 2 and _is_data(uses, cells, below, required, headings))
            ):
                continue
            score = (len(named), -deep, -place, uses, place + deep)
            if best is None or score[:3] > best[:3]:
                best = score
    if best is None:
        return None
    uses, start = best[3], best[4]
    start += _more_header(ahead[start : start + 1], uses, required)
    top = -best[2]
    above = tuple(dict.fromkeys(clean(cell) for _, cells in ahead[:top] for cell in cells if cell.strip()))
    seen = " ".join((path.name, grid.sheet, *above, *(use.header for use in uses)))
    return Laid(
        path.name,
        f"{path.name} [{grid.sheet}]" if grid.sheet else path.name,
        headings,
        uses,
        max(use.place for use in uses) + 1,
        above,
        sum(mark in seen for mark in headings.marks),
        iter(ahead[start:]),
        grid.strict,
    )


def _two_rows(top: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of columns whose header takes two rows: what is merged above stands over several below."""
    names, over = [], ""
    for place in range(max(len(top), len(below))):
        upper = top[place] if place < len(top) else ""
        lower = below[place] if place < len(below) else ""
        over = upper if upper.strip() else over
        names.append(f"{over}\n{lower}" if lower.strip() and lower != over else upper)
    return names


def _uses(names: Sequence[str], headings: Headings) -> tuple[Use, ...]:
    """What each named column is used for; of several that mean the same the heading tried first, the newest year."""
    meant: list[tuple[int, str, tuple[str, int, str] | None]] = []
    for place, name in enumerate(names):
        upper, _, lower = name.rpartition("\n")
        tries = (lower, upper + lower, upper) if upper else (name,)
        found = next((one for one in map(headings.find, tries) if one is not None), None)
        if name.strip():
            meant.append((place, " ".join(name.split()), found))
    chosen: dict[str, tuple[int, int, int]] = {}
    for place, name, found in meant:
        if found is not None and found[0] not in (*MANY, PERSONAL):
            year = max(map(int, _YEAR.findall(name)), default=0)
            rank = (-year, found[1], place)
            chosen[found[0]] = min(rank, chosen.get(found[0], rank))
    taken = {(column, rank[2]) for column, rank in chosen.items()}
    return tuple(
        Use(place, clean(name), found[0], found[2])
        if found is not None and (found[0] in (*MANY, PERSONAL) or (found[0], place) in taken)
        else Use(place, clean(name), "", "")
        for place, name, found in meant
    )


def _is_data(
    uses: Sequence[Use], top: Sequence[str], below: Sequence[str], required: Sequence[str], headings: Headings
) -> bool:
    """Whether the second row already names a firm rather than columns; an empty one adds nothing either."""
    for use in uses:
        upper, cell = (row[use.place] if use.place < len(row) else "" for row in (top, below))
        if use.column in required and cell.strip() and cell != upper and headings.find(cell) is None:
            return True
    return not any(cell.strip() for cell in below)


def _more_header(rest: Sequence[tuple[int, Sequence[str]]], uses: Sequence[Use], required: Sequence[str]) -> int:
    """1 where the row below the header still belongs to it: no firm, no figure, only names of columns."""
    for _, cells in rest:
        firms = [cells[use.place] for use in uses if use.column in required and use.place < len(cells)]
        names = [cell for cell in cells if cell.strip()]
        if not any(cell.strip() for cell in firms) and len(names) > 1 and not any(map(str.isdigit, "".join(names))):
            return 0 if is_footer(cells) else 1
    return 0


def read_parts(laid: Laid, required: str, size: int, lang: str) -> Iterator[Part]:
    """The rows of a table, so many at a time; at least one part, empty where there is no row.

    Parameters
    ----------
    laid
        A table; its rows are used up.
    required
        The column that tells a header that is repeated further down.
    size
        Rows of a part.
    lang
        Language of rejects.
    """
    kept = [use for use in laid.uses if use.kept]
    own = next((use for use in laid.uses if use.column == required), None)
    names = list(dict.fromkeys(use.column for use in kept))
    first = True
    while True:
        numbers: list[int] = []
        rows: list[Sequence[str]] = []
        passed: list[int] = []
        bad: list[Rejected] = []
        for number, cells in islice(laid.rows, size):
            row = cells if len(cells) >= laid.width else [*cells, *[""] * (laid.width - len(cells))]
            if is_footer(cells) or (own is not None and bare(row[own.place][:200]) == bare(own.header)):
                passed.append(number)
            elif laid.strict and any(cell.strip() for cell in cells[laid.width :]):
                said = " | ".join(cells) if laid.impersonal(cells) else "***"
                bad.append(rejected(laid.label, number, "", said, Problem("too_many_in_row"), lang))
            else:
                numbers.append(number)
                rows.append(row)
        if not (numbers or passed or bad or first):
            return
        first = False
        held = {use.place: [row[use.place].strip() for row in rows] for use in laid.uses}
        frame = pd.DataFrame({"row": pd.Series(numbers, dtype="int64")})
        for name in names:
            columns = [held[use.place] for use in kept if use.column == name]
            cells_of = (
                columns[0]
                if len(columns) == 1
                else [" / ".join(filter(None, row)) for row in zip(*columns, strict=True)]
            )
            frame[name] = pd.Series([cell or None for cell in cells_of], dtype="str")
        rejects = as_rejects(bad)
        yield Part(laid, frame, rejects, tuple(passed), tuple(_filled(held[use.place]) for use in laid.uses))


def _filled(cells: Sequence[str]) -> int:
    """How many cells hold a value; a dash holds none."""
    return len(cells) - sum(map(is_blank, cells))


def uses_table(laid: Laid, filled: Sequence[int]) -> pd.DataFrame:
    """What became of each column of a table, as `Imported.columns`."""
    rows = [
        (laid.label, shown(use.header, 60), use.use, use.column if use.kept else "", count)
        for use, count in zip(laid.uses, filled, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMN_USES))
