"""What a notebook shows: a graph and its findings as styled tables, the page inline, the surroundings of one node.

Nothing is loaded from the network: tables carry their own style, the page stands in an iframe's ``srcdoc``, and the
drawing library of the neighbourhood is written into its HTML.
"""

from __future__ import annotations

import html
import re
import warnings
from typing import TYPE_CHECKING, cast

import pandas as pd

from chaingraph.errors import MissingExtraError, UnknownNameError
from chaingraph.labels import both, near_told, text
from chaingraph.model.case import rows_of
from chaingraph.model.columns import STAGES, is_missing
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import NOTEBOOK_GAPS, NOTEBOOK_TARGETS
from chaingraph.model.results.told import sentences_apart
from chaingraph.model.schema import TABLES
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import names_by_id, run_day
from chaingraph.writers.cell_text import code_text
from chaingraph.writers.page.page import one_page
from chaingraph.writers.workbook.frames import captioned
from chaingraph.writers.workbook.sheet import STATE_COLOURS

if TYPE_CHECKING:
    from IPython.display import HTML

MOST_NODES = 300
_SHOWN = 20  # rows of a table
_FORMATS = {"fit_lift": "{:.1f}×", "fit_low": "{:.1f}", "fit_high": "{:.1f}", "severity": "{:.2f}"}
_STYLE = (
    "border-collapse:collapse;font-size:13px",
    "border:1px solid #ccc;padding:2px 8px;text-align:left;vertical-align:top",
)
_WIDTH, _HEIGHT = 320, 46  # dots between layers and between nodes
_SHAPES = {"segment": ("box", "#DCEAF7"), "firm": ("ellipse", "#FFF0C2"), "local": ("ellipse", "#BFE0AE")}


def view(shown: object) -> str:
    """The HTML of a graph or of findings, as a notebook shows them by themselves (`model.notebook_view`)."""
    return graph_html(shown) if isinstance(shown, ChainGraph) else findings_html(cast(Findings, shown))


def graph_html(graph: ChainGraph, lang: str = "zh") -> str:
    """What a graph holds, as an HTML table: rows per table and how many of them were read in a source."""
    rows: list[tuple[str, ...]] = []
    for name, table in TABLES.items():
        frame = graph[name]
        if len(frame):
            caption = f"{table.name_zh} {name}" if lang == "zh" else name
            rows.append((caption, str(len(frame)), f"{(frame['confidence'] == 'seen').mean():.0%}"))
    heads = tuple(text(f"notebook.{entry}", lang) for entry in ("table", "rows", "seen"))
    return f"<p><b>{html.escape(graph.name)}</b></p>" + _table(heads, rows)


def findings_html(findings: Findings, lang: str | None = None) -> str:
    """What was found, as HTML: the gaps and the first targets, with units; a state has its colour and its words."""
    lang = lang or findings.lang
    graph = _no_graph(findings, lang)
    states = {code_text("state", code, lang): colour for code, colour in STATE_COLOURS.items()}
    title = text(
        "notebook.title",
        lang,
        region=place_text(findings.region, lang),
        date=run_day(findings.data_date, findings.as_of, lang),
    )
    parts = [f"<p><b>{html.escape(title)}</b></p>"]
    gaps, targets = sentences_apart(findings.gaps, lang), sentences_apart(findings.targets, lang)
    shown = targets.merge(gaps[["segment_id"]].drop_duplicates(), on="segment_id")
    tables = (
        ("gaps", captioned(gaps, graph, lang), NOTEBOOK_GAPS),
        ("targets", captioned(shown.assign(list=_listed(shown, lang)), graph, lang), NOTEBOOK_TARGETS),
    )
    for entry, frame, columns in tables:
        heads = tuple(text(f"workbook.column_{column}", lang) for column in columns)
        rows = [tuple(_cell(row[column], column) for column in columns) for row in rows_of(frame.head(_SHOWN))]
        parts.append(f"<p>{html.escape(text(f'notebook.{entry}', lang, shown=len(rows), all=len(frame)))}</p>")
        parts.append(_table(heads, rows, states))
    return "".join(parts)


def _listed(frame: pd.DataFrame, lang: str) -> list[str]:
    return [code_text("candidate", code, lang) for code in frame["candidate_list"]]


def _no_graph(findings: Findings, lang: str) -> ChainGraph:
    """The chains of the findings as a graph: all that captions need of one."""
    chains = findings.gaps[lang][["chain_id", "chain"]].drop_duplicates()
    return ChainGraph("findings", {"chains": chains.assign(chain_en=chains["chain"])})


