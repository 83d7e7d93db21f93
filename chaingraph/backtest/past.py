"""A bureau's own past: of those that came after a day, who stood on the lists made of what was known by then?

Internal: such figures are for those who make the lists, and stand on no page for a leader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from chaingraph.backtest.measures import rounded, rounded_rows
from chaingraph.choosing.likelihood import likelihood
from chaingraph.facts.derived_tables import firm_places, place_within
from chaingraph.facts.known_by import last_day
from chaingraph.matching.name_forms import normalise_name
from chaingraph.model.columns import split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph

LEAST = 20  # new comers from which a share is printed
ORDERS = ("list", "random", "nearest", "fortune", "popularity", "likelihood")
STATUSES = ("new", "circular", "reinvest", "only_project", "unknown")
_UNITS = ("plant", "subsidiary", "office", "lab", "hq")


@dataclass(frozen=True)
class Past:
    """What became of the lists of a day.

    ``outcomes``: one row per firm that came after the day: firm (as given), date, firm_id (missing: nowhere in the
    case), status (one of `STATUSES`), known (whether the case as of then knew the firm), listed (new, reinvest, or
    behind the end; missing = not at all), rank and chain_id of its best place, right_chain, right_segment (<NA> = what
    it makes is not known). ``orders``: one row per way to order the same candidates: order, hits (new comers within
    lists of the same length), of, share (NaN under `LEAST`). ``facts``: counts.
    """

    region: str
    day: str
    outcomes: pd.DataFrame
    orders: pd.DataFrame
    facts: Mapping[str, float] = field(default_factory=dict)


def look_back(
    whole: Mapping[str, pd.DataFrame], then: ChainGraph, found: Findings, outcomes: pd.DataFrame, *, day: str
) -> Past:
    """Hold the lists of an earlier day against what came.

    A firm that came counts as *new* where nothing of it was on record here by then; as *circular* where the case
    already held a signal, project or contact of it here (the list then tells of the project itself); as *reinvest*
    where it had a unit here; as *only_project* where the case knew nothing of it then and knows it today through its
    unit here alone; as *unknown* where the case does not know it today either. Shares are of the new ones only.

    Parameters
    ----------
    whole
        The case's tables as they stand today: what names and products are.
    then
        The graph of what was known by ``day`` (`facts.known_by`).
    found
        What a survey of that graph found.
    outcomes
        firm (id or name), region, date, and segment (id) where it is known: who came. Rows outside the region and rows
        not surely later than ``day`` are left out and counted.
    day
        As for `facts.known_by.known_by`.

    Returns
    -------
    Past
    """
    region = found.region
    inside = [place_within(place, region) for place in outcomes["region"]]
    dated = outcomes["date"].notna()
    later = outcomes["date"].fillna("") > last_day(day)
    came = outcomes[np.array(inside, dtype=bool) & later]
    roots = _roots(whole["firms"])
    names = _names(whole["firms"])
    rows = _list_rows(found, roots)
    record = _Record(whole, then, region, roots)
    told: dict[str, dict[str, Any]] = {}
    for row in came.sort_values(["date", "firm"], kind="stable").to_dict("records"):
        firm = names.get(normalise_name(str(row["firm"])), row["firm"] if row["firm"] in roots else None)
        key = str(row["firm"]) if firm is None else roots[firm]
        segment = row.get("segment")
        if key not in told:  # the first time it came after that day
            made = {segment} if isinstance(segment, str) else record.makes(key)
            told[key] = {"firm": row["firm"], "date": row["date"], "firm_id": firm} | _told(
                key, firm, made, rows, record
            )
    columns = [
        "firm",
        "date",
        "firm_id",
        "status",
        "known",
        "listed",
        "rank",
        "chain_id",
        "right_chain",
        "right_segment",
    ]
    frame = pd.DataFrame(list(told.values()), columns=columns)
    frame = frame.astype({"rank": "Int64", "known": "boolean", "right_chain": "boolean", "right_segment": "boolean"})
    new = {key for key, row in told.items() if row["status"] in ("new", "only_project", "unknown")}
    facts: dict[str, float] = {
        "outcomes": len(outcomes),
        "elsewhere": int((~np.array(inside, dtype=bool)).sum()),
        "undated": int((np.array(inside, dtype=bool) & ~dated).sum()),
        "not_later": int((np.array(inside, dtype=bool) & dated & ~later).sum()),
        "came": len(frame),
        **{status: int((frame["status"] == status).sum()) for status in STATUSES},
        "firms_then": len(then["firms"]),
        "candidates": int(rows.loc[rows["kind"] == "new", "root"].nunique()),
    }
    return Past(region, day, frame, _orders(then, found, rows, roots, new, day), facts)


def _roots(firms: pd.DataFrame) -> dict[str, str]:
    """The topmost recorded parent of every firm."""
    parent = {firm: above for firm, above in zip(firms["firm_id"], firms["parent_id"], strict=True)}
    roots = {}
    for firm in parent:
        at, seen = firm, {firm}
        while isinstance(parent.get(at), str) and parent[at] in parent and parent[at] not in seen:
            at = parent[at]
            seen.add(at)
        roots[firm] = at
    return roots


def _names(firms: pd.DataFrame) -> dict[str, str]:
    """Every name a firm bears or bore, as compared; one that two bear is nobody's."""
    bearers: dict[str, set[str]] = {}
    for row in firms.sort_values("firm_id").to_dict("records"):
        english = [row["firm_en"]] if isinstance(row["firm_en"], str) else []
        for name in (row["firm"], *english, *split(row["aliases"]), *split(row["former_names"])):
            bearers.setdefault(normalise_name(str(name)), set()).add(row["firm_id"])
    return {name: next(iter(firms)) for name, firms in bearers.items() if len(firms) == 1}


