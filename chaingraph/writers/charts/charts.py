"""Charts for reports, as SVG or PNG: gap matrix, targets with bands, waterfall of a score, share of tiers.

`charts.panorama` draws the chain itself, and where its firms sit.

Legible in black and white: every colour has its own hatch or stands beside its number.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chaingraph.errors import StoreError, UnknownNameError
from chaingraph.labels import both, near_told, text
from chaingraph.model.columns import STAGES
from chaingraph.model.findings import Findings
from chaingraph.places.regions import place_text
from chaingraph.wording.firm import find_listed
from chaingraph.wording.phrases import number, place_said
from chaingraph.writers.charts.data import chain_names, open_segments, tier_caption, tier_counts
from chaingraph.writers.charts.figure import new_figure
from chaingraph.writers.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")
_BLUE, _RED, _GREY = "#1b3a5c", "#b4442f", "#8a949e"
_HATCHES = ("", "//", "..", "xx", "\\\\", "--", "oo", "++", "||", "**")


def gap_matrix(findings: Findings, *, lang: str = "zh") -> Figure:
    """How many segments of each chain have no known local firm, by stage?

    How to read it: a dark cell is a stage of a chain that is mostly open; the fraction says how many of how many. What
    to do: look the dark cells up in the gap list, and ask before recruiting (待核清单).

    Parameters
    ----------
    findings
        What a survey found.
    lang
        Language of captions and names: zh or en.

    Returns
    -------
    Figure
        Matplotlib's, for `write_chart`; a notebook shows it as it is.

    Raises
    ------
    MissingExtraError
        When matplotlib (``pip install 'chaingraph[charts]'``) or a font with Chinese characters is not installed.

    Notes
    -----
    Share of a cell = segments in the states missing, none_known and unknown / all segments of that stage and chain
    (`charts.data.open_segments`), 0 to 1; "–" where the chain has no segment at that stage. States: `find_gaps`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> [cell.get_text() for cell in gap_matrix(found).axes[0].texts]
    ['2 / 3', '2 / 3', '0 / 2']
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

    Parameters
    ----------
    findings
        What a survey found.
    chain_id
        Id of the chain.
    top
        How many firms, from the top of the list.
    lang
        Language of captions and names: zh or en.

    Returns
    -------
    Figure
        Matplotlib's, for `write_chart`; a notebook shows it as it is.

    Raises
    ------
    UnknownNameError
        When no chain of that id was surveyed; the message lists the ids there are.
    MissingExtraError
        When matplotlib (``pip install 'chaingraph[charts]'``) or a font with Chinese characters is not installed.

    Notes
    -----
    The bars are fit_lift = exp(S), a multiple of what is usual (1: the dotted line); 0 is drawn where it is not known.
    The lines run from fit_low to fit_high and are left out where the survey drew no bands (``draws=0``). Formula of S
    and of the bands: `survey`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> axes = target_bars(found, "ES", top=2, lang="en").axes[0]
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['1  Constructed Geng …', '2  Constructed Ji Se…']
    """
    if chain_id not in (chains := chain_names(findings, lang)):
        raise UnknownNameError(both("errors.no_chain", name=repr(chain_id[:80]), near=near_told(chains)))
    rows = findings.targets[lang]
    rows = rows[(rows["chain_id"] == chain_id) & (rows["candidate_list"] == "new")].head(top)
    figure, axes = new_figure(8, 0.3 * max(4, len(rows)) + 1.6)
    places = np.arange(len(rows))[::-1]
    axes.barh(places, rows["fit_lift"].fillna(0), color="#c9d5e1", edgecolor=_BLUE)
    known = rows["fit_low"].notna().to_numpy()
    axes.hlines(places[known], rows["fit_low"][known], rows["fit_high"][known], color=_BLUE, linewidth=2)
    axes.axvline(1, color=_GREY, linestyle=":")
    firms = rows["firm_en"].fillna(rows["firm"]) if lang == "en" else rows["firm"]
    axes.set_yticks(
        places, [f"{place_said(rank)}  {_short(firm)}" for rank, firm in zip(rows["rank"], firms, strict=True)]
    )
    axes.set_title(text("charts.bars_title", lang, chain=chains[chain_id], count=len(rows)), loc="left", color=_BLUE)
    axes.set_xlabel(text("charts.bars_axis", lang), color=_GREY)
    return figure


def score_waterfall(findings: Findings, firm: str, *, chain_id: str | None = None, lang: str = "zh") -> Figure:
    """What does a firm's fit consist of?

    How to read it: each bar starts where the one before ended; the last is the sum S, and exp(S) the lift.

    Parameters
    ----------
    findings
        What a survey found.
    firm
        Id, name, or a part of a name that only one listed firm bears.
    chain_id
        The chain; None: that of the firm's first row.
    lang
        Language of captions and names: zh or en.

    Returns
    -------
    Figure
        Matplotlib's, for `write_chart`; a notebook shows it as it is.

    Raises
    ------
    UnknownNameError
        When no listed firm, or more than one, is meant; similar names are listed.
    MissingExtraError
        When matplotlib (``pip install 'chaingraph[charts]'``) or a font with Chinese characters is not installed.

    Notes
    -----
    S is the sum of the contributions in ``Findings.terms`` (no unit, may be negative: hatched); under each number
    stands its factor exp(contribution). Terms, weights and sources: `survey`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> axes = score_waterfall(found, "Constructed Geng", lang="en").axes[0]
    >>> [note.get_text().split() for note in axes.texts][-1]
    ['-0.59', '×0.56']
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
        axes.annotate(
            said,
            (bar.get_x() + bar.get_width() / 2, upper),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
        )
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
    gap = min(
        (place for place, letter in enumerate(name) if letter == " "),
        key=lambda place: abs(place - middle),
        default=middle,
    )
    return f"{name[:gap]}\n{name[gap:].lstrip()}"


