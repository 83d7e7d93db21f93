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
from typing import TYPE_CHECKING, Any

from chaingraph.model.notebook_view import register_view

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from chaingraph.api import explain as explain
    from chaingraph.api import find_gaps as find_gaps
    from chaingraph.api import find_pool as find_pool
    from chaingraph.api import shortlist as shortlist
    from chaingraph.api import survey as survey
    from chaingraph.api import write_map as write_map
    from chaingraph.back_testing import back_test as back_test
    from chaingraph.back_testing import tell_back_test as tell_back_test
    from chaingraph.backtest.protocol import BackTest as BackTest
    from chaingraph.errors import CaseError as CaseError
    from chaingraph.errors import ChaingraphError as ChaingraphError
    from chaingraph.errors import MissingExtraError as MissingExtraError
    from chaingraph.errors import StoreError as StoreError
    from chaingraph.errors import UnknownNameError as UnknownNameError
    from chaingraph.leads.listing import lead_list as lead_list
    from chaingraph.leads.read import read_leads as read_leads
    from chaingraph.leads.review import review_rows as review_rows
    from chaingraph.ledger.events import Act as Act
    from chaingraph.ledger.events import LedgerError as LedgerError
    from chaingraph.ledger.intake.read import import_projects as import_projects
    from chaingraph.ledger.lists.due import biweekly as biweekly
    from chaingraph.ledger.lists.due import doubtful as doubtful
    from chaingraph.ledger.lists.feedback import outcomes as outcomes
    from chaingraph.ledger.lists.feedback import with_ledger as with_ledger
    from chaingraph.ledger.opening import open_ledger as open_ledger
    from chaingraph.ledger.progress import board as board
    from chaingraph.ledger.proof.checks import check_ledger as check_ledger
    from chaingraph.ledger.rules import load_rules as load_rules
    from chaingraph.ledger.store import Ledger as Ledger
    from chaingraph.main_job import RunResult as RunResult
    from chaingraph.main_job import run as run
    from chaingraph.matching.merge import build_graph as build_graph
    from chaingraph.model.case import Case as Case
    from chaingraph.model.findings import Findings as Findings
    from chaingraph.model.graph import ChainGraph as ChainGraph
    from chaingraph.model.schema import TABLES as TABLES
    from chaingraph.pools.ground import Pool as Pool
    from chaingraph.reading.example import load_example as load_example
    from chaingraph.reading.read import read_case as read_case
    from chaingraph.stores.graphdb.pull import read_neo4j as read_neo4j
    from chaingraph.stores.graphdb.pull import wipe_neo4j as wipe_neo4j
    from chaingraph.stores.graphdb.push import write_neo4j as write_neo4j
    from chaingraph.stores.graphdb.queries import cypher_queries as cypher_queries
    from chaingraph.stores.graphdb.queries import run_query as run_query
    from chaingraph.writers.charts.charts import gap_matrix as gap_matrix
    from chaingraph.writers.charts.charts import score_waterfall as score_waterfall
    from chaingraph.writers.charts.charts import target_bars as target_bars
    from chaingraph.writers.charts.charts import tier_shares as tier_shares
    from chaingraph.writers.charts.charts import write_chart as write_chart
    from chaingraph.writers.charts.panorama import district_matrix as district_matrix
    from chaingraph.writers.charts.panorama import panorama as panorama
    from chaingraph.writers.into.add import add_to_case as add_to_case
    from chaingraph.writers.into.versions import undo_addition as undo_addition
    from chaingraph.writers.ledger.page import write_ledger_page as write_ledger_page
    from chaingraph.writers.ledger.workbook import write_ledger_workbook as write_ledger_workbook
    from chaingraph.writers.notebook import framed as framed
    from chaingraph.writers.notebook import neighbourhood as neighbourhood
    from chaingraph.writers.notebook import show as show
    from chaingraph.writers.workbook.template import write_template as write_template
    from chaingraph.writers.workbook.workbook import write_workbook as write_workbook

__version__ = "0.2.0"

_HOMES = {
    "Act": "ledger.events",
    "BackTest": "backtest.protocol",
    "Case": "model.case",
    "CaseError": "errors",
    "ChainGraph": "model.graph",
    "ChaingraphError": "errors",
    "Findings": "model.findings",
    "Ledger": "ledger.store",
    "LedgerError": "ledger.events",
    "MissingExtraError": "errors",
    "Pool": "pools.ground",
    "RunResult": "main_job",
    "StoreError": "errors",
    "TABLES": "model.schema",
    "UnknownNameError": "errors",
    "add_to_case": "writers.into.add",
    "back_test": "back_testing",
    "biweekly": "ledger.lists.due",
    "board": "ledger.progress",
    "build_graph": "matching.merge",
    "check_ledger": "ledger.proof.checks",
    "cypher_queries": "stores.graphdb.queries",
    "district_matrix": "writers.charts.panorama",
    "doubtful": "ledger.lists.due",
    "explain": "api",
    "find_gaps": "api",
    "find_pool": "api",
    "framed": "writers.notebook",
    "gap_matrix": "writers.charts.charts",
    "import_projects": "ledger.intake.read",
    "lead_list": "leads.listing",
    "load_example": "reading.example",
    "load_rules": "ledger.rules",
    "neighbourhood": "writers.notebook",
    "open_ledger": "ledger.opening",
    "outcomes": "ledger.lists.feedback",
    "panorama": "writers.charts.panorama",
    "read_case": "reading.read",
    "read_leads": "leads.read",
    "read_neo4j": "stores.graphdb.pull",
    "review_rows": "leads.review",
    "run": "main_job",
    "run_query": "stores.graphdb.queries",
    "score_waterfall": "writers.charts.charts",
    "shortlist": "api",
    "show": "writers.notebook",
    "survey": "api",
    "target_bars": "writers.charts.charts",
    "tell_back_test": "back_testing",
    "tier_shares": "writers.charts.charts",
    "undo_addition": "writers.into.versions",
    "wipe_neo4j": "stores.graphdb.pull",
    "with_ledger": "ledger.lists.feedback",
    "write_chart": "writers.charts.charts",
    "write_ledger_page": "writers.ledger.page",
    "write_ledger_workbook": "writers.ledger.workbook",
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

if not TYPE_CHECKING:  # for them a name that is not above is a mistake

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module 'chaingraph' has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"chaingraph.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
