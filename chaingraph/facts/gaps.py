"""Where a region's chains have gaps: facts per segment, in natural units, without any text."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from chaingraph.facts.derived_tables import place_within, segment_nodes
from chaingraph.facts.position import market_shares, segment_measures
from chaingraph.facts.roles import BESIDE, MADE
from chaingraph.matching.product_text import products_meet
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions
from chaingraph.sql import Query

PRESENT_STATES = frozenset({"present", "present_unlisted", "normal", "strong"})
LARGE = "above_scale"  # 规上
_BUILDING = 2  # of status_order
CLUSTERS = frozenset({"cluster", "new_star", "future_zone"})


@cache
def gap_rules() -> dict[str, dict[str, float]]:
    """The numbers behind states and severity, from ``library/gaps.toml``."""
    return tomllib.loads((files("chaingraph") / "library" / "gaps.toml").read_text(encoding="utf-8"))


def state_of(found: int, *, expected: float | None = None, share: float = 0.0, chain_local: int = 0) -> str:
    """What may be said of a segment: its state.

    Without a reference: none_known (0 found), thin (1-2), present (3 or more). With one: missing (0 found, at least 3
    expected), unknown (0 found, fewer expected), weak (the 90 % interval of the location quotient ends below 1),
    strong (it begins above 1, and at least 3 found), else normal.

    Parameters
    ----------
    found
        Local firms in the segment, n.
    expected
        chain_local x share, lambda; None without a reference.
    share
        The segment's share of its chain's firms in the reference, p.
    chain_local
        Local firms in the chain, t.

    Notes
    -----
    The interval is Jeffreys': quantiles .05 and .95 of Gamma(n + .5), divided by lambda.

    Examples
    --------
    >>> state_of(0), state_of(2), state_of(3)
    ('none_known', 'thin', 'present')
    >>> state_of(0, expected=3.2, share=0.1, chain_local=32), state_of(0, expected=2.9, share=0.1, chain_local=29)
    ('missing', 'unknown')
    """
    rule = gap_rules()["rule"]
    if expected is None:
        if found == 0:
            return "none_known"
        return "thin" if found < rule["thin_below"] else "present"
    if found == 0:
        return "missing" if expected >= rule["expected_missing"] else "unknown"
    if expected <= 0:
        return "normal"
    from scipy.special import gammaincinv  # what scipy.stats has of it, without the rest of it

    lower, upper = (float(gammaincinv(found + 0.5, quantile)) / expected for quantile in (0.05, 0.95))
    if upper < 1:
        return "weak"
    return "strong" if lower > 1 and found >= rule["strong_at_least"] else "normal"


def local_presence(query: Query) -> pd.DataFrame:
    """Which local firms are in which segment, and how sure is it?

    Returns
    -------
    DataFrame
        One row per segment and local firm: segment_id, chain_id, firm_id, firm, district, standing (1 makes it here,
        2 beside: group-only, presumed, signed, stopped or unknown, 3 buyer, brand or licensor), presumed (1 where all
        that is known of it here is its seat), role_order (1 = leader), product,
        status_order (1 producing … 5 unknown), basis_order (1 = site), confidence_order (1 seen, 2 known, 3 unsure),
        source, as_of.
    """
    return query("presence")


def with_sorts(presence: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """The same, where a maker of one sort of a thing (``is_a``) is a maker of the thing, at any number of steps."""
    links = graph["segment_links"]
    above: dict[str, set[str]] = {}
    for sort, whole in links.loc[links["kind"] == "is_a", ["from_segment_id", "to_segment_id"]].itertuples(index=False):
        above.setdefault(str(sort), set()).add(str(whole))
    chains = graph["segments"].set_index("segment_id")["chain_id"]
    rows = [presence]
    step = presence
    while above and len(step := step.loc[step["segment_id"].isin(above)]):
        wholes = pd.Series([sorted(above[str(sort)]) for sort in step["segment_id"]], index=step.index, dtype=object)
        step = step.assign(segment_id=wholes).explode("segment_id")
        step = step.assign(chain_id=step["segment_id"].map(chains)).dropna(subset="chain_id")
        rows.append(step)
    if len(rows) == 1:
        return presence
    whole = pd.concat(rows).astype(presence.dtypes.to_dict())
    order = ["segment_id", "standing", "role_order", "status_order", "firm_id"]
    return whole.sort_values(order, kind="stable").drop_duplicates(["segment_id", "firm_id"], ignore_index=True)


def gap_facts(
    graph: ChainGraph,
    region: str,
    query: Query,
    presence: pd.DataFrame,
    families: pd.DataFrame,
    *,
    reference: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What is there, what would buy, what would sell, what lies near: one row per segment.

    Parameters
    ----------
    presence
        From `local_presence`, `with_sorts`.
    families
        firm_id, group_id.
    reference
        Makers of a national sample tagged by one rule, local firms included, counted as `sql/expected.sql` does:
        segment_id, national, local, chain_national, chain_local. None: the curated case alone, which can say neither
        "missing" nor "weak".

    Returns
    -------
    DataFrame
        Indexed by segment_id, in chain and segment order. Counts are firms; lists are tuples of names, longest first in
        importance: found, group_only, presumed (registered here, nobody has seen that they make it here; not in
        group_only), local_demand (makers in the segments it feeds), local_supply (makers in the segments feeding it),
        nearby_found (makers outside the region within 150 km), expected (firms; NaN without a
        reference), state, severity with its parts (severity_state, severity_demand, severity_high_value,
        severity_chokepoint, severity_must_pass), fill_mode, admission, confirmed, local_order_share (本地配套率, 0-1;
        NaN where no order data), must_pass, bridge, suppliers, choke_by_position, and what `position.market_shares`
        tells; chokepoint is true where the case calls it one (choke_told) or there is a single source. Of a case read
        from Parquet datasets found, group_only, presumed, to_check and nearby_found count all firms, everything else
        those that were read.
    """
    facts = graph["segments"].set_index("segment_id").sort_values(["chain_id", "segment_id"], kind="stable")
    facts = facts.join(graph["chains"].set_index("chain_id")[["chain", "chain_en"]], on="chain_id")
    made = presence[presence["standing"] == MADE]
    presumed = _first_asked(presence[presence["presumed"] == 1], graph)
    beside = presence[(presence["standing"] == BESIDE) & (presence["presumed"] != 1)]
    facts["found"] = _count(made, facts)
    facts["group_only"] = _count(beside, facts)
    facts["presumed"] = _count(presumed, facts)
    facts["to_check"] = _count(beside[beside["status_order"] == 5], facts) + facts["presumed"]
    facts["found_firms"] = _names(made, facts)
    facts["group_only_firms"] = _names(beside, facts)
    facts["presumed_firms"] = _names(presumed, facts)
    facts["presence_sources"] = _names(presence.dropna(subset=["source"]), facts, "source")
    nodes = segment_nodes(graph)
    services = set(nodes.loc[nodes["service"], "segment_id"])
    alone = made["segment_id"].isin(services) & (facts["found"].reindex(made["segment_id"]) == 1).to_numpy()
    makers = made.assign(building=made["status_order"] == _BUILDING, alone=alone)
    makers = makers[["segment_id", "firm_id", "firm", "role_order", "building", "alone"]]
    neighbours = query("neighbours", tables={"local_makers": makers})
    # Of firms under secrecy nobody is told that they buy, and nobody asks them.
    neighbours = neighbours[~neighbours["firm_id"].isin(sensitive_firms(graph))]
    buys, sells = (neighbours[neighbours["direction"] == direction] for direction in ("buys", "sells"))
    facts["local_demand"] = _count(buys, facts)
    facts["local_supply"] = _count(sells, facts)
    facts["buyers"] = _names(buys, facts)
    facts["buyer_ids"] = _names(buys, facts, "firm_id")
    known = _known_buyers(graph, set(presence["firm_id"]))
    facts["buyers_known"] = pd.Series([known.get(segment, ()) for segment in facts.index], facts.index, dtype=object)
    outside = query("outside", [gap_rules()["rule"]["nearby_km"]], tables={"families": families})
    facts = facts.join(outside.set_index("segment_id"))
    facts["nearby_found"] = facts["nearby_found"].fillna(0).astype(int)
    facts = _of_all_firms(facts, graph.totals)
    facts = facts.join(segment_measures(graph).set_index("segment_id"))
    facts = facts.join(_order_share(graph, region))
    facts["clusters"] = _clusters(graph, region, facts)
    facts["admission"] = _regional(graph["segment_rules"], region, "admission", facts)
    facts["confirmed"] = _regional(segment_checks(graph), region, "state", facts)
    single = gap_rules()["rule"]["single_source"]
    shares = market_shares(graph, region, presence, families, single=single)
    facts = facts.assign(choke_told=facts["chokepoint"]).join(shares)
    facts["chokepoint"] = facts["chokepoint"].mask(facts["single_source"].notna(), other=True)
    facts = _with_states(facts, reference)
    facts = _with_severity(facts)
    facts["fill_mode"] = [_fill_mode(row) for row in rows_of(facts)]
    return facts