def _list_rows(found: Findings, roots: Mapping[str, str]) -> pd.DataFrame:
    """Every row of the lists and behind their ends: list, chain_id, segment_id, firm_id, root, kind, rank, listed."""
    parts = []
    for name, targets in (("main", found.targets), ("leader", found.leader_targets)):
        frame = targets["zh"][["chain_id", "segment_id", "firm_id", "candidate_list", "rank"]]
        parts.append(frame.assign(list=name, listed=True))
    behind = found.behind[["list", "chain_id", "segment_id", "firm_id", "candidate_list", "position"]]
    parts.append(behind.rename(columns={"position": "rank"}).assign(listed=False))
    rows = pd.concat(parts, ignore_index=True).rename(columns={"candidate_list": "kind"})
    return rows.assign(root=rows["firm_id"].map(lambda firm: roots.get(firm, firm)))


class _Record:
    """What is on record of a group, then and today; by root."""

    def __init__(
        self, whole: Mapping[str, pd.DataFrame], then: ChainGraph, region: str, roots: Mapping[str, str]
    ) -> None:
        self._roots = roots
        self.then = {self._root(firm) for firm in then["firms"]["firm_id"]}
        self.here: set[str] = self._placed(then["firm_sites"], "region", region, kinds=_UNITS)
        self.here |= self._placed(then["firm_segments"], "site_region", region)
        firms = then["firms"]
        self.here |= {
            self._root(row["firm_id"])
            for row in firms.to_dict("records")
            if any(place_within(row[unit], region) for unit in ("city", "district"))
        }
        self.circular = self._placed(then["firm_signals"], "place", region)
        self.circular |= self._placed(then["projects"], "region", region)
        self.circular |= self._placed(then["firm_sites"], "region", region, kinds=("contact",))
        elsewhere = self._placed(whole["firm_sites"], "region", region, away=True)
        elsewhere |= self._placed(whole["firm_signals"], "place", region, away=True)
        elsewhere |= {self._root(firm) for firm in whole["firms"].loc[whole["firms"]["tiers"].notna(), "firm_id"]}
        elsewhere |= {self._root(firm) for side in ("source_id", "target_id") for firm in whole["firm_links"][side]}
        here_today = self._placed(whole["firm_sites"], "region", region)
        here_today |= self._placed(whole["firm_segments"], "site_region", region)
        here_today |= self._placed(whole["firm_signals"], "place", region)
        self.only_here = here_today - elsewhere
        self._made: dict[str, set[str]] = {}
        for firm, segment in zip(whole["firm_segments"]["firm_id"], whole["firm_segments"]["segment_id"], strict=True):
            self._made.setdefault(self._root(firm), set()).add(segment)
        self.chain_of = dict(zip(whole["segments"]["segment_id"], whole["segments"]["chain_id"], strict=True))

    def _root(self, firm: str) -> str:
        return self._roots.get(firm, firm)

    def makes(self, root: str) -> set[str]:
        """Segments in which the group is recorded today."""
        return self._made.get(root, set())

    def _placed(
        self, frame: pd.DataFrame, column: str, region: str, *, kinds: tuple[str, ...] = (), away: bool = False
    ) -> set[str]:
        rows = frame[frame["kind"].isin(kinds)] if kinds else frame
        rows = rows[rows[column].notna()]
        held = [place_within(place, region) is not away for place in rows[column]]
        return {self._root(firm) for firm in rows.loc[np.array(held, dtype=bool), "firm_id"]}