def _cell(value: object, column: str) -> str:
    if is_missing(value):  # not known
        return ""
    return _FORMATS[column].format(value) if column in _FORMATS else str(value)


def _table(
    heads: tuple[str, ...], rows: list[tuple[str, ...]], states: dict[str, tuple[str, str]] | None = None
) -> str:
    whole, cell = _STYLE
    lines = ["".join(f'<th style="{cell};background:#1F3864;color:#fff">{html.escape(head)}</th>' for head in heads)]
    for row in rows:
        line = ""
        for value in row:
            ground, ink = (states or {}).get(value, ("", ""))
            look = f"{cell};background:{ground};color:{ink}" if ground else cell
            line += f'<td style="{look}">{html.escape(value).replace(chr(10), "<br>")}</td>'
        lines.append(line)
    return f'<table style="{whole}">' + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def show(
    shown: ChainGraph | Findings,
    graph: ChainGraph | None = None,
    *,
    chain: str | None = None,
    height: int = 640,
    lang: str | None = None,
) -> HTML:
    """Show a graph or findings in a notebook: tables with units, and the page of a chain inline.

    Parameters
    ----------
    shown
        The graph, or the findings.
    graph
        The graph the findings were found in: with it the page of a chain is shown below the tables.
    chain
        Name or id of that chain; None: the first.
    height
        Height of the page's frame, in pixels.
    lang
        Language of the tables: zh or en; None: that of the findings, Chinese for a graph.

    Returns
    -------
    IPython.display.HTML
        What the notebook shows; ``.data`` is the HTML, which loads nothing. Of a graph: rows per table, and the share
        of them that was read in a source. Of findings: the gaps and the first targets, twenty rows each.

    Raises
    ------
    UnknownNameError
        When there is no such chain.
    MissingExtraError
        Outside Jupyter, where IPython is not installed (``pip install 'chaingraph[notebooks]'``).

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> "Constructed Geng Separators" in show(found, lang="en").data
    True
    >>> "<iframe" in show(found, graph, chain="储能").data
    True
    """
    if isinstance(shown, ChainGraph):
        return _displayed(graph_html(shown, lang or "zh"))
    parts = [findings_html(shown, lang)]
    if graph is not None:
        chain_id = graph.chain_id(chain) if chain else str(shown.gaps[shown.lang]["chain_id"].iloc[0])
        parts.append(framed(one_page(shown, graph, chain_id), height))
    return _displayed("".join(parts))


def framed(page: str, height: int = 640) -> str:
    """A whole page inside a notebook: in an iframe of its own, shut off from the notebook around it.

    Parameters
    ----------
    page
        A whole page of HTML, such as that of `neighbourhood`.
    height
        Height of the frame, in pixels.

    Returns
    -------
    str
        HTML for ``IPython.display.HTML``.

    Examples
    --------
    >>> framed("<p>1</p>").startswith("<iframe")
    True
    """
    source = html.escape(page, quote=True)
    return (
        f'<iframe srcdoc="{source}" sandbox="allow-scripts allow-downloads allow-popups" '
        f'style="width:100%;height:{height}px;border:1px solid #ccc"></iframe>'
    )


def _displayed(content: str) -> HTML:
    try:
        from IPython.display import HTML
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_notebook")) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # IPython would rather have IFrame, which cannot hold a page
        return HTML(content)  # type: ignore[no-untyped-call]  # IPython does not say its types