def sensitive_firms(graph: ChainGraph) -> set[str]:
    """Firms and institutes under secrecy (涉军涉密): never asked, never named as buyer or door."""
    firms = graph["firms"]
    if "sensitive" not in firms:
        return set()
    return set(firms.loc[firms["sensitive"].fillna(value=False).astype(bool), "firm_id"])


def _known_buyers(graph: ChainGraph, local: set[str]) -> dict[object, tuple[str, ...]]:
    """Local firms that buy a segment's products, by a record of purchases or a supply link from one that makes them.

    Of a seller that makes several things a link proves the one whose words meet what is sold. What is sold and meets
    nothing that the seller makes proves nothing, and so does an unsaid product of a seller of several things.
    """
    bought = {pair for pair in graph["leader_purchases"][["segment_id", "firm_id"]].itertuples(index=False, name=None)}
    links = graph["firm_links"]
    supplied = links[(links["kind"] == "supplies") & links["target_id"].isin(local)]
    supplied = supplied[["source_id", "target_id", "product"]]
    made = graph["firm_segments"]
    made = made.loc[(made["kind"] == "maker") & made["firm_id"].isin(supplied["source_id"])]
    names = graph["segments"].set_index("segment_id")
    named = names["segment"] + ";" + names["keywords"].fillna("")
    words = made["segment_id"].map(named) + ";" + made["product"].fillna("")
    told = made[["firm_id", "segment_id"]].assign(words=words, single=~made["firm_id"].duplicated(keep=False))
    met = supplied.merge(told, left_on="source_id", right_on="firm_id")
    for row in rows_of(met):
        said = row["product"]
        if products_meet(said, row["words"]) if isinstance(said, str) else row["single"]:
            bought.add((row["segment_id"], row["target_id"]))
    held: dict[object, list[str]] = {}
    for segment, firm in sorted(pair for pair in bought if pair[1] in local - sensitive_firms(graph)):
        held.setdefault(segment, []).append(firm)
    return {segment: tuple(firms) for segment, firms in held.items()}


