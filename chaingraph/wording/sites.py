"""Where a firm is recorded: its seat, its units, and the places where it makes something, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import joined

_PLACE = ("country", "province", "city", "district")


def recorded_sites(graph: ChainGraph, firm_ids: Collection[str], lang: str) -> dict[str, str]:
    """Every place on record for each of these firms.

    First the seat (headquarters or registered office: what a table of firms states says no more), then the rows of
    firm_sites, then the places that rows of firm_segments name and no site has. A firm of which nothing but the seat
    is on record is told so.

    Returns
    -------
    dict
        By firm, statements joined as sentences are.
    """
    told: dict[str, list[str]] = {firm: [] for firm in firm_ids}
    named: dict[str, set[str]] = {firm: set() for firm in firm_ids}
    for row in _rows(graph, "firms", told):
        seat = _seat(row, lang)
        told[row["firm_id"]].append(text("explain.site_seat" if seat else "explain.site_no_seat", lang, place=seat))
    for row in _rows(graph, "firm_sites", told, ["firm_id", "region", "kind"]):
        since = text("explain.site_since", lang, since=row["since"]) if isinstance(row["since"], str) else ""
        kind = text(f"codes.site_{row['kind']}", lang) if isinstance(row["kind"], str) else ""
        said = text("explain.site", lang, place=_place(row["region"], lang), kind=f"{kind}{since}")
        note = text("explain.site_note", lang, note=row["note"]) if isinstance(row["note"], str) else ""
        told[row["firm_id"]].append(said + note)
        named[row["firm_id"]].add(str(row["region"]))
    makes = ["firm_id", "site_region", "segment_id", "product"]
    for row in _rows(graph, "firm_segments", told, makes):
        place, product = row["site_region"], row["product"]
        if isinstance(place, str) and place not in named[row["firm_id"]]:
            named[row["firm_id"]].add(place)
            kind = product if isinstance(product, str) else text("explain.site_makes", lang)
            told[row["firm_id"]].append(text("explain.site", lang, place=_place(place, lang), kind=kind))
    alone = text("explain.site_alone", lang)
    return {firm: joined(said if named[firm] else [*said, alone], lang) for firm, said in told.items()}


def _rows(
    graph: ChainGraph, table: str, firms: Mapping[str, object], order: list[str] | None = None
) -> list[dict[Any, Any]]:
    frame: pd.DataFrame = graph[table]
    held = frame[frame["firm_id"].isin(list(firms))]
    rows: list[dict[Any, Any]] = held.sort_values(order or ["firm_id"], kind="stable").to_dict("records")
    return rows


def _seat(row: Mapping[Any, Any], lang: str) -> str:
    """The seat as it is written, without China, and a municipality once."""
    parts = [row[name] for name in _PLACE if isinstance(row[name], str)]
    home = [part for part in parts if part != regions.CHINA] or parts
    told = [_place(part, lang) for part in dict.fromkeys(home)]
    return "".join(told) if lang == "zh" else ", ".join(reversed(told))


def _place(name: object, lang: str) -> str:
    return place_text(str(name), lang)
