"""Families of firms: who belongs to whom, by parent and by ownership; what parents inherit from their units."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.case import cells_of
from chaingraph.model.graph import ChainGraph
from chaingraph.sql import Query


def families(query: Query) -> pd.DataFrame:
    """The family (group) of every firm, named after the topmost known parent.

    A firm's parent is its ``parent_id``; where that is empty, its only owner among the ``owns`` links. ``invests``
    never makes a family, nor does a second owner: a joint venture belongs to its ``parent_id``, and with several
    owners and no ``parent_id`` it is a family of its own. Parents that are not in ``firms`` are not followed; where
    ownership runs in a circle, the smallest id of the circle names the family.

    Parameters
    ----------
    query
        Runs the SQL texts on ``firms`` and ``firm_links``.

    Returns
    -------
    DataFrame
        One row per firm, by firm_id: firm_id, group_id (firm_id of the topmost parent, the firm's own if it has none),
        group (that firm's name).
    """
    above = query("parents")
    # Each turn looks twice as far up: after these every firm is at its top or has gone round its circle.
    for _ in range(len(above).bit_length()):
        below, above = above, query("grandparents", tables={"above": above})
        if above["above_id"].equals(below["above_id"]):
            break
    return query("families", tables={"above": above}).rename(columns={"group_name": "group"})  # a word of SQL


def heirs(graph: ChainGraph, families: pd.DataFrame, local: set[str]) -> dict[str, list[str]]:
    """Which outside parents have no segment of their own, and which of their local units have?

    Parameters
    ----------
    families
        firm_id, group_id.
    local
        Ids of the firms in the region.

    Returns
    -------
    dict
        By parent (the top of its group), the local units in the order of their ids.
    """
    below = families.loc[families["firm_id"].isin(local) & ~families["group_id"].isin(local), ["firm_id", "group_id"]]
    makers = graph["firm_segments"]["firm_id"]
    made = set(makers[makers.isin({*below["firm_id"], *below["group_id"]})])
    units: dict[str, list[str]] = {}
    for firm, top in sorted(cells_of(below, "firm_id", "group_id")):
        if firm in made and top not in made:
            units.setdefault(top, []).append(firm)
    return units


def inherited_rows(
    graph: ChainGraph, families: pd.DataFrame, local: set[str], roles: pd.DataFrame, asked: pd.DataFrame
) -> pd.DataFrame:
    """The rows of lists that such parents stand for by what their units make, as groups that are here.

    Returns
    -------
    DataFrame
        list, chain_id, segment_id, firm_id, kind, product, confidence (known at best: the group can, as its unit does),
        source, as_of, group_id, group, local_unit, candidate_kind, candidate_list (reinvest).
    """
    names = dict(cells_of(graph["firms"], "firm_id", "firm"))
    parent = {unit: top for top, units in heirs(graph, families, local).items() for unit in units}
    kept = roles[roles["maker"].fillna(value=True).astype(bool) & ~roles["stopped"].fillna(value=False).astype(bool)]
    makes = kept[["firm_id", "segment_id"]].merge(graph["firm_segments"], on=["firm_id", "segment_id"])
    makes = makes[makes["firm_id"].isin(list(parent))]
    open_segments = asked[~asked["admission"].isin(("限制", "禁止"))]
    rows = open_segments[["list", "chain_id", "segment_id"]].merge(makes, on="segment_id")
    unit = rows["firm_id"]
    top = unit.map(parent)
    rows = rows.assign(
        firm_id=top,
        group_id=top,
        group=top.map(names),
        local_unit=unit.map(names),
        confidence=rows["confidence"].where(rows["confidence"] == "unsure", "known"),
        candidate_kind="reinvest",
        candidate_list="reinvest",
    )
    columns = [
        "list", "chain_id", "segment_id", "firm_id", "kind", "product", "confidence", "source", "as_of", "group_id",
        "group", "local_unit", "candidate_kind", "candidate_list",
    ]  # fmt: skip
    return rows[columns].drop_duplicates(["list", "chain_id", "segment_id", "firm_id"], ignore_index=True)
