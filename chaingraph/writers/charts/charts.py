"""Charts for reports, as SVG or PNG: gap matrix, targets with bands, waterfall of a score, share of tiers.

`charts.panorama` draws the chain itself, and where its firms sit.

Legible in black and white: every colour has its own hatch or stands beside its number.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chaingraph.errors import MissingExtraError
from chaingraph.labels import both, text
from chaingraph.model.columns import STAGES
from chaingraph.model.findings import Findings
from chaingraph.places.regions import place_text
from chaingraph.wording.firm import find_listed
from chaingraph.wording.phrases import number
from chaingraph.writers.charts.data import chain_names, open_segments, tier_caption, tier_counts
from chaingraph.writers.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei",
          "WenQuanYi Micro Hei")  # fmt: skip
FORMATS = (".svg", ".png", ".pdf")
_BLUE, _RED, _GREY = "#1b3a5c", "#b4442f", "#8a949e"
_HATCHES = ("", "//", "..", "xx", "\\\\", "--", "oo", "++", "||", "**")


def gap_matrix(findings: Findings, *, lang: str = "zh") -> Figure:
    """How many segments of each chain have no known local firm, by stage?

    How to read it: a dark cell is a stage of a chain that is mostly open; the fraction says how many of how many. What
    to do: look the dark cells up in the gap list, and ask before recruiting (待核清单).
    """
    counts = open_segments(findings, lang)
    chains = chain_names(findings, lang)
    figure, axes = new_figure(7.5, 0.45 * len(chains) + 1.8)
    open_, total = (counts[column].to_numpy().reshape(len(chains), len(STAGES)) for column in ("open", "total"))
    shares = open_ / np.maximum(1, total)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for row, column in np.ndindex(shares.shape):
        count = total[row, column]
        said = f"{open_[row, column]} / {count}" if count else "–"
        axes.text(column, row, said, ha="center", va="center", color="white" if shares[row, column] > 0.75 else _BLUE)
    axes.set_xticks(range(len(STAGES)), [text(f"codes.stage_{stage}", lang) for stage in STAGES])
    axes.set_yticks(range(len(chains)), list(chains.values()))
    axes.set_title(text("charts.matrix_title", lang, region=place_text(findings.region, lang)), loc="left", color=_BLUE)
    axes.set_xlabel(text("charts.matrix_note", lang), color=_GREY)
    axes.tick_params(length=0)
    return figure


def target_bars(findings: Findings, chain_id: str, *, top: int = 20, lang: str = "zh") -> Figure:
    """How do the first targets of a chain compare in fit, and how sure is that?

    How to read it: the bar is the lift, the line its 10-90 % band over draws of the local firms; overlapping lines mean
    that the data cannot tell the firms apart. Bars stand in list order, which weighs more than fit.
    """
    rows = findings.targets[lang]
    rows = rows[(rows["chain_id"] == chain_id) & (rows["candidate_list"] == "new")].head(top)
    figure, axes = new_figure(8, 0.3 * max(4, len(rows)) + 1.6)
    places = np.arange(len(rows))[::-1]
    axes.barh(places, rows["fit_lift"].fillna(0), color="#c9d5e1", edgecolor=_BLUE)
    known = rows["fit_low"].notna().to_numpy()
    axes.hlines(places[known], rows["fit_low"][known], rows["fit_high"][known], color=_BLUE, linewidth=2)
    axes.axvline(1, color=_GREY, linestyle=":")
    axes.set_yticks(places, [f"{rank}  {_short(firm)}" for rank, firm in zip(rows["rank"], rows["firm"], strict=True)])
    chain = rows["chain"].iloc[0] if len(rows) else chain_id
    axes.set_title(text("charts.bars_title", lang, chain=chain, count=len(rows)), loc="left", color=_BLUE)
    axes.set_xlabel(text("charts.bars_axis", lang), color=_GREY)
    return figure


def score_waterfall(findings: Findings, firm: str, *, chain_id: str | None = None, lang: str = "zh") -> Figure:
    """What is a firm's fit added up from?

    How to read it: each bar starts where the one before ended; the last is the sum S, and exp(S) the lift.
    """
    rows = findings.targets[lang] if chain_id is None else findings.targets[lang].query("chain_id == @chain_id")
    firm_id = find_listed(rows, firm)
    row = rows[rows["firm_id"] == firm_id].iloc[0]
    terms = findings.terms
    mine = terms[(terms["list"] == "main") & (terms["chain_id"] == row["chain_id"]) & (terms["firm_id"] == firm_id)]
    values = mine["contribution"].to_numpy(dtype=float)
    starts = np.concatenate([[0.0], np.cumsum(values)[:-1]]) if len(values) else np.zeros(0)
    total = float(values.sum())
    names = [_folded(text(f"codes.term_{term}", lang)) for term in mine["term"]] + [text("charts.waterfall_sum", lang)]
    figure, axes = new_figure(8, 3.9)
    heights, bottoms = [*values, total], [*starts, 0.0]
    colours = [_BLUE if value >= 0 else _RED for value in values] + [_GREY]
    places = np.arange(len(names))
    bars = axes.bar(places, heights, bottom=bottoms, color=colours, edgecolor="black", linewidth=0.6, width=0.62)
    for bar, value in zip(bars, heights, strict=True):
        if value < 0:
            bar.set_hatch("//")
        upper = max(bar.get_y(), bar.get_y() + bar.get_height())
        said = f"{value:+.2f}\n×{number(float(np.exp(value)), 2)}"
        axes.annotate(said, (bar.get_x() + bar.get_width() / 2, upper), xytext=(0, 2), textcoords="offset points",
                      ha="center", va="bottom", fontsize=9)  # fmt: skip
    ends = np.cumsum([0.0, *values])
    for place, end in enumerate(ends[1:]):
        axes.plot([place + 0.31, place + 0.69], [end, end], color="black", linewidth=0.6, linestyle=":")
    low, high = min(0.0, *ends), max(0.0, *ends)
    axes.set_ylim(low - 0.05 * (high - low or 1), high + 0.28 * (high - low or 1))
    axes.set_xticks(places, names)
    axes.axhline(0, color="black", linewidth=0.8)
    name = row["firm_en"] if lang == "en" and isinstance(row["firm_en"], str) else row["firm"]
    title = text("charts.waterfall_title", lang, firm=name, chain=row["chain"])
    axes.set_title(title, loc="left", color=_BLUE, pad=14)
    reading = text("charts.waterfall_reading", lang, total=number(total, 2), lift=number(float(np.exp(total)), 2))
    axes.set_xlabel(reading, color="black", loc="left", labelpad=10, fontsize=9)
    axes.set_ylabel(text("charts.waterfall_axis", lang), color=_GREY, fontsize=9)
    return figure


def _folded(name: str) -> str:
    """A name on two lines, where it is long: under a bar there is little room."""
    if len(name) <= 8 or (name.isascii() and len(name) <= 14):
        return name
    middle = len(name) // 2
    if not name.isascii():
        return f"{name[:middle]}\n{name[middle:]}"
    gap = min((place for place, letter in enumerate(name) if letter == " "), key=lambda place: abs(place - middle),
              default=middle)  # fmt: skip
    return f"{name[:gap]}\n{name[gap:].lstrip()}"


def tier_shares(findings: Findings, *, lang: str = "zh") -> Figure:
    """Which lists are the new targets of each chain on? Each firm counts once, under the first of its lists."""
    counts = tier_counts(findings, lang).sort_index(ascending=False)
    names = chain_names(findings, lang)
    chains = [names[chain] for chain in counts.index]
    shares = counts.div(counts.sum(axis="columns"), axis="index")
    height = 0.42 * len(chains) + 2.2
    figure, axes = new_figure(8.5, height)
    left = np.zeros(len(chains))
    greys = np.linspace(0.35, 0.95, len(shares.columns))
    for index, (tier, width) in enumerate(shares.items()):
        axes.barh(chains, width, left=left, label=tier_caption(str(tier), lang), color=str(greys[index]),
                  edgecolor="black", linewidth=0.5, hatch=_HATCHES[index])  # fmt: skip
        left += width.to_numpy()
    axes.set_xlim(0, 1)
    axes.set_title(text("charts.tiers_title", lang), loc="left", color=_BLUE)
    axes.set_xlabel(text("charts.tiers_axis", lang), color=_GREY)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.margins(y=0.02)
    axes.legend(ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.75 / (height - 1.4)), frameon=False, fontsize=8)
    return figure


def write_chart(figure: Figure, path: str | Path) -> None:
    """Write a chart; the ending says whether SVG, PNG or PDF. Bytes are the same for the same chart.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    path = Path(path)
    date = {"svg": {"Date": None}, "png": {"Software": None}, "pdf": {"CreationDate": None}}
    form = path.suffix.removeprefix(".").lower()
    with whole_file(path) as place:
        figure.savefig(place, format=form, bbox_inches="tight", dpi=144, metadata=date.get(form))


def _short(name: str, most: int = 18) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def new_figure(width: float, height: float) -> tuple[Figure, Any]:
    """A figure of its own, outside any window system, in a font that has Chinese."""
    try:
        import matplotlib as mpl
        from matplotlib import font_manager
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_charts")) from error
    installed = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in _FONTS if name in installed), None)
    if font is None:
        raise MissingExtraError(both("charts.no_font"))
    mpl.rcParams.update({"font.family": [font, "DejaVu Sans"], "axes.unicode_minus": False})
    mpl.rcParams.update({"svg.hashsalt": "chaingraph", "hatch.linewidth": 0.5})
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes
