"""Where a firm is recorded: its seat, its units, and the places where it makes something, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from chaingraph.model.case import rows_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import NOTHING, Several, Words, place, reason
from chaingraph.places import regions

_PLACE = ("country", "province", "city", "district")


def recorded_sites(graph: ChainGraph, firm_ids: Collection[str]) -> dict[str, tuple[Words, ...]]:
    """Every place on record for each of these firms.

    First the seat (headquarters or registered office: what a table of firms states says no more), then the rows of
    firm_sites, then the places that rows of firm_segments name and no site has. A firm of which nothing but the seat
    is on record is told so.

    Returns
    -------
    dict
        By firm, statements.
    """
    told: dict[str, list[Words]] = {firm: [] for firm in firm_ids}
    named: dict[str, set[str]] = {firm: set() for firm in firm_ids}
    for row in _rows(graph, "firms", told):
        seat = _seat(row)
        told[row["firm_id"]].append(
            reason("explain.site_seat", place=place(*seat)) if seat else reason("explain.site_no_seat")
        )
    for row in _rows(graph, "firm_sites", told, ["firm_id", "region", "kind"]):
        kind: list[Words] = [reason(f"codes.site_{row['kind']}")] if isinstance(row["kind"], str) else []
        kind += [reason("explain.site_since", since=row["since"])] if isinstance(row["since"], str) else []
        said: list[Words] = [
            reason("explain.site", place=place(row["region"]), kind=Several(tuple(kind), between=NOTHING))
        ]
        said += [reason("explain.site_note", note=row["note"])] if isinstance(row["note"], str) else []
        told[row["firm_id"]].append(Several(tuple(said), between=NOTHING))
        named[row["firm_id"]].add(str(row["region"]))
    makes = ["firm_id", "site_region", "segment_id", "product"]
    for row in _rows(graph, "firm_segments", told, makes):
        where, product = row["site_region"], row["product"]
        if isinstance(where, str) and where not in named[row["firm_id"]]:
            named[row["firm_id"]].add(where)
            made = product if isinstance(product, str) else reason("explain.site_makes")
            told[row["firm_id"]].append(reason("explain.site", place=place(where), kind=made))
    alone = reason("explain.site_alone")
    return {firm: tuple(statements if named[firm] else [*statements, alone]) for firm, statements in told.items()}


def _rows(
    graph: ChainGraph, table: str, firms: Mapping[str, object], order: list[str] | None = None
) -> list[dict[Any, Any]]:
    frame: pd.DataFrame = graph[table]
    held = frame[frame["firm_id"].isin(list(firms))]
    rows: list[dict[Any, Any]] = rows_of(held.sort_values(order or ["firm_id"], kind="stable"))
    return rows


def _seat(row: Mapping[Any, Any]) -> list[str]:
    """The seat as it is written, without China, and a municipality once."""
    units = [row[name] for name in _PLACE if isinstance(row[name], str)]
    return list(dict.fromkeys([unit for unit in units if unit != regions.CHINA] or units))