def _told(key: str, firm: str | None, made: set[Any], rows: pd.DataFrame, record: _Record) -> dict[str, Any]:
    own = rows[rows["root"] == key].sort_values(["listed", "rank"], ascending=[False, True], kind="stable")
    best = own.iloc[0].to_dict() if len(own) else {}
    shown = own[own["listed"]]
    known = key in record.then
    if firm is None:
        status = "unknown"
    elif key in record.here:
        status = "reinvest"
    elif key in record.circular:
        status = "circular"
    elif not known and key in record.only_here:
        status = "only_project"
    else:
        status = "new"
    chains = {record.chain_of.get(segment) for segment in made}
    return {
        "status": status,
        "known": known,
        "listed": None if not best else best["kind"] if best["listed"] else "behind",
        "rank": best.get("rank"),
        "chain_id": best.get("chain_id"),
        "right_chain": bool(set(shown["chain_id"]) & chains) if made and len(shown) else None,
        "right_segment": bool(set(shown["segment_id"]) & made) if made and len(shown) else None,
    }


def _orders(
    then: ChainGraph, found: Findings, rows: pd.DataFrame, roots: Mapping[str, str], new: set[str], day: str
) -> pd.DataFrame:
    """The same candidates in other orders, cut at the length that each chain's list has."""
    pool = rows[(rows["kind"] == "new") & (rows["list"] == "main")]
    families = pd.DataFrame({"firm_id": list(roots), "group_id": list(roots.values())})
    likely = likelihood(then, families, pool, found.region, day)
    pool = pool.merge(likely[["firm_id", "segment_id", "likelihood_points"]], on=["firm_id", "segment_id"], how="left")
    firms = then["firms"].set_index("firm_id")
    tiers = pool["firm_id"].map(firms["tiers"]).fillna("")
    places = _distances(then, found.region)
    mentions = then["firm_segments"]["firm_id"].value_counts()
    mentions = mentions.add(then["firm_links"]["source_id"].value_counts(), fill_value=0)
    keys: dict[str, Callable[[], pd.Series[float]]] = {
        "nearest": lambda: pool["firm_id"].map(places).fillna(np.inf).astype(float),
        "fortune": lambda: 2.0 - 1.0 * tiers.str.contains("global500") - 0.5 * tiers.str.contains("china500"),
        "popularity": lambda: -pool["firm_id"].map(mentions).fillna(0).astype(float),
        "likelihood": lambda: -pool["likelihood_points"].fillna(0.0).astype(float),
    }
    told = []
    sizes = pool.groupby("chain_id")["listed"].sum()
    for order in ORDERS:
        if order == "list":
            hits = float(len(new & set(pool.loc[pool["listed"], "root"])))
        elif order == "random":
            missed = {root: 1.0 for root in new}
            for chain, held in pool.groupby("chain_id"):
                for root in new & set(held["root"]):
                    missed[root] *= 1 - float(sizes[chain]) / len(held)
            hits = sum(1 - chance for chance in missed.values())
        else:
            ordered = pool.assign(key=keys[order]()).sort_values(["chain_id", "key", "firm_id"], kind="stable")
            first = ordered.groupby("chain_id").cumcount() < ordered["chain_id"].map(sizes)
            hits = float(len(new & set(ordered.loc[first, "root"])))
        told.append((order, hits, len(new), hits / len(new) if len(new) >= LEAST else np.nan))
    return pd.DataFrame(told, columns=["order", "hits", "of", "share"])


def _distances(then: ChainGraph, region: str) -> dict[str, float]:
    places = firm_places(then, region)
    return dict(zip(places["firm_id"], places["distance_km"], strict=True))


def past_as_json(result: Past) -> dict[str, Any]:
    """All of it as plain values."""
    outcomes = result.outcomes.astype(object).where(result.outcomes.notna(), None)
    return {
        "protocol": "past",
        "region": result.region,
        "known_by": result.day,
        "facts": rounded(result.facts),
        "orders": rounded_rows(result.orders),
        "outcomes": outcomes.to_dict("records"),
    }
