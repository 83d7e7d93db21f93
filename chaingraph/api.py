"""The functions that a notebook starts from: each binds the embedded engine to the house's own functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from chaingraph import pools
from chaingraph.backtest import BackTest, backtest, panel_of, reading
from chaingraph.backtest.panel import Protocol
from chaingraph.choosing import surveying
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import UnknownNameError
from chaingraph.facts.derived_tables import firm_places
from chaingraph.fit.reference import ListedReference, NationalReference, NoReference, Reference
from chaingraph.labels import both
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.places.regions import distance_km
from chaingraph.pools import Pool
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from chaingraph.sql import OpenEngine
from chaingraph.stores.listed_box import listed_firms
from chaingraph.stores.parquet.read import firm_names, is_large, read_case_for, read_large_case
from chaingraph.wording.firm import explain_firm
from chaingraph.wording.gaps import describe_gaps
from chaingraph.writers.files import write_bytes
from chaingraph.writers.page.changes import FormerRun, former_run
from chaingraph.writers.page.page import one_page

LISTED: Literal["listed"] = "listed"  # the aggregate of listed firms that comes with the package
NO_REFERENCE: Literal["none"] = "none"
ReferenceLike = Reference | ChainGraph | Literal["listed", "none"] | None  # what users give: `as_reference`


def read_cases(
    case: str | Path,
    reference: str | Path,
    region: str,
    *,
    engine: OpenEngine = open_engine,
    lang: str = "zh",
) -> tuple[tuple[Case, ...], Reference]:
    """A case and what its ``--reference`` names: the cases to merge into the graph, and what to compare with.

    ``listed``: the aggregate of listed firms that comes with the package; ``none``: nothing; else a national case (a
    folder of that very name is given as ``./listed``), which is the second of the cases. Either may be a case with
    Parquet datasets: it is then read as the region sees it, with the firms that the other one has (where both are
    such cases: the own one with those read of the national one).

    Raises
    ------
    CaseError
        When a case is refused.
    """
    if reference in (LISTED, NO_REFERENCE):
        own = read_case_for(region, case, engine, lang=lang)
        return (own,), as_reference(reference)
    whole = None if is_large(case) else read_case(case, lang=lang)
    if is_large(reference):
        known = set() if whole is None else firm_names(whole)
        national = read_large_case(reference, region, engine, lang=lang, also=known, reference=True)
    else:
        national = read_case(reference, lang=lang, required=NATIONAL_TABLES)
    own = read_large_case(case, region, engine, lang=lang, also=firm_names(national)) if whole is None else whole
    return (own, national), NationalReference(build_graph(national))


def as_reference(given: object) -> Reference:
    """What is given as ``reference``, as the noun: the one place where it is told what it is.

    Parameters
    ----------
    given
        The graph of a national case; ``"listed"``, the aggregate of listed firms that comes with the package; None or
        ``"none"``, the case alone; or a reference already.

    Raises
    ------
    UnknownNameError
        When it is none of these, such as the path of a case.

    Examples
    --------
    >>> as_reference(None)
    NoReference()
    """
    match given:
        case None | str("none"):
            return NoReference()
        case str("listed"):
            return ListedReference(listed_firms())
        case ChainGraph():
            return NationalReference(given)
        case NoReference() | ListedReference() | NationalReference():
            return given
        case _:
            raise UnknownNameError(both("errors.no_such_reference", given=repr(given)[:80]))


def find_gaps(
    graph: ChainGraph,
    *,
    region: str,
    lang: str = "zh",
    reference: ReferenceLike = LISTED,
    engine: OpenEngine = open_engine,
) -> pd.DataFrame:
    """Where does the region's chain have gaps, and why is that said?

    ``reference``: the graph of a national case, ``"listed"`` (the aggregate of listed firms that comes with the
    package), or None (the case alone).

    ``engine`` opens what runs the SQL texts; `chaingraph.engines.named_engine` has them by name.

    Returns
    -------
    DataFrame
        One row per segment, the most severe first within its chain; columns `results.GAP_COLUMNS`. state: none_known,
        thin, present, present_unlisted without a reference; missing, unknown, weak, normal, strong with one. found,
        group_only, local_demand, local_supply, nearby_found count firms; expected is in firms (NaN = no reference);
        severity in points of ``library/gaps.toml``. Empty text = nothing known.

    Raises
    ------
    UnknownNameError
        When the region is not known.
    """
    places = firm_places(graph, region)
    with engine(surveying.survey_tables(graph, places)) as query:
        around = surveying.look_around(graph, region, query, places, as_reference(reference))
    return describe_gaps(around.gaps, around.leaders, graph, lang, rivals=around.rivals)


def survey(
    graph: ChainGraph,
    *,
    region: str,
    strategy: str = "auto",
    top: int = 30,
    as_of: str | None = None,
    seed: int = 0,
    draws: int = 200,
    lang: str = "zh",
    reference: ReferenceLike = LISTED,
) -> Findings:
    """Gaps, leaders, ranked targets and their reasons, for every chain; see `chaingraph.choosing.surveying.survey`."""
    options = SurveyOptions(strategy=strategy, top=top, as_of=as_of, seed=seed, draws=draws, lang=lang)
    return surveying.survey(graph, region, open_engine, options, reference=as_reference(reference))


def shortlist(
    graph: ChainGraph,
    *,
    chain: str,
    region: str,
    strategy: str = "auto",
    top: int = 30,
    as_of: str | None = None,
    lang: str = "zh",
    reference: ReferenceLike = LISTED,
) -> Findings:
    """Whom should the region approach for one chain, in what order, and why?

    The whole graph is surveyed, so that a firm's fit is the same whichever chain is asked for; what is found for the
    chain is kept. ``.targets["zh"]`` is the ranked table.

    Raises
    ------
    UnknownNameError
        When the chain, region or strategy is not known.
    """
    chain_id = graph.chain_id(chain)
    options = SurveyOptions(strategy=strategy, top=top, as_of=as_of, lang=lang)
    found = surveying.survey(graph, region, open_engine, options, reference=as_reference(reference))
    return only_chains(found, [chain_id])


def find_pool(
    graph: ChainGraph,
    findings: Findings,
    name: str,
    *,
    on: str | None = None,
    lang: str = "zh",
    engine: OpenEngine = open_engine,
) -> Pool:
    """Whom does one of the plan's other ways to recruit lead to? See `chaingraph.pools.find_pool`.

    Raises
    ------
    UnknownNameError
        When there is no such pool.
    """
    with engine(surveying.survey_tables(graph, firm_places(graph, findings.region))) as query:
        return pools.find_pool(graph, query, findings, name, on=on, lang=lang)


def explain(findings: Findings, firm: str, *, lang: str | None = None) -> str:
    """Why is this firm on the lists: reasons, terms, local firms, route, sources, what is unknown, the next step.

    ``firm`` is an id, a name or a part of one that only one listed firm bears.

    Raises
    ------
    UnknownNameError
        When no listed firm, or more than one, is meant; near names are listed.
    """
    return explain_firm(findings, firm, lang or findings.lang)


def write_map(
    findings: Findings,
    graph: ChainGraph,
    path: str | Path,
    *,
    chain: str,
    compare: str | Path | FormerRun | None = None,
) -> None:
    """Write the page of one chain: one HTML file that works offline.

    ``compare`` is the folder that an earlier ``run`` wrote: the page then lists what changed since.

    Raises
    ------
    UnknownNameError
        When the chain was not surveyed, now or then.
    ChaingraphError
        When ``compare`` holds no files of a run.
    """
    former = former_run(compare, lang=findings.lang) if isinstance(compare, str | Path) else compare
    page = one_page(findings, graph, graph.chain_id(chain), previous=former)
    write_bytes(page.encode(), Path(path))


def back_test(
    tables: Mapping[str, pd.DataFrame],
    protocol: Protocol = "hide30",
    *,
    seeds: Sequence[int] = range(5),
    outcomes: pd.DataFrame | None = None,
    engine: OpenEngine = open_engine,
) -> BackTest:
    """How often would such a list have been right, on firms that really are where the score says?

    Parameters
    ----------
    tables
        Tables of a national case (``case.tables``): firms and firm_products.
    protocol
        hide30 (30 % of each city's firms hidden at random) or temporal (firms listed from 2017 on are hidden).
    seeds
        Seeds of the splits.
    outcomes
        Real events to test on instead: firm (id or name), region (city), date.
    engine
        Opens what runs the SQL texts.

    Returns
    -------
    BackTest
        ``summary``: a row per pool and method; auroc and recall are shares (0 to 1), with 95 % bounds. ``by_city``: the
        same per city. NaN = not measured.

    Raises
    ------
    CaseError
        When no city has firms enough, or no outcome matches a firm.

    Notes
    -----
    AUROC: the chance that a firm hidden in a city is ranked above one that is not there. No method sees a hidden firm's
    place. Protocols and methods: `chaingraph.backtest`.

    Examples
    --------
    >>> import pandas as pd
    >>> firms = [{"firm_id": f"F{n}", "city": ("嘉兴", "苏州")[n % 2], "industry_scheme": "shenwan",
    ...           "industry": ("110101", "220101")[n % 2]} for n in range(60)]
    >>> products = [{"firm_id": f"F{n}", "product": ("光伏组件", "服装面料")[n % 2]} for n in range(60)]
    >>> made = {"firms": pd.DataFrame(firms).assign(firm="", listed="2010"), "firm_products": pd.DataFrame(products)}
    >>> found = back_test(made, seeds=[0])
    >>> bool(found.summary.query("method == 'score'")["auroc"].max() > 0.9)
    True
    """
    panel = panel_of(tables, distance_km, engine)
    return backtest(tables, protocol, seeds, panel=panel, outcomes=outcomes)


def tell_back_test(result: BackTest, region: str, *, lang: str = "zh") -> list[str]:
    """How far can the ranking be trusted? What a back-test measured, in sentences for a leader.

    Parameters
    ----------
    result
        What `back_test` measured.
    region
        The reader's city, as in the case (嘉兴).
    lang
        zh or en.

    Returns
    -------
    list of str
        The own city's figure first, then all cities, the gain over counting firms of the same industry, the top of the
        list, and what was not tested.
    """
    return reading(result, region, lang)