def neighbourhood(
    graph: ChainGraph, of: str, *, hops: int = 1, region: str | None = None, lang: str = "zh", height: int = 560
) -> str:
    """What surrounds a firm or a segment, as one HTML page that loads nothing.

    Segments stand in three layers by stage, firms between them; nothing moves by itself. Beyond `MOST_NODES` nodes only
    the nearest are drawn, and a warning says how many were left out.

    Parameters
    ----------
    graph
        The graph.
    of
        Id or name of a firm or segment.
    hops
        How many links away.
    region
        Where given, firms seated there are green.
    lang
        Language of names and links: zh or en.
    height
        Height of the drawing, in pixels.

    Returns
    -------
    str
        A whole page of HTML, for `framed` or a file.

    Raises
    ------
    UnknownNameError
        When there is no such firm, segment or region.
    MissingExtraError
        When pyvis is not installed (``pip install 'chaingraph[notebooks]'``).

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> page = neighbourhood(graph, "构造庚隔膜科技有限公司", lang="en")
    >>> "Separators" in page, "<link" in page
    (True, False)
    """
    try:
        from pyvis.network import Network
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_neighbourhood")) from error
    names = {**names_by_id(graph, "segments", lang), **names_by_id(graph, "firms", lang)}
    links = _links(graph, lang)
    near = _near(_node(graph, of, names), links, hops)
    if len(near) > MOST_NODES:
        left = len(near) - MOST_NODES
        warnings.warn(text("notebook.too_many", lang, most=MOST_NODES, left=left), UserWarning, stacklevel=2)
        near = near[:MOST_NODES]
    local = graph.firms_in(region) if region else set()
    drawing = Network(height=f"{height}px", width="100%", directed=True, cdn_resources="in_line", notebook=False)
    drawing.toggle_physics(status=False)
    for node, (across, down) in _places(graph, near).items():
        kind = "local" if node in local else "segment" if node in set(graph["segments"]["segment_id"]) else "firm"
        shape, colour = _SHAPES[kind]
        drawing.add_node(
            node,
            label=_brief(names.get(node, node)),
            title=names.get(node, node),
            x=across,
            y=down,
            shape=shape,
            color=colour,
            physics=False,
            borderWidth=3 if node == near[0] else 1,
        )
    kept = set(near)
    for source, target, kind in links:
        if source in kept and target in kept:
            drawing.add_edge(source, target, title=kind, color="#8A8A8A", physics=False)
    return _offline(drawing.generate_html(notebook=False))


def _node(graph: ChainGraph, of: str, names: dict[str, str]) -> str:
    if of in names:
        return of
    for table, column in (("firms", "firm"), ("firms", "firm_en"), ("segments", "segment"), ("segments", "segment_en")):
        found = graph[table].loc[graph[table][column] == of, f"{table[:-1]}_id"]
        if len(found):
            return str(min(found))
    near = sorted(name for name in names.values() if of in name)[:5]
    raise UnknownNameError(both("errors.no_firm_or_segment", name=repr(of[:80]), near=near_told(near)))


def _links(graph: ChainGraph, lang: str) -> list[tuple[str, str, str]]:
    """Every link between firms and segments: source, target, what it is; in a fixed order."""
    made, firms, segments = graph["firm_segments"], graph["firm_links"], graph["segment_links"]
    in_segment = text("notebook.in_segment", lang)
    found = {(firm, segment, in_segment) for firm, segment in zip(made["firm_id"], made["segment_id"], strict=True)}
    for source, target, kind in zip(firms["source_id"], firms["target_id"], firms["kind"], strict=True):
        found.add((source, target, code_text("link", kind, lang)))
    for source, target, kind in zip(
        segments["from_segment_id"], segments["to_segment_id"], segments["kind"], strict=True
    ):
        found.add((source, target, code_text("link", kind, lang)))
    return sorted(found)


def _near(start: str, links: list[tuple[str, str, str]], hops: int) -> list[str]:
    """The node itself, then those one link away by id, then two."""
    beside: dict[str, set[str]] = {}
    for source, target, _ in links:
        beside.setdefault(source, set()).add(target)
        beside.setdefault(target, set()).add(source)
    found, ring = {start: None}, [start]
    for _ in range(hops):
        ring = sorted({node for known in ring for node in beside.get(known, ())} - set(found))
        found |= dict.fromkeys(ring)
    return list(found)


def _places(graph: ChainGraph, nodes: list[str]) -> dict[str, tuple[int, int]]:
    """Where each node stands: segments in the layer of their stage, firms between the segments' layers."""
    stage = dict(zip(graph["segments"]["segment_id"], graph["segments"]["stage"], strict=True))
    firms = [node for node in nodes if node not in stage]
    layers = [[node for node in nodes if stage.get(node) == name] for name in STAGES]
    half = (len(firms) + 1) // 2
    columns = [layers[0], firms[:half], layers[1], firms[half:], layers[2]]
    return {
        node: (across * _WIDTH, int((down - (len(column) - 1) / 2) * _HEIGHT))
        for across, column in enumerate(columns)
        for down, node in enumerate(column)
    }


def _brief(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"


def _offline(page: str) -> str:
    """The page without the links to Bootstrap that pyvis writes even when its own library is in the page."""
    page = re.sub(r"<!--\s*<link.*?-->", "", page, flags=re.DOTALL)
    page = re.sub(r"<link[^>]*?https?://.*?/>", "", page, flags=re.DOTALL)
    page = re.sub(r"<script[^>]*?src=[\"']https?://.*?</script>", "", page, flags=re.DOTALL)
    return page if "charset" in page[:500] else page.replace("<head>", '<head><meta charset="utf-8">', 1)
