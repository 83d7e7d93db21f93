"""Who leads a chain in the region (链主), and on what ground: designated, order share, or position."""

from __future__ import annotations

import pandas as pd

from chaingraph.facts.gaps import gap_rules
from chaingraph.facts.roles import MADE, OTHER
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph

PROPOSED = 5  # firms of a chain


def find_leaders(graph: ChainGraph, presence: pd.DataFrame) -> pd.DataFrame:
    """Which local firms lead each chain, and why?

    A firm leads when a designation names it, when it holds at least 30 % of the recorded purchases of a segment of the
    chain, or when an analyst calls it a leader of a segment that it demonstrably makes here. Group-only, signed,
    stopped and unknown rows never lead by position.

    Parameters
    ----------
    presence
        From `gaps.local_presence`.

    Returns
    -------
    DataFrame
        One row per chain and leader, best ground first: chain_id, rank, firm_id, firm, ground (designated | orders |
        position), designation (note of it), order_share (0-1; NaN = no order data), segments (ids it makes here),
        products (tuple), links (recorded supply and ownership links), proven (it makes something of the chain here),
        confidence_order (best of its rows; 1 seen, 2 known, 3 unsure), source.
    """
    chains = graph["segments"].set_index("segment_id")["chain_id"]
    local = presence.assign(chain_id=presence["segment_id"].map(chains))
    designated = graph["designations"]
    designated = designated[(designated["kind"] == "chain_leader") & designated["firm_id"].notna()]
    grounds = {(row["chain_id"], row["firm_id"]): row for row in rows_of(designated)}
    shares = _order_shares(graph, chains)
    links = pd.concat([graph["firm_links"]["source_id"], graph["firm_links"]["target_id"]]).value_counts()
    rows = []
    names = graph["firms"].set_index("firm_id")["firm"]
    placed = local[(local["standing"] == MADE) & (local["role_order"] == 1)]
    keys = set(zip(placed["chain_id"], placed["firm_id"], strict=True)) | set(grounds) | set(shares)
    held_by = pd.MultiIndex.from_frame(local[["chain_id", "firm_id"]]).isin(keys)
    by_key = dict(list(local[held_by].groupby(["chain_id", "firm_id"])))
    for chain_id, firm_id in sorted((key for key in keys if isinstance(key[0], str)), key=str):
        held = by_key.get((chain_id, firm_id), local.iloc[:0])
        made = held[held["standing"] == MADE]
        position = bool((made["role_order"] == 1).any())
        share = shares.get((chain_id, firm_id), float("nan"))
        by_orders = share >= gap_rules()["rule"]["order_share_leader"]
        designation = grounds.get((chain_id, firm_id))
        if designation is None and not by_orders and not position:
            continue
        shown = made if len(made) else held
        rows.append(
            {
                "chain_id": chain_id,
                "firm_id": firm_id,
                "firm": names.get(firm_id, firm_id),
                "ground": "designated" if designation is not None else "orders" if by_orders else "position",
                "designation": None if designation is None else designation["note"],
                "order_share": share,
                "segments": tuple(shown["segment_id"]),
                "products": tuple(dict.fromkeys(shown["product"].dropna())),
                "links": int(links.get(firm_id, 0)),
                "proven": bool(len(made)),
                "confidence_order": int(shown["confidence_order"].min()) if len(shown) else 3,
                "source": designation["source"] if designation is not None else _first(shown["source"]),
            }
        )
    columns = [
        "chain_id",
        "rank",
        "firm_id",
        "firm",
        "ground",
        "designation",
        "order_share",
        "segments",
        "products",
        "links",
        "proven",
        "confidence_order",
        "source",
    ]
    frame = pd.DataFrame(rows, columns=[column for column in columns if column != "rank"])
    order = frame.assign(
        ground_order=frame["ground"].map({"designated": 1, "orders": 2, "position": 3}),
        made_count=frame["segments"].map(len),
    ).sort_values(
        ["chain_id", "ground_order", "proven", "order_share", "made_count", "links", "firm_id"],
        ascending=[True, True, False, False, False, False, True],
        kind="stable",
    )
    frame = frame.loc[order.index].reset_index(drop=True)
    frame["rank"] = frame.groupby("chain_id").cumcount() + 1
    return frame[columns].astype({"designation": "str", "source": "str"})


