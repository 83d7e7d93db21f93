"""Which charts there are: ``library/charts/*.toml``, each drawn by the function of its name in this room."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chaingraph.model import registry
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.registry import Definition

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def load_chart(name: str | Path) -> Definition:
    """The chart of that name, or the one in a TOML file: ``kind`` (which it changes), ``title``, ``settings``.

    Raises
    ------
    UnknownNameError
        When there is no such chart, or its file has what the kind does not: key, what was found, the choices.

    Examples
    --------
    >>> load_chart("target_bars").content["needs"]
    ['chain']
    """
    found = registry.load("charts", name)
    if found.name not in registry.shipped("charts"):
        found.where.keys(found.content, ("kind", "title", "settings"))
    return registry.built_on(found)


def draw(
    chart: Definition, findings: Findings, graph: ChainGraph, *, chain: str | None, firm: str | None, lang: str
) -> Figure:
    """Draw a chart of what was found; one of the user's own under its own title.

    Parameters
    ----------
    chain, firm
        As the user named them; a chart whose ``needs`` has them cannot do without.

    Raises
    ------
    UnknownNameError
        When there is no such chain or firm.
    """
    chain_id = None if chain is None else graph.chain_id(chain)
    at_hand = {"graph": graph, "chain": chain, "chain_id": chain_id, "firm": firm}
    given = {name: at_hand[name] for name in chart.content["given"]}
    function = registry.function_of("chaingraph.writers.charts", chart)
    figure: Figure = function(findings, **given, **chart.content.get("settings", {}), lang=lang)
    if chart.name not in registry.shipped("charts") and chart.content.get("title"):
        figure.axes[0].set_title(chart.title(lang), loc="left")
    return figure
