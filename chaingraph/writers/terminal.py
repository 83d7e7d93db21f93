"""Tables on a terminal: aligned for Chinese text, cut to the width of the screen, nothing that steers the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.columns import is_missing
from chaingraph.writers.cell_text import shown_width
from chaingraph.writers.harmless import clean_text

_GAP = "  "


def table_text(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None = None, most: int = 44
) -> str:
    """A table as lines of text, columns aligned.

    Parameters
    ----------
    header, rows
        Texts; a cell shows its first line.
    width
        Characters of a line; the widest columns are cut until the table fits. None: as wide as it is.
    most
        Characters of a column at most.

    Examples
    --------
    >>> print(table_text(["环节", "n"], [["硅片", "1"], ["逆变器", "12"]]))
    环节    n
    硅片    1
    逆变器  12
    """
    lines = [[_first_line(cell) for cell in row] for row in (header, *rows)]
    widths = [min(most, int(max(shown_width(row[place]) for row in lines))) for place in range(len(header))]
    while width is not None and sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return "\n".join(_GAP.join(map(_padded, row, widths)).rstrip() for row in lines)


def shown_table(
    frame: pd.DataFrame,
    columns: Sequence[str],
    lang: str,
    *,
    width: int | None = None,
    captions: Mapping[str, str] | None = None,
) -> str:
    """Columns of a table as lines of text, captioned as in the workbook or as given; an empty cell is not known."""
    given = captions or {}
    header = [given[column] if column in given else text(f"workbook.column_{column}", lang) for column in columns]
    cells = [[_cell(value, lang) for value in frame[column].astype(object).tolist()] for column in columns]
    return table_text(header, list(zip(*cells, strict=True)), width=width)


def _cell(value: object, lang: str) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return text(f"workbook.{'yes' if value else 'no'}", lang)
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _first_line(cell: str) -> str:
    return " ".join(clean_text(cell.split("\n")[0]).split())


def _padded(cell: str, width: int) -> str:
    while shown_width(cell) > width:
        cell = cell[:-2] + "…" if cell.endswith("…") else cell[:-1] + "…"
        if cell == "…":
            break
    return cell + " " * int(width - shown_width(cell))


def band(lift: float, low: float, high: float) -> str:
    """A fit with its band as the terminal shows it; empty where there is no basis.

    Examples
    --------
    >>> band(2.74, 1.81, 3.94), band(1.2, float("nan"), float("nan")), band(float("nan"), 1, 2)
    ('2.7 (1.8–3.9)', '1.2', '')
    """
    if is_missing(lift):  # NaN: no basis
        return ""
    return f"{lift:.1f}" if is_missing(low) else f"{lift:.1f} ({low:.1f}–{high:.1f})"
