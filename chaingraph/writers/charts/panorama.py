"""Pictures of a chain: the panorama in three lanes, and where its local firms sit. Legible in black and white."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.columns import STAGES
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_STATES
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import names_by_id, run_day
from chaingraph.writers.cell_text import code_text, shown_width
from chaingraph.writers.charts.data import (
    chain_names,
    district_counts,
    first_targets,
    local_line,
    makers_by_segment,
)
from chaingraph.writers.charts.figure import new_figure
from chaingraph.writers.workbook.sheet import STATE_COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _GREY = "#1b3a5c", "#6b7680"
# The fewer local firms, the denser the hatch: the states stay apart on a black and white print.
_HATCH = {
    "missing": "xxx",
    "none_known": "///",
    "unknown": "...",
    "thin": "\\\\",
    "weak": "--",
    "present_unlisted": "|",
}
_WIDE, _HIGH, _LANE, _ROW = 3.9, 0.78, 5.0, 1.0  # of a box, and from one to the next


def panorama(findings: Findings, graph: ChainGraph, chain: str, *, lang: str = "zh") -> Figure:
    """What does the whole chain look like, and where is it open?

    How to read it: three lanes, goods flow to the right; a box is a segment, its colour and hatch the state, the second
    line the number of local firms with the first of them, the third the first target. White stripes or crosses mean
    that no local firm is known. What to do: ask about the hatched boxes before recruiting for them (待核清单).

    Parameters
    ----------
    findings
        What a survey found.
    graph
        The graph that was surveyed.
    chain
        Name or id of the chain.
    lang
        Language of captions and names: zh or en.

    Returns
    -------
    Figure
        Matplotlib's, for `write_chart`; a notebook shows it as it is.

    Raises
    ------
    UnknownNameError
        When there is no such chain; similar names are listed.
    MissingExtraError
        When matplotlib (``pip install 'chaingraph[charts]'``) or a font with Chinese characters is not installed.

    Notes
    -----
    The number is ``found`` of `find_gaps`: local firms that make it here, or are building to. ★ marks a chokepoint or a
    segment of high value. Arrows are the links of kind ``feeds``; states and their sources: `find_gaps`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> axes = panorama(found, graph, "储能", lang="en").axes[0]
    >>> [line.get_text() for line in axes.texts[4:7]]
    ['Separators ★', '0 here', 'First target: Constructed Geng Separators']
    """
    chain_id = graph.chain_id(chain)
    gaps = findings.gaps[lang]
    gaps = gaps[gaps["chain_id"] == chain_id].sort_values("segment_id", kind="stable")
    lanes = {stage: rows_of(gaps[gaps["stage"] == stage]) for stage in STAGES}
    tallest = max(1, *(len(rows) for rows in lanes.values()))
    figure, axes = new_figure(15.4, 0.62 * tallest + 1.9)
    makers, targets = makers_by_segment(findings, graph, lang), first_targets(findings, chain_id, lang)
    places: dict[str, tuple[float, float]] = {}
    for lane, (stage, rows) in enumerate(lanes.items()):
        left = lane * _LANE
        axes.text(
            left + _WIDE / 2, 0.55, code_text("stage", stage, lang), ha="center", fontsize=13, weight="bold", color=_INK
        )
        for number, row in enumerate(rows):
            top = -number * _ROW * tallest / max(1, len(rows)) if len(rows) > 1 else -_ROW * (tallest - 1) / 2
            places[row["segment_id"]] = (left, top - _HIGH / 2)
            _box(axes, row, left, top, makers.get(row["segment_id"]), targets.get(row["segment_id"]), lang)
    _feeds(axes, graph, places)
    _legend(axes, [state for state in GAP_STATES if (gaps["state"] == state).any()], tallest, lang)
    axes.set_xlim(-0.5, 2 * _LANE + _WIDE + 0.5)
    axes.set_ylim(-tallest * _ROW - 0.55, 1.0)
    axes.set_axis_off()
    name = names_by_id(graph, "chains", lang).get(chain_id, chain_id)
    region = place_text(findings.region, lang)
    title = text(
        "charts.panorama_title", lang, region=region, chain=name, date=run_day(findings.data_date, findings.as_of, lang)
    )
    axes.set_title(title, loc="left", color=_INK, fontsize=15)
    return figure


def _box(
    axes: Any, row: Mapping[Any, Any], left: float, top: float, firms: list[str] | None, target: str | None, lang: str
) -> None:
    from matplotlib.patches import Rectangle

    ground, ink = STATE_COLOURS[row["state"]]
    corner = (left, top - _HIGH)
    hatch = _HATCH.get(row["state"])
    axes.add_patch(Rectangle(corner, _WIDE, _HIGH, facecolor=ground, edgecolor=_GREY, hatch=hatch, lw=0, zorder=2))
    axes.add_patch(Rectangle(corner, _WIDE, _HIGH, facecolor="none", edgecolor=ink, linewidth=1.1, zorder=3))
    said = local_line(row, firms or [], lang)
    mark = " ★" if row["chokepoint"] is True or row["high_value"] is True else ""
    lines = [(str(row["segment"]) + mark, 10.5, "bold"), (said, 8, "normal")]
    if target:
        lines.append((text("charts.panorama_target", lang, firm=target), 8, "normal"))
    for place, (line, size, weight) in enumerate(lines):
        # A white ground under the letters: no hatch runs through them.
        axes.text(
            left + 0.1,
            top - 0.17 - 0.22 * place,
            _cut(line, 540 / size),
            fontsize=size,
            weight=weight,
            va="center",
            color="black",
            zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
        )


def _feeds(axes: Any, graph: ChainGraph, places: dict[str, tuple[float, float]]) -> None:
    """Goods that flow between two segments of the chain, as thin arrows under the boxes."""
    from matplotlib.patches import FancyArrowPatch

    links = graph["segment_links"]
    links = links[links["kind"] == "feeds"].sort_values(["from_segment_id", "to_segment_id"], kind="stable")
    for source, target in zip(links["from_segment_id"], links["to_segment_id"], strict=True):
        if source in places and target in places:
            start, end = places[source], places[target]
            same = start[0] == end[0]
            ends = ((start[0] + _WIDE, start[1]), (end[0] + (_WIDE if same else 0.0), end[1]))
            # An arrow within a lane swings out by the same width, however far it goes.
            bend = (0.5 / (end[1] - start[1])) if same and start[1] != end[1] else 0.0
            axes.add_patch(
                FancyArrowPatch(
                    *ends,
                    arrowstyle="-|>",
                    mutation_scale=8,
                    linewidth=0.7,
                    color=_GREY,
                    zorder=1,
                    connectionstyle=f"arc3,rad={bend}",
                )
            )


def _legend(axes: Any, states: list[str], tallest: int, lang: str) -> None:
    from matplotlib.patches import Patch

    keys = [
        Patch(
            facecolor=STATE_COLOURS[state][0],
            edgecolor=STATE_COLOURS[state][1],
            hatch=_HATCH.get(state),
            label=code_text("state", state, lang),
        )
        for state in states
    ]
    axes.legend(
        handles=keys,
        ncols=4,
        loc="lower left",
        frameon=False,
        fontsize=9,
        title_fontsize=9,
        title=text("charts.panorama_note", lang),
        alignment="left",
        bbox_to_anchor=(0, -0.6 / (0.62 * tallest + 1.9)),
    )


def _cut(line: str, most: float) -> str:
    """The beginning of a line that fits into a box."""
    if shown_width(line) <= most:
        return line
    while shown_width(line) > most - 1:
        line = line[:-1]
    return line + "…"


def district_matrix(findings: Findings, graph: ChainGraph, *, lang: str = "zh") -> Figure:
    """In which districts do the local firms of each chain sit?

    How to read it: the number of local firms known in the data, by district and chain; a firm counts once in each of
    its chains. What to do: the darkest cell of a chain is where its next firm finds neighbours.

    Parameters
    ----------
    findings
        What a survey found.
    graph
        The graph that was surveyed.
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
    Counts are of firms (`charts.data.district_counts`); "–" is none in these data. Firms whose district is not known
    stand in a column of their own, the last.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> axes = district_matrix(found, graph).axes[0]
    >>> [(place.get_text(), count.get_text()) for place, count in zip(axes.get_xticklabels(), axes.texts)][:2]
    [('南湖区', '1'), ('平湖市', '1')]
    """
    counts = district_counts(findings, graph, lang)
    chains, places = chain_names(findings, lang), list(counts.columns)
    figure, axes = new_figure(max(7.5, 1.0 * len(places) + 2.5), 0.45 * len(chains) + 1.8)
    shown = counts.to_numpy(dtype=float)
    most = shown.max() if shown.size else 0.0
    if shown.size:
        axes.imshow(shown, cmap="Blues", vmin=0, vmax=1.3 * max(1.0, most), aspect="auto")
    for row in range(len(chains)):
        for column in range(len(places)):
            count = int(shown[row, column])
            axes.text(
                column,
                row,
                str(count) if count else "–",
                ha="center",
                va="center",
                color="white" if count > 0.75 * most else _INK,
            )
    axes.set_xticks(range(len(places)), places)
    axes.set_yticks(range(len(chains)), list(chains.values()))
    title = text("charts.districts_title", lang, region=place_text(findings.region, lang))
    axes.set_title(title, loc="left", color=_INK)
    axes.set_xlabel(text("charts.districts_note", lang), color=_GREY)
    axes.tick_params(length=0)
    return figure