def segment_checks(graph: ChainGraph) -> pd.DataFrame:
    """The confirmations that are about a segment as a whole, not about a single firm in it."""
    checks = graph["confirmations"]
    return checks[checks["firm_id"].isna()] if "firm_id" in checks else checks


def _first_asked(presumed: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """Presumed firms, those first whom to ask first: 规上 (above statistical size), then by staff and revenue."""
    firms = graph["firms"][["firm_id", "tiers", "employees", "revenue_cny_m"]].drop_duplicates("firm_id")
    told = presumed[["firm_id"]].merge(firms, on="firm_id", how="left", validate="many_to_one")
    large = [LARGE in {one.partition("(")[0] for one in split(cell)} for cell in told["tiers"]]
    order = told.assign(large=large).sort_values(
        ["large", "employees", "revenue_cny_m", "firm_id"], ascending=[False, False, False, True], kind="stable"
    )
    return presumed.iloc[order.index]


def _of_all_firms(facts: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Where the tables hold the first firms of each segment only: what was counted over all of them."""
    if totals.empty:
        return facts
    counted = totals.set_index("segment_id").reindex(facts.index)
    names = ("found", "group_only", "presumed", "to_check", "nearby_found")
    return facts.assign(**{name: counted[name].fillna(0).astype(int) for name in names})


def _count(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.Series[int]:
    counts = rows.groupby("segment_id")["firm_id"].nunique()
    return counts.reindex(facts.index).fillna(0).astype(int)


def _names(rows: pd.DataFrame, facts: pd.DataFrame, column: str = "firm") -> pd.Series[Any]:
    names: dict[str, dict[str, None]] = {}
    for segment, name in zip(rows["segment_id"], rows[column], strict=True):
        names.setdefault(segment, {})[name] = None
    return pd.Series([tuple(names.get(segment, ())) for segment in facts.index], index=facts.index, dtype=object)


def _order_share(graph: ChainGraph, region: str) -> pd.DataFrame:
    """本地配套率: purchases from suppliers in the region / all with a known supplier city."""
    bought = graph["leader_purchases"].dropna(subset=["annual_cny_m", "supplier_city"])
    if bought.empty:
        return pd.DataFrame({"local_order_share": pd.Series(dtype=float)})
    local = {city: place_within(city, region) for city in bought["supplier_city"].unique()}
    amounts = bought.assign(local=bought["annual_cny_m"].where(bought["supplier_city"].map(local), 0.0))
    sums = amounts.groupby("segment_id")[["local", "annual_cny_m"]].sum()
    return pd.DataFrame({"local_order_share": sums["local"] / sums["annual_cny_m"]})


def _clusters(graph: ChainGraph, region: str, facts: pd.DataFrame) -> pd.Series[Any]:
    """Names of the recognised local clusters that cover each segment."""
    named: dict[str, list[str]] = {}
    rows = graph["designations"]
    rows = rows[rows["kind"].isin(CLUSTERS)].sort_values(["name"], kind="stable")
    for name, segments, district in zip(rows["name"], rows["segments"], rows["district"], strict=True):
        if isinstance(district, str) and not any(place_within(part, region) for part in split(district)):
            continue
        for segment in split(segments):
            named.setdefault(segment, []).append(str(name))
    return pd.Series([tuple(named.get(segment, ())) for segment in facts.index], index=facts.index, dtype=object)


def _regional(rows: pd.DataFrame, region: str, column: str, facts: pd.DataFrame) -> pd.Series[Any]:
    """The value that holds for the region: its own row, else the narrowest enclosing region's."""
    enclosing = list(regions.region_path(region))
    best: dict[str, tuple[int, str]] = {}
    for segment, place, value in zip(rows["segment_id"], rows["region"], rows[column], strict=True):
        path = regions.region_path(place)
        if isinstance(value, str) and path[-1] in enclosing:
            best[segment] = max(best.get(segment, (-1, "")), (enclosing.index(path[-1]), value))
    return pd.Series([best.get(segment, (0, None))[1] for segment in facts.index], index=facts.index, dtype="str")


def _with_states(facts: pd.DataFrame, reference: pd.DataFrame | None) -> pd.DataFrame:
    facts = facts.assign(expected=math.nan, reference_local=0, segment_share=math.nan, chain_local=0)
    if reference is not None:
        counts = reference.set_index("segment_id").reindex(facts.index)  # a segment it does not know: nothing expected
        share = (counts["national"] / counts["chain_national"].where(counts["chain_national"] > 0)).astype(float)
        facts = facts.assign(
            expected=(share * counts["chain_local"]).astype(float),
            reference_local=counts["local"].fillna(0).astype(int),
            segment_share=share,
            chain_local=counts["chain_local"].fillna(0).astype(int),
        )
    facts["state"] = [_state(row) for row in rows_of(facts)]
    return facts


def _state(row: dict[Any, Any]) -> str:
    if row["confirmed"] == "missing":
        return "missing"
    found = int(row["found"])
    if math.isnan(row["expected"]):
        state = state_of(found)
    else:
        # The reference's own local firms are compared with its own expectation; one rule tagged them both.
        state = state_of(
            int(row["reference_local"]),
            expected=row["expected"],
            share=row["segment_share"],
            chain_local=int(row["chain_local"]),
        )
        if state == "unknown" or (state == "missing" and found):
            state = state_of(found)  # too few expected to say more than the case itself does
        elif (state == "missing" and row["to_check"]) or (state in ("normal", "strong", "weak") and not found):
            state = "unknown"
        elif state == "strong" and found < gap_rules()["rule"]["strong_at_least"]:
            state = "normal"
    state = _state_by_share(row, state)
    at_least_present = row["confirmed"] == "present" or len(row["clusters"]) > 0
    return "present_unlisted" if at_least_present and state not in PRESENT_STATES else state


def _state_by_share(row: dict[Any, Any], state: str) -> str:
    """What firms make of the output weighs more than how many they are, where the case states it."""
    rule = gap_rules()["rule"]
    if row["market_share"] > rule["share_strong"]:
        return "strong"
    return "weak" if state in PRESENT_STATES and row["share_most"] < rule["share_weak"] else state


def _with_severity(facts: pd.DataFrame) -> pd.DataFrame:
    points, parts = gap_rules()["state"], gap_rules()["parts"]
    state = facts["state"].map(points).astype(float)
    open_gap = (state > 0).astype(float)
    buyers = facts["local_demand"].clip(upper=int(parts["demand_at_most"]))
    pieces = {
        "severity_state": state,
        "severity_demand": open_gap * parts["demand"] * buyers,
        "severity_high_value": open_gap * parts["high_value"] * facts["high_value"].fillna(value=False).astype(float),
        "severity_chokepoint": open_gap * parts["chokepoint"] * facts["chokepoint"].fillna(value=False).astype(float),
        "severity_must_pass": open_gap * parts["must_pass"] * facts["must_pass"].fillna(0.0),
    }
    choke = ((facts["must_pass"] >= 0.5) | facts["bridge_top"].fillna(value=False)) & (facts["suppliers"] < 2)
    severity = sum(pieces.values(), start=pd.Series(0.0, index=facts.index))
    return facts.assign(**pieces, severity=severity, choke_by_position=choke)


def _fill_mode(row: dict[Any, Any]) -> str | None:
    """How to fill: refused by admission, else somebody to check, else grow what is here, else near, else recruit."""
    rule = gap_rules()["rule"]
    if row["admission"] in ("限制", "禁止"):
        return "unsuitable"
    if row["state"] in PRESENT_STATES:
        return None
    if row["admission"] == "待核" or (row["found"] == 0 and row["to_check"] > 0):
        return "to_check"
    if row["found"] > 0:
        return "cultivate"
    flagged = row["high_value"] is True or row["chokepoint"] is True
    if row["nearby_found"] >= rule["nearby_makers"] and not flagged:
        return "nearby"
    return "recruit"