def tier_shares(findings: Findings, *, lang: str = "zh") -> Figure:
    """Which lists are the new targets of each chain on? Each firm counts once, under the first of its lists.

    How to read it: a bar is a chain, its parts add up to 100 %; "none" are firms on no list.

    Parameters
    ----------
    findings
        What a survey found.
    lang
        Language of captions and names: zh or en.

    Returns
    -------
    Figure
        Matplotlib's, for `write_chart`; a notebook shows it as it is.

    Raises
    ------
    MissingExtraError
        When matplotlib (``pip install 'chaingraph[charts]'``) or a font with Chinese characters is not installed.

    Notes
    -----
    Share = new targets whose first list it is / all new targets of the chain, 0 to 1; the lists in the order global500,
    china500, mnc, hidden_champion, little_giant, champion, unicorn, soe, listed (`charts.data.tier_counts`). A chain
    without targets has no bar.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> [f"{bar.get_width():.2f}" for bar in tier_shares(found).axes[0].patches]
    ['0.08', '0.08', '0.08', '0.25', '0.50']
    """
    counts = tier_counts(findings, lang).sort_index(ascending=False)
    names = chain_names(findings, lang)
    chains = [names[chain] for chain in counts.index]
    shares = counts.div(counts.sum(axis="columns"), axis="index")
    height = 0.42 * len(chains) + 2.2
    figure, axes = new_figure(8.5, height)
    left = np.zeros(len(chains))
    greys = np.linspace(0.35, 0.95, len(shares.columns))
    for index, (tier, width) in enumerate(shares.items()):
        axes.barh(
            chains,
            width,
            left=left,
            label=tier_caption(str(tier), lang),
            color=str(greys[index]),
            edgecolor="black",
            linewidth=0.5,
            hatch=_HATCHES[index],
        )
        left += width.to_numpy()
    axes.set_xlim(0, 1)
    axes.set_title(text("charts.tiers_title", lang), loc="left", color=_BLUE)
    axes.set_xlabel(text("charts.tiers_axis", lang), color=_GREY)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.margins(y=0.02)
    axes.legend(ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.75 / (height - 1.4)), frameon=False, fontsize=8)
    return figure


def write_chart(figure: Figure, path: str | Path) -> None:
    """Write a chart as SVG, PNG or PDF, by the ending of the path; the same chart gives the same bytes.

    Parameters
    ----------
    figure
        A chart, as `gap_matrix` and the others draw it.
    path
        The file to write: ``.svg``, ``.png`` (144 dots per inch) or ``.pdf``; it is written whole or not at all.

    Raises
    ------
    StoreError
        When the file has another ending or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_chart(gap_matrix(found), Path(folder, "gaps.svg"))
    ...     Path(folder, "gaps.svg").read_bytes()[:5]
    b'<?xml'
    """
    path, form = Path(path), ending(path)
    date = {"svg": {"Date": None}, "png": {"Software": None}, "pdf": {"CreationDate": None}}
    with whole_file(path) as place:
        figure.savefig(place, format=form, bbox_inches="tight", dpi=144, metadata=date[form])


def ending(path: str | Path) -> str:
    """The format that a picture's name asks for.

    Raises
    ------
    StoreError
        When it is none of `FORMATS`.
    """
    found = Path(path).suffix.lower()
    if found not in FORMATS:
        raise StoreError(both("charts.bad_format", path=path, formats=", ".join(FORMATS)))
    return found.removeprefix(".")


def _short(name: str, most: int = 18) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
