"""A back-test's result as files: JSON with every figure, and a picture of the methods with their intervals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from chaingraph.backtest.gap_forecast import GapTest, gaps_as_json
from chaingraph.backtest.protocol import BackTest, as_json
from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.writers.files import write_bytes

_ROW, _LEFT, _WIDTH = 26, 300, 420
_FROM, _TO = 0.45, 0.75


def write_backtest(result: BackTest | GapTest, path: Path) -> None:
    """Write all figures of a back-test as JSON; the same result gives the same bytes.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    write_figures(as_json(result) if isinstance(result, BackTest) else gaps_as_json(result), path)


def stored_figures(path: Path) -> dict[str, Any] | None:
    """What an earlier back-test wrote there, with its rivals; None where there is no such file."""
    from chaingraph.backtest.methods import RIVALS

    path = Path(path)
    if not path.is_file():
        return None
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # another file, which is about to be replaced
        return None
    methods = {row.get("method") for row in held.get("summary") or []} if isinstance(held, dict) else set()
    return held if "logistic" in methods and methods & set(RIVALS) else None


def write_figures(held: Mapping[str, Any], path: Path) -> None:
    """Write plain figures as JSON, or refuse with the reason (`StoreError`)."""
    content = json.dumps(held, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_bytes(content.encode("utf-8"), Path(path))


def markdown_table(stored: Mapping[str, Any], *, pool: str = "A", lang: str = "zh") -> str:
    """The methods of a stored result (`as_json`) as a table for a document, the gap to the reference in points.

    One row is one method: AUROC with its 95 % interval over cities, recall in the first 50 and 100, gap with interval.
    """
    lines = [text("backtest.table_head", lang), "|---|---|---|---|---|"]
    for row in stored["summary"]:
        if row["pool"] != pool:
            continue
        gap = "" if row.get("gap") is None else f"{row['gap']:+.3f} [{row['gap_low']:+.3f}, {row['gap_high']:+.3f}]"
        name = text(f"backtest.method_{row['method']}", lang)
        lines.append(
            f"| {name} | {row['auroc']:.3f} [{row['auroc_low']:.3f}, {row['auroc_high']:.3f}] "
            f"| {row['recall50']:.3f} | {row['recall100']:.3f} | {gap} |"
        )
    return "\n".join(lines) + "\n"


def units_table(stored: Mapping[str, Any], *, part: str, lang: str = "zh") -> str:
    """The methods of a stored protocol on units (`units_as_json`) as a table for a document, dev or held-out cities.

    One row is one method: AUROC at the same date with its 95 % interval over cities, within the province where that was
    measured, recall in the first 50 and 100, gain over the reference paired by city with interval.
    """
    lines = [text("backtest.units_head", lang), "|---|---|---|---|---|---|"]
    for row in stored["summary"]:
        if row["set"] == part:
            province = row.get("same_province")
            lines.append(
                f"| {text('backtest.method_' + row['method'], lang)} "
                f"| {row['same_year']:.3f} [{row['same_year_low']:.3f}, {row['same_year_high']:.3f}] "
                f"| {'' if province is None else f'{province:.3f}'} | {row['recall50']:.3f} | {row['recall100']:.3f} "
                f"| {row['gain']:+.3f} [{row['gain_low']:+.3f}, {row['gain_high']:+.3f}] |"
            )
    return "\n".join(lines) + "\n"


def gap_table(stored: Mapping[str, Any], *, split: str = "temporal", lang: str = "zh") -> str:
    """The methods of a stored gap forecast (`gaps_as_json`) as a table for a document.

    One row is one method: AUROC over all pairs, average precision, mean AUROC within a city, share of the first twenty
    absent industries of a city that got a firm, gain within the city over size and popularity with its interval.
    """
    lines = [text("backtest.gap_table_head", lang), "|---|---|---|---|---|---|"]
    for row in stored["summary"]:
        if row["split"] == split:
            name = text(f"backtest.method_{row['method']}", lang)
            lines.append(
                f"| {name} | {row['pooled']:.3f} | {row['precision']:.3f} | {row['within']:.3f} | {row['first20']:.3f} "
                f"| {row['gain']:+.3f} [{row['gain_low']:+.3f}, {row['gain_high']:+.3f}] |"
            )
    return "\n".join(lines) + "\n"


def write_plot(result: BackTest, path: Path, *, lang: str = "zh") -> None:
    """Draw the AUROC of every method with its 95 % interval over cities (pool A) as SVG.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    rows = result.summary[result.summary["pool"] == "A"].reset_index(drop=True)
    height = _ROW * (len(rows) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 80}" height="{height}" '
        f'font-family="sans-serif" font-size="13" role="img"><title>AUROC, {escape(result.protocol)}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
    ]
    for tick in (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75):
        x = _x(tick)
        stroke = "#888" if tick == 0.5 else "#ddd"
        parts.append(f'<line x1="{x}" y1="10" x2="{x}" y2="{height - _ROW}" stroke="{stroke}"/>')
        parts.append(f'<text x="{x}" y="{height - 8}" text-anchor="middle" fill="#333">{tick:.2f}</text>')
    for number, row in enumerate(rows_of(rows)):
        y = _ROW * (number + 1)
        name = escape(text(f"backtest.method_{row['method']}", lang))
        weight = ' font-weight="bold"' if row["method"] == "score" else ""
        parts.append(f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end"{weight}>{name}</text>')
        parts.append(
            f'<line x1="{_x(row["auroc_low"])}" y1="{y}" x2="{_x(row["auroc_high"])}" y2="{y}" stroke="#27506e" '
            f'stroke-width="2"/><circle cx="{_x(row["auroc"])}" cy="{y}" r="4" fill="#27506e"/>'
            f'<text x="{_LEFT + _WIDTH + 12}" y="{y + 4}">{row["auroc"]:.3f}</text>'
        )
    parts.append("</svg>\n")
    write_bytes("\n".join(parts).encode("utf-8"), Path(path))


def _x(value: float) -> str:
    inside = min(max(value, _FROM), _TO)
    return f"{_LEFT + _WIDTH * (inside - _FROM) / (_TO - _FROM):.1f}"
