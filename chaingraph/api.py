"""The functions that a notebook starts from: each binds the embedded engine to the house's own functions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from chaingraph import pools
from chaingraph.choosing import surveying
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.why_not import why_not
from chaingraph.clock import today
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.matching.asked_name import find_firm
from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.pools import Pool
from chaingraph.sql import OpenEngine
from chaingraph.stores.comparison import LISTED, ReferenceLike, as_reference
from chaingraph.wording.firm import explain_firm
from chaingraph.wording.gaps import describe_gaps
from chaingraph.wording.phrases import in_words, say
from chaingraph.wording.why_not import tell_firm
from chaingraph.writers.files import write_bytes
from chaingraph.writers.page.changes import FormerRun, former_run
from chaingraph.writers.page.page import one_page


def find_gaps(
    graph: ChainGraph,
    *,
    region: str,
    lang: str = "zh",
    reference: ReferenceLike = LISTED,
    engine: OpenEngine = open_engine,
) -> pd.DataFrame:
    """Where does the region's chain have gaps, and on what grounds?

    Parameters
    ----------
    graph
        The case as `build_graph` gives it: whole, or one of its chains.
    region
        The region that is recruiting, such as 嘉兴.
    lang
        Language of names and reasons: zh or en.
    reference
        What counts and likeness are measured against: ``"listed"`` (the aggregate of listed firms that comes with the
        package), the graph of a national case, or None (the case alone).
    engine
        Opens the engine that runs the SQL; `chaingraph.engines.named_engine` looks one up by name.

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
        When the region is not known, or the reference is none of these.

    Notes
    -----
    expected = makers of the segment in the reference * the region's share of the makers of the whole chain there;
    severity adds up the points of state, local demand, high value, chokepoint and position in the chain, all in
    ``library/gaps.toml``. Formulas and sources: `chaingraph.facts.gaps`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> gaps = find_gaps(cg.build_graph(cg.load_example()), region="嘉兴", lang="en", reference=None)
    >>> gaps[["segment", "state", "severity"]].head(2).to_numpy().tolist()
    [['Battery management', 'none_known', 4.5], ['Separators', 'none_known', 4.0]]
    """
    places = firm_places(graph, region)
    with engine(surveying.survey_tables(graph, places)) as query:
        around = surveying.look_around(graph, region, query, places, as_reference(reference))
    return in_words(describe_gaps(around.gaps, around.leaders, graph, rivals=around.rivals), lang)


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
    """What does the region lack, whom should it approach, and why, for every chain?

    Parameters
    ----------
    graph
        The case as `build_graph` gives it: whole, or one of its chains.
    region
        The region that is recruiting, such as 嘉兴.
    strategy
        ``auto`` (each chain's own), a strategy that comes with the package, or a TOML file of your own.
    top
        Length of a list.
    as_of
        The date to count "the last 24 months" back from; None: today (`chaingraph.clock.today`).
    seed, draws
        Seed and number of draws of the bootstrap over local firms, which gives a fit its band.
    lang
        Language shown first; every text exists in both.
    reference
        What counts and likeness are measured against: ``"listed"`` (the aggregate of listed firms that comes with the
        package), the graph of a national case, or None (the case alone).

    Returns
    -------
    Findings
        Frames by language: ``gaps`` (a row is a segment), ``targets`` (a chain and firm; fit_lift is a multiple of what
        is usual, NaN = no basis), ``leader_targets``, ``rankings``, ``leaders``, ``questions``; and the terms, shares
        and routes that explain them. Columns and units: `Findings`, `chaingraph.model.results`.

    Raises
    ------
    UnknownNameError
        When the region or strategy is not known, or the reference is none of these.

    Notes
    -----
    fit_lift = exp(S), and S adds up its terms (``Findings.terms``): likeness by product and industry to local firms,
    peer cities, relatedness, near cities, and walks. Formulas, weights and sources: `chaingraph.fit.score`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> found = survey(cg.build_graph(cg.load_example()), region="嘉兴", reference=None, draws=0)
    >>> found.targets["en"][["rank", "firm_en", "segment"]].head(1).to_numpy().tolist()
    [[1, 'Constructed Geng Separators', 'Separators']]
    """
    options = SurveyOptions(strategy=strategy, top=top, as_of=as_of or today(), seed=seed, draws=draws)
    found = surveying.survey(graph, region, open_engine, options, reference=as_reference(reference))
    return replace(found, lang=lang)


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
    chain is kept.

    Parameters
    ----------
    graph
        The case as `build_graph` gives it.
    chain
        Name or id of the chain.
    region
        The region that is recruiting, such as 嘉兴.
    strategy
        ``auto`` (each chain's own), a strategy that comes with the package, or a TOML file of your own.
    top
        Length of a list.
    as_of
        The date to count "the last 24 months" back from; None: today (`chaingraph.clock.today`).
    lang
        Language shown first; every text exists in both.
    reference
        What counts and likeness are measured against: ``"listed"`` (the aggregate of listed firms that comes with the
        package), the graph of a national case, or None (the case alone).

    Returns
    -------
    Findings
        As `survey` gives them, for this chain; ``.targets["zh"]`` is the ranked table.

    Raises
    ------
    UnknownNameError
        When the chain, region or strategy is not known, or the reference is none of these.

    Notes
    -----
    The order is that of the strategy (``library/strategies``): gates on known facts first, then its keys; the fit comes
    last. Formulas: `survey`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = shortlist(graph, chain="储能", region="嘉兴", top=3, reference=None)
    >>> len(found.targets["zh"].query("candidate_list == 'new'"))
    3
    """
    chain_id = graph.chain_id(chain)
    options = SurveyOptions(strategy=strategy, top=top, as_of=as_of or today())
    found = surveying.survey(graph, region, open_engine, options, reference=as_reference(reference))
    return replace(only_chains(found, [chain_id]), lang=lang)


def find_pool(
    graph: ChainGraph,
    findings: Findings,
    name: str,
    *,
    on: str | None = None,
    lang: str = "zh",
    engine: OpenEngine = open_engine,
) -> Pool:
    """Whom does one of the plan's other ways of recruiting lead to?

    Parameters
    ----------
    graph
        The graph that was surveyed.
    findings
        What the survey found.
    name
        reinvest, fund, headquarters, technology, site, team, or a TOML file of your own.
    on
        The day on which policies must be in force, ISO; None: the survey's date.
    lang
        zh or en.
    engine
        Opens the engine that runs the SQL.

    Returns
    -------
    Pool
        ``rows``: columns `chaingraph.pools.POOL_COLUMNS`; rank is within a list; amount is in amount_unit (usd_m,
        cny_m, mu; NaN = not known). ``dropped``: firms held back by a known fact. ``notes``: what the case lacks.

    Raises
    ------
    UnknownNameError
        When there is no such pool.

    Notes
    -----
    Figures and gates of each pool, with the paragraph of the plan they come from: ``library/pools``.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> pool = find_pool(graph, survey(graph, region="嘉兴", reference=None, draws=0), "headquarters")
    >>> pool.rows["firm"].tolist()
    ['构造卯电池集团股份有限公司']
    """
    with engine(surveying.survey_tables(graph, firm_places(graph, findings.region))) as query:
        found = pools.find_pool(graph, query, findings, name, on=on)
    return replace(
        found,
        title=say(found.title, lang),
        rows=in_words(found.rows, lang),
        dropped=in_words(found.dropped, lang),
        notes=tuple(say(note, lang) for note in found.notes),
    )


def explain(findings: Findings, firm: str, graph: ChainGraph | None = None, *, lang: str | None = None) -> str:
    """Why is this firm on the lists, or on none: reasons, sources, what is unknown, the next step, the way in.

    Parameters
    ----------
    findings
        What a survey found.
    firm
        Id, name, short or former name, or a part of a name that only one firm bears.
    graph
        The graph that was surveyed: any firm in it can then be explained, with what keeps it out of each segment's list
        and what would bring it in. None: only firms on the lists.
    lang
        zh or en; None: that of the findings.

    Returns
    -------
    str
        A paragraph for every list and segment in which the firm stands.

    Raises
    ------
    UnknownNameError
        When no such firm, or more than one, is meant; similar names are listed.

    Notes
    -----
    The terms that are printed add up to S, and the fit is exp(S), a multiple of what is usual: `chaingraph.fit.score`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = survey(graph, region="嘉兴", reference=None, draws=0)
    >>> print(explain(found, "Constructed Geng", lang="en").splitlines()[1])
      segment: Separators
    """
    told = lang or findings.lang
    if graph is None:
        return explain_firm(findings, firm, told)
    firm_id = find_firm(graph["firms"], firm)
    return tell_firm(graph, findings, firm_id, why_not(graph, findings, firm_id, open_engine), told)


def write_map(
    findings: Findings,
    graph: ChainGraph,
    path: str | Path,
    *,
    chain: str,
    compare: str | Path | FormerRun | None = None,
) -> None:
    """Write the page of one chain: one HTML file that works offline.

    Parameters
    ----------
    findings
        What a survey found.
    graph
        The graph that was surveyed.
    path
        The file to write, ``.html``; it is written whole or not at all.
    chain
        Name or id of the chain.
    compare
        The folder that an earlier `run` wrote: the page then lists what changed since.

    Raises
    ------
    UnknownNameError
        When the chain was not surveyed, now or then.
    ChaingraphError
        When ``compare`` holds no files of a run.

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = survey(graph, region="嘉兴", reference=None, draws=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_map(found, graph, Path(folder, "es.html"), chain="储能")
    ...     "构造庚隔膜科技" in Path(folder, "es.html").read_text(encoding="utf-8")
    True
    """
    former = former_run(compare, lang=findings.lang) if isinstance(compare, str | Path) else compare
    page = one_page(findings, graph, graph.chain_id(chain), previous=former)
    write_bytes(page.encode(), Path(path))
