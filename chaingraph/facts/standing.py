"""How firms stand and where they have settled (经营状态与落户情况): known facts only, each with its date and source."""

from __future__ import annotations

import pandas as pd

from chaingraph.facts.derived_tables import name_within
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions
from chaingraph.sql import Query

STANDING_TABLES = ("firms", "firm_signals", "firm_sites")
STANDING_GATES = (
    "live", "checked", "renamed", "merged", "sold", "left_trade", "insolvent", "revoked", "delisted", "sanctioned",
    "here", "signed_here", "left", "decided_elsewhere", "ended",
)  # fmt: skip


def standing(graph: ChainGraph, query: Query, region: str | None) -> pd.DataFrame:
    """What is known of each firm's state, and of its being in a region, coming to it, leaving it or going elsewhere?

    Parameters
    ----------
    graph
        The firms with their signals and sites.
    query
        Runs the SQL texts on the tables `STANDING_TABLES` of that graph.
    region
        The region that is recruiting; None: nothing is told of being in one.

    Returns
    -------
    DataFrame
        One row per known fact: firm_id, segment_id (NaN = the whole firm), region (the place named; NaN = none), gate
        (one of `STANDING_GATES`), date (as precise as known; NaN = not stated), source. A firm of which nothing is
        known has no row.

    Raises
    ------
    UnknownNameError
        When the region is not known.
    """
    if region is not None:
        regions.region_path(region)
    columns = (graph["firm_signals"]["place"], graph["firm_signals"]["instead_place"], graph["firm_sites"]["region"])
    places = sorted({str(name) for column in columns for name in column.dropna()})
    named = pd.DataFrame(
        {
            "place": pd.Series(places, dtype="str"),
            "inside": pd.Series(
                [None if region is None else name_within(name, region) for name in places], dtype="boolean"
            ),
        }
    )
    return query("standing", tables={"named": named})
