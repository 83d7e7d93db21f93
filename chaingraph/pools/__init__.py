"""The plan's other ways to recruit, beside the chain lists: who is asked, why, and through whom.

========================  ==================================================================================
pool                      one row is
========================  ==================================================================================
reinvest     增资扩股       a foreign firm here, on one of the three lists
fund         基金招商       a firm that a partner fund or a local investor holds and that makes what a chain lacks
headquarters 总部招商       a group that has units, and no functional unit on record
technology   科技招商       a segment that lacks a technology, and who holds it
site         以地招商       a target and a parcel (or, without parcels, a zone) that suits it
team         驻点招商       a target and the team or office that approaches it
========================  ==================================================================================

Each is the function ``pool`` of the module of its name, of the graph and of what a survey found; title, figures and
gates stand in ``library/pools/<pool>.toml``. A file of the user's own says by ``kind`` which of them it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chaingraph.labels import LANGUAGES
from chaingraph.model import registry
from chaingraph.model.columns import TIERS
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.registry import Definition
from chaingraph.model.results import GAP_STATES, POOL_COLUMNS
from chaingraph.model.results.columns import COLUMNS
from chaingraph.model.results.told import Name
from chaingraph.pools.ground import Ground, Pool, pool_ground
from chaingraph.sql import Query


def find_pool(graph: ChainGraph, query: Query, findings: Findings, name: str, *, on: str | None = None) -> Pool:
    """Whom does one of the plan's other ways of recruiting lead to?

    Parameters
    ----------
    query
        Runs the SQL texts on the tables of `surveying.survey_tables`.
    findings
        What a survey of the same graph found: its gaps, targets, region and date.
    name
        One of ``registry.shipped("pools")``, or the path of a TOML file.
    on
        The day on which policies must be in force, ISO; None: the survey's date.

    Returns
    -------
    Pool
        ``rows``: `results.POOL_COLUMNS`. list is a code, except for team (the team's name); rank is within the list,
        1 first; via names the fund, carrier, unit, parcel or team that leads there; amount is in amount_unit (usd_m,
        cny_m, mu; NaN = not known); date is of the round or registration. firm_id is missing where the holder of a
        technology is no firm of the case. ``dropped``: gate, count, firms held back by a known fact. ``notes``: what
        the case does not hold, and by which figures the lists were made. Texts are `model.results.told.Words`.

    Raises
    ------
    UnknownNameError
        When there is no such pool, or its file has what no list can be made by: key, what was found, the choices.

    Examples
    --------
    >>> registry.shipped("pools")
    ('reinvest', 'fund', 'headquarters', 'technology', 'site', 'team')
    """
    kind = load_pool(name)
    make: Callable[[Ground], Pool] = registry.module_of("chaingraph.pools", kind).pool
    found = make(pool_ground(graph, query, findings, kind.content, on or findings.as_of))
    rows = found.rows.assign(pool=kind.name).reindex(columns=list(POOL_COLUMNS))
    rows = rows.astype({name: COLUMNS[name].dtype for name in POOL_COLUMNS if COLUMNS[name].dtype != "str"})
    return replace(found, name=kind.name, title=Name(*map(kind.title, LANGUAGES)), rows=rows)


def load_pool(name: str) -> Definition:
    """The title and figures of a pool; those of the user's own file stand before those of the kind it builds on.

    Raises
    ------
    UnknownNameError
        As `find_pool`.
    """
    found = registry.built_on(registry.load("pools", name))
    for key, known in (("states", GAP_STATES), ("tiers", tuple(TIERS))):
        if key in found.content:
            found.where.strings(key, found.content[key], known)
    return found


__all__ = ["Pool", "find_pool", "load_pool"]
