"""Rivals: cities that make what a region lacks, firms that make what its leaders make; and who may supply those."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from chaingraph.facts.derived_tables import city_within
from chaingraph.model.case import cells_of
from chaingraph.model.graph import ChainGraph

MOST = 5  # cities per segment
LACKING = 3  # segments named that a rival's chain lacks
LEADER_LIST = "leader"
# Of a customer's further suppliers, how many supply a given other buyer, too: one that makes the same product, one of
# the same chain, any other. Counted on the links of data/jiaxing; `scripts/suppliers` counts them again without the
# maker that it asks about.
ALSO_SUPPLY = (0.14, 0.04, 0.012)
_PRIOR = 10.0  # suppliers' worth of trust in those rates, the kappa of the fit
_FIT = 0.25  # weight of the fit on the leaders' list
_POPULARITY = 0.5  # weight of having more customers than is usual for the product
COLUMNS = ("chain_id", "segment_id", "rank", "city", "firms", "chain_firms", "share", "lacks")


def rival_cities(makers: pd.DataFrame, region: str, *, most: int = MOST) -> pd.DataFrame:
    """The cities with most makers of each segment, and what their chains lack.

    Parameters
    ----------
    makers
        Makers by city, from `sql/makers.sql` or `fit.listed.listed_makers`: chain_id, segment_id (missing = the whole
        chain), city (missing = not known), firms.
    region
        The region that is recruiting; its own cities are no rivals.

    Returns
    -------
    DataFrame
        One row per segment and city, the most makers first (then the name): chain_id, segment_id, rank, city, firms,
        chain_firms (makers of any segment of the chain there), share (0-1, of the segment's makers in the country),
        lacks (ids of the segments of the chain without a maker there, joined with ``;``, those with most makers in the
        country first, at most three; missing = none).
    """
    if makers.empty:
        return pd.DataFrame({name: pd.Series(dtype=_dtype(name)) for name in COLUMNS})
    national = makers.groupby(["chain_id", "segment_id"])["firms"].sum()
    of_segment = national.to_dict()
    known = makers.dropna(subset="city")
    inside = {city: city_within(city, region) for city in known["city"].unique()}
    outside = known[~known["city"].map(inside).astype(bool)]
    whole = outside[outside["segment_id"].isna()].set_index(["chain_id", "city"])["firms"].to_dict()
    held = outside.dropna(subset="segment_id").assign(minus=lambda rows: -rows["firms"])
    made = held.groupby(["chain_id", "city"])["segment_id"].agg(set).to_dict()
    largest = {
        str(chain): [str(segment) for _, segment in rows.sort_values(ascending=False, kind="stable").index]
        for chain, rows in national[national > 0].groupby("chain_id", sort=True)
    }
    first = held.sort_values(["chain_id", "segment_id", "minus", "city"], kind="stable")
    first = first.assign(rank=first.groupby(["chain_id", "segment_id"]).cumcount() + 1)
    first = first[first["rank"] <= most]
    pairs = list(zip(first["chain_id"], first["city"], strict=True))
    missing = [[segment for segment in largest[chain] if segment not in made[chain, city]] for chain, city in pairs]
    told = first.assign(
        chain_firms=[int(whole[pair]) for pair in pairs],
        share=[
            count / of_segment[key]
            for count, key in zip(first["firms"], zip(first["chain_id"], first["segment_id"], strict=True), strict=True)
        ],
        lacks=pd.Series([";".join(part[:LACKING]) or np.nan for part in missing], index=first.index, dtype="str"),
    )
    return told[list(COLUMNS)].astype({name: _dtype(name) for name in COLUMNS}).reset_index(drop=True)


def _dtype(name: str) -> str:
    return {"rank": "int64", "firms": "int64", "chain_firms": "int64", "share": "float64"}.get(name, "str")


def as_suppliers(
    rows: pd.DataFrame, graph: ChainGraph, leading: pd.DataFrame, *, rates: Sequence[float] = ALSO_SUPPLY
) -> pd.DataFrame:
    """Rows of all lists without the leaders' rivals, and with what is known of each as a supplier.

    A rival, on the list that goes by the leaders alone, makes what a leader of the chain makes itself, in a segment
    that no other leader buys, and has no recorded link to any of them. No leader asks for it, nor has
    one a reason to introduce it; on the chain's own list it stays.

    Parameters
    ----------
    rows
        Candidates of all lists: list, chain_id, segment_id, firm_id, group_id, candidate_list.
    leading
        chain_id, firm_id, segments (of what each leader makes).
    rates
        Of a customer's suppliers, the share that supplies a leader, too, by what the customer is to the leaders: a
        maker of the same product, of their chain, any other.

    Returns
    -------
    DataFrame
        The rows that stay, with ``supply``, in nats (NaN on other lists, and where no customer of the firm is on
        record). It is ln(chance to supply a leader, too, over that with one customer of any other kind) + half of
        ln(its customers over the mean of the makers of the segment, both plus one). The chance is that at least one
        customer brings it along: of the customer's other suppliers so many supply a leader already, shrunk towards
        ``rates`` with the weight of ten suppliers.
    """
    if rows.empty:
        return rows.assign(supply=pd.Series(dtype="float64"))
    links = graph["firm_links"]
    rival = _rivals(rows, graph, leading, links)
    stays = rows[~rival].reset_index(drop=True)
    supplies = links[links["kind"] == "supplies"]
    buyers = supplies.groupby("source_id")["target_id"].agg(set)
    makers = graph["firm_segments"].drop_duplicates(["firm_id", "segment_id"])
    customers = makers["firm_id"].map(buyers.map(len)).fillna(0.0).astype(float)
    usual = customers.groupby(makers["segment_id"]).mean()
    sold = _Sold(
        sellers=supplies.groupby("target_id")["source_id"].agg(set).to_dict(),
        makes=makers[makers["firm_id"].isin(supplies["target_id"])].groupby("firm_id")["segment_id"].agg(set).to_dict(),
        chain_of=dict(cells_of(graph["segments"], "segment_id", "chain_id")),
    )
    bring = {str(chain): _bringing(led, sold, rates) for chain, led in leading.groupby("chain_id")}
    told = []
    for name, chain, segment, firm in cells_of(stays, "list", "chain_id", "segment_id", "firm_id"):
        own: set[str] = buyers.get(firm, set())
        if name != LEADER_LIST or not own:
            told.append(np.nan)
            continue
        chances = bring[chain](firm, own) if chain in bring else []
        comes = float(np.log((1.0 - np.prod([1.0 - chance for chance in chances])) / rates[-1])) if chances else 0.0
        popular = float(np.log((len(own) + 1) / (float(usual.get(segment, 0.0)) + 1)))
        told.append(comes + _POPULARITY * popular)
    return stays.assign(supply=pd.Series(told, index=stays.index, dtype="float64"))


def with_supply(rows: pd.DataFrame) -> pd.Series[float]:
    """What a list is ordered by: the fit; on the leaders' list a quarter of it and what is known of a supplier.

    Suppliers of different goods are not alike, so that likeness says less of them than whom they supply
    (docs/backtest.md, "Who else supplies a maker").

    Parameters
    ----------
    rows
        list, s (nats; NaN = not known) and, from `as_suppliers`, supply.

    Examples
    --------
    >>> with_supply(pd.DataFrame({"list": ["main", "leader"], "s": [2.0, 2.0], "supply": [np.nan, 1.0]})).tolist()
    [2.0, 1.5]
    """
    known = rows["supply"] if "supply" in rows else pd.Series(np.nan, rows.index)
    fit = rows["s"] * _FIT
    fit = fit.mask(known.notna(), fit.fillna(0.0) + known)
    return rows["s"].mask(rows["list"] == LEADER_LIST, fit)


@dataclass(frozen=True)
class _Sold:
    """What is on record of customers: who sells to each, the segments each makes, the chain of a segment."""

    sellers: Mapping[Any, set[str]]
    makes: Mapping[Any, set[str]]
    chain_of: Mapping[Any, str]


def _bringing(led: pd.DataFrame, sold: _Sold, rates: Sequence[float]) -> Callable[[str, set[str]], list[float]]:
    """The chances that the customers of a firm, the leaders apart, bring it along to a leader of one chain."""
    leaders = set(led["firm_id"])
    sellers, makes, chain_of = sold.sellers, sold.makes, sold.chain_of
    made: set[str] = set().union(*led["segments"])
    chains = {chain_of[segment] for segment in made if segment in chain_of}
    of_leaders: set[str] = set().union(*(sellers.get(leader, set()) for leader in leaders))

    def kind(buyer: str) -> int:
        held = makes.get(buyer, set())
        return 0 if held & made else 1 if {chain_of.get(segment) for segment in held} & chains else 2

    def chances(firm: str, own: set[str]) -> list[float]:
        found = []
        for buyer in sorted(own - leaders):
            others = sellers[buyer] - {firm}
            found.append((len(others & of_leaders) + _PRIOR * rates[kind(buyer)]) / (len(others) + _PRIOR))
        return found

    return chances


def _rivals(rows: pd.DataFrame, graph: ChainGraph, leading: pd.DataFrame, links: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of the leaders' list are of a rival."""
    feeds = graph["segment_links"]
    feeds = feeds[feeds["kind"] == "feeds"]
    goes_into: dict[str, set[str]] = {}
    for source, target in zip(feeds["from_segment_id"], feeds["to_segment_id"], strict=True):
        goes_into.setdefault(source, set()).add(target)
    competing: set[tuple[str, str]] = set()
    for chain, own in leading.groupby("chain_id"):
        made = [set(segments) for segments in own["segments"]]
        for segment in set().union(*made):
            asked = any(segment not in held and goes_into.get(segment, set()) & held for held in made)
            if not asked:
                competing.add((str(chain), segment))
    tied: dict[str, set[str]] = {}
    for source, target in zip(links["source_id"], links["target_id"], strict=True):
        tied.setdefault(source, set()).add(target)
        tied.setdefault(target, set()).add(source)
    leaders = leading.groupby("chain_id")["firm_id"].agg(set)
    columns = ["list", "candidate_list", "chain_id", "segment_id", "firm_id", "group_id"]
    found = [
        name == LEADER_LIST
        and kind == "new"
        and (chain, segment) in competing
        and not (tied.get(firm, set()) | tied.get(group, set())) & leaders.get(chain, set())
        for name, kind, chain, segment, firm, group in cells_of(rows, *columns)
    ]
    return pd.Series(found, index=rows.index, dtype=bool)
