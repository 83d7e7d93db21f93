"""Pages for leaders: index.html and one page per chain, each a single file that loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.labels import both, text
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.places.regions import place_text
from chaingraph.writers.files import file_name
from chaingraph.writers.harmless import clean_text
from chaingraph.writers.page.atlas import Atlas, build_atlas, named
from chaingraph.writers.page.changes import FormerRun, changes_of, has_chain, moves_of
from chaingraph.writers.page.payload import chain_payload, index_payload
from chaingraph.writers.page.records import Record

# One script per page, put together from parts in this order.
_SCRIPTS = {
    "chain": (
        "core.js",
        "brief.js",
        "trust.js",
        "panorama.js",
        "find.js",
        "panel.js",
        "lists.js",
        "relations.js",
        "region.js",
        "changes.js",
        "export.js",
        "chain.js",
    ),
    "index": ("core.js", "ages.js", "first.js"),
}
_STYLES = {
    "chain": ("base.css", "brief.css", "panorama.css", "panel.css", "views.css", "print.css"),
    "index": ("base.css", "first.css", "print.css"),
}
_DRAWING = "vendor/cytoscape.min.js"  # draws the relation view; on pages that have relations only
_INERT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write_pages(
    findings: Findings,
    graph: ChainGraph,
    out_dir: Path,
    *,
    previous: FormerRun | None = None,
    due: pd.DataFrame | None = None,
) -> list[Path]:
    """Write index.html and ``<chain_id>.html`` for every chain of the graph.

    Each page is one file: style, script and data stand in it, it requests nothing, and works from a USB stick. It holds
    both languages and opens in ``findings.lang``.

    Parameters
    ----------
    findings
        What a run found.
    graph
        The graph it was found in; it gives names, links, sources and dates.
    out_dir
        Folder to write to; made where it does not exist.
    previous
        A former run (`page.changes.read_former`): the pages then say what changed since. None: they say nothing of it.
    due
        What has to be done (`chaingraph.ledger.work.views.due_list`), for the first page. None: it says nothing of it.

    Returns
    -------
    list of Path
        The files written, index.html first, then the chains in the order of their classes.

    Raises
    ------
    ChaingraphError
        When a chain id cannot be a file name, or two differ only in upper and lower case.
    """
    atlas = build_atlas(findings, graph)
    names = _file_names([chain["chain_id"] for chain in atlas.chains])
    pages = {"index.html": _index_page(atlas, moves_of(previous, findings), due)}
    for chain_id, name in names.items():
        pages[name] = _chain_page(atlas, chain_id, changes=changes_of(previous, findings, chain_id))
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, page in pages.items():
        path = out_dir / name
        path.write_bytes(page.encode("utf-8"))
        paths.append(path)
    return paths


def one_page(findings: Findings, graph: ChainGraph, chain_id: str, *, previous: FormerRun | None = None) -> str:
    """The page of one chain as HTML text that stands alone: it links to no other page.

    With a former run (`page.changes.former_run`) it says what changed since.

    Raises
    ------
    UnknownNameError
        When the chain was not surveyed, or the former run does not hold it.
    """
    atlas = build_atlas(findings, graph)
    ids = [str(chain["chain_id"]) for chain in atlas.chains]
    if chain_id not in ids:
        raise UnknownNameError(both("errors.page_not_surveyed", chain=chain_id, chains=", ".join(ids)))
    before = None if previous is None else has_chain(previous, chain_id, lang=findings.lang)
    return _chain_page(atlas, chain_id, alone=True, changes=changes_of(before, findings, chain_id))


def _file_names(chain_ids: Sequence[str]) -> dict[str, str]:
    """The page of each chain; refused where a file system without capitals would take two for one."""
    taken: dict[str, str] = {}
    for chain_id in chain_ids:
        other = taken.setdefault(chain_id.lower(), chain_id)
        if other != chain_id:
            raise ChaingraphError(both("errors.page_same_file", first=other, second=chain_id))
    return {chain_id: file_name(chain_id, ".html") for chain_id in chain_ids}


def _chain_page(atlas: Atlas, chain_id: str, *, alone: bool = False, changes: Record | None = None) -> str:
    chain = next(row for row in atlas.chains if row["chain_id"] == chain_id)
    name = _in(named(chain, "chain"), atlas.findings.lang)
    title = text("page.chain_title", atlas.findings.lang, chain=name)
    payload = chain_payload(atlas, chain_id, alone=alone)
    if changes is not None:
        payload["changes"] = changes
    return _page("chain", payload, title, atlas.findings.lang)


def _index_page(atlas: Atlas, moves: Record | None, due: pd.DataFrame | None) -> str:
    title = text("page.index_title", atlas.findings.lang, region=place_text(atlas.findings.region, atlas.findings.lang))
    return _page("index", index_payload(atlas, moves, due), title, atlas.findings.lang)


def _in(value: object, lang: str) -> str:
    return str(value[lang] if isinstance(value, dict) else value)


def _page(kind: str, payload: Record, title: str, lang: str) -> str:
    style, script = _joined(_STYLES[kind]), _wrapped(_SCRIPTS[kind])
    drawing = _part(_DRAWING) if kind == "chain" and _has_relations(payload) else ""
    blanks = {
        "lang": "zh-CN" if lang == "zh" else "en",
        "policy": _policy(style, script, drawing),
        "title": html.escape(clean_text(title)),
        "style": style,
        "noscript": html.escape(text("page.noscript", lang)),
        "payload": inert_json(payload),
        "drawing": f"<script>{drawing}</script>\n" if drawing else "",
        "script": script,
    }
    # One pass: what is filled in is never looked through for blanks again.
    return re.sub(r"\{\{(\w+)\}\}", lambda blank: blanks[blank[1]], _part(f"{kind}.html"))


def _has_relations(payload: Record) -> bool:
    return any(firm.get("links") or firm.get("route") for firm in payload["firms"])


def inert_json(payload: Record) -> str:
    r"""A record as JSON that cannot end the script element it stands in, nor start another.

    Examples
    --------
    >>> inert_json({"firm": "</script><script>alert(1)</script>"})
    '{"firm":"\\u003c/script\\u003e\\u003cscript\\u003ealert(1)\\u003c/script\\u003e"}'
    """
    written = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _INERT.items():
        written = written.replace(character, escape)
    return written


@cache
def _part(name: str) -> str:
    """A file of the page library, with line ends as a browser reads them."""
    path = files("chaingraph") / "library" / "page" / name
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _joined(names: tuple[str, ...]) -> str:
    """Files one after the other; indentation is for those who read them here."""
    return re.sub(r"(?m)^ +", "", "\n".join(_part(name) for name in names))


@cache
def _wrapped(names: tuple[str, ...]) -> str:
    return f"(function () {{\n'use strict';\n{_joined(names)}\n}})();\n"


@cache
def _policy(style: str, *scripts: str) -> str:
    """Nothing may be loaded or run but the style and scripts of this page, told by their hashes."""
    allowed = " ".join(f"'{_hash(script)}'" for script in scripts if script)
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode('utf-8')).digest()).decode('ascii')}"
