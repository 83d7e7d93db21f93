"""chaingraph: graph-based industry-chain targeting for investment promotion (产业链招商).

Read a case, build the graph, find the gaps, rank the firms that could fill them, and explain every row::

    import chaingraph as cg

    case = cg.read_case("data/jiaxing")
    graph = cg.build_graph(case)
    gaps = cg.find_gaps(graph.chain("光伏新能源"), region="嘉兴")
    found = cg.shortlist(graph, chain="光伏新能源", region="嘉兴")
    print(cg.explain(found, "固德威"))

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chaingraph.model.notebook_view import register_view

__version__ = "0.1.0"

_HOMES = {
    "Case": "model.case",
    "ChainGraph": "model.graph",
    "ChaingraphError": "errors",
    "CaseError": "errors",
    "Findings": "model.findings",
    "build_graph": "matching.merge",
    "explain": "api",
    "find_gaps": "api",
    "find_pool": "api",
    "read_case": "reading.read",
    "read_neo4j": "stores.graphdb.pull",
    "neighbourhood": "writers.notebook",
    "run_query": "stores.graphdb.queries",
    "shortlist": "api",
    "show": "writers.notebook",
    "survey": "api",
    "write_map": "api",
    "write_neo4j": "stores.graphdb.push",
    "write_template": "writers.workbook.template",
    "write_workbook": "writers.workbook.workbook",
}

__all__ = sorted(_HOMES)


def _shown(noun: object) -> str:
    """What a notebook shows of a graph or of findings; the writer is loaded when a notebook asks for the first time."""
    return str(import_module("chaingraph.writers.notebook").view(noun))


register_view(_shown)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'chaingraph' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"chaingraph.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