def propose_leaders(graph: ChainGraph, presence: pd.DataFrame) -> pd.DataFrame:
    """Which local firms might lead a chain of which nobody has said who does (龙头企业（建议）)?

    A proposal by rule is no title: 链主 is designated, so nobody is called that here. Of the local firms that make
    something of the chain, or are presumed to, those come first that are on more lists (listed, champions, 专精特新,
    500 strongest, 规上), then by revenue, staff, the share of their revenue that the chain's products have, and the
    number of its segments; what is not known comes last. The first `PROPOSED` of a chain are named.

    Returns
    -------
    DataFrame
        One row per chain and firm proposed: chain_id, rank, firm_id, firm, lists (count), revenue_cny_m, employees,
        share (0-1 of its revenue, as far as known; NaN = not known), segments (tuple of ids), proven (it is shown to
        make something of the chain here).
    """
    working = presence[(presence["standing"] < OTHER) & ~presence["status_order"].isin([3, 4])]
    rows = working.groupby(["chain_id", "firm_id", "firm"], sort=True).agg(
        segments=("segment_id", lambda held: tuple(sorted(set(held)))),
        proven=("standing", lambda held: bool((held == MADE).any())),
    )
    firms = graph["firms"].drop_duplicates("firm_id").set_index("firm_id")
    chains = graph["segments"].set_index("segment_id")["chain_id"]
    told = graph["firm_segments"].dropna(subset="share")
    shares = (
        told.assign(chain_id=told["segment_id"].map(chains)).groupby(["chain_id", "firm_id"])["share"].sum().to_dict()
    )
    rows = rows.reset_index()
    lists = firms["tiers"].map(lambda cell: len({one.partition("(")[0] for one in split(cell)}))
    rows = rows.assign(
        lists=rows["firm_id"].map(lists).fillna(0).astype("int64"),
        revenue_cny_m=rows["firm_id"].map(firms["revenue_cny_m"]).astype("float64"),
        employees=rows["firm_id"].map(firms["employees"]).astype("float64"),
        share=[shares.get(key, float("nan")) for key in zip(rows["chain_id"], rows["firm_id"], strict=True)],
        count=rows["segments"].map(len),
    )
    order = ["chain_id", "lists", "revenue_cny_m", "employees", "share", "count", "firm_id"]
    rows = rows.sort_values(order, ascending=[True, *[False] * 5, True], kind="stable", ignore_index=True)
    rows["rank"] = rows.groupby("chain_id").cumcount() + 1
    columns = [
        "chain_id",
        "rank",
        "firm_id",
        "firm",
        "lists",
        "revenue_cny_m",
        "employees",
        "share",
        "segments",
        "proven",
    ]
    return rows.loc[rows["rank"] <= PROPOSED, columns].reset_index(drop=True)


def _order_shares(graph: ChainGraph, chains: pd.Series[str]) -> dict[tuple[str, str], float]:
    """The largest share a firm holds of any one segment's recorded purchases, by chain and firm."""
    bought = graph["leader_purchases"].dropna(subset=["annual_cny_m"])
    if bought.empty:
        return {}
    per_firm = bought.groupby(["segment_id", "firm_id"])["annual_cny_m"].sum()
    shares = per_firm / per_firm.groupby(level="segment_id").transform("sum")
    best: dict[tuple[str, str], float] = {}
    for segment, firm, share in shares.rename("share").reset_index().itertuples(index=False, name=None):
        key = (str(chains.get(segment)), str(firm))
        best[key] = max(best.get(key, 0.0), float(share))
    return best


def _first(values: pd.Series[str]) -> str | None:
    known = values.dropna()
    return str(known.iloc[0]) if len(known) else None
