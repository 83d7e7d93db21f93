"""The start of a city's case: its chains from templates, and the firms registered there from a case or an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.importers.chains import chain_tables
from chaingraph.model.case import Case
from chaingraph.model.columns import DTYPES, split
from chaingraph.model.schema import TABLES
from chaingraph.places import regions
from chaingraph.tagging.by_words import STAMP, rows_by_words
from chaingraph.tagging.cases import segment_rows, words_of

if TYPE_CHECKING:
    from chaingraph.model.chain_template import ChainTemplate

_ELSEWHERE = 8  # firms of a chain that are asked about
_OF_FIRMS = ("firms", "firm_products", "firm_segments", "firm_sites", "firm_links", "firm_signals", "contacts")


def seated_firms(case: Case, region: str) -> Case:
    """The firms of a case that are surely seated in a region, with what the case says of them.

    Links are kept between two such firms.
    """
    firms = case["firms"]
    places = firms[["country", "province", "city", "district"]]
    inside = {
        place: regions.is_within(tuple(None if pd.isna(part) else str(part) for part in place), region) is True
        for place in places.drop_duplicates().itertuples(index=False, name=None)
    }
    within = [inside[place] for place in places.itertuples(index=False, name=None)]
    kept = firms[pd.Series(within, firms.index, dtype="bool")]  # a list would choose columns where there is no firm
    ids = set(kept["firm_id"])
    tables: dict[str, pd.DataFrame] = {"firms": kept.reset_index(drop=True)}
    # A parent outside the region is none of these firms; its name would be looked for in vain.
    tables["firms"]["parent_id"] = tables["firms"]["parent_id"].where(tables["firms"]["parent_id"].isin(ids))
    for name in _OF_FIRMS[1:]:
        rows = case[name]
        ends = [column for column in ("firm_id", "source_id", "target_id") if column in rows]
        held = pd.Series(data=True, index=rows.index)
        for end in ends:
            held &= rows[end].isin(ids)
        tables[name] = rows[held].reset_index(drop=True)
    return Case(case.name, tables)


def start_case(name: str, templates: Sequence[ChainTemplate], cases: Sequence[Case]) -> tuple[Case, pd.DataFrame]:
    """A case of these chains with the firms of these cases, put into segments by what their products say.

    Parameters
    ----------
    name
        What the case is called.
    templates
        Its chains.
    cases
        Firms of the region (`seated_firms`), and whole cases whose firms elsewhere are to be approached; the one that
        wins first; matched as `build_graph` does.

    Returns
    -------
    case, left
        case: what a case states itself of a firm and a segment of these chains stands, but that it makes the thing here
        is presumed where only its seat is known (basis ``seat``); the words of the chains add the rest, unsure.
        left: one row per firm without a segment, and why (`by_words.rows_by_words`). Those firms are not in the case.
    """
    from chaingraph.matching.merge import build_graph

    chains = chain_tables(templates)
    known = set(chains["segments"]["segment_id"])
    bare = [
        Case(
            case.name,
            {
                **{table: case[table] for table in _OF_FIRMS},
                "firm_segments": case["firm_segments"][case["firm_segments"]["segment_id"].isin(known)],
            },
        )
        for case in cases
    ]
    graph = build_graph(Case(name, chains), *bare)
    held = Case(name, graph.tables)
    said, left = rows_by_words(held["firm_products"], words_of(held))
    columns = TABLES["firm_segments"].columns
    told = segment_rows(said, STAMP) if len(said) else held["firm_segments"].iloc[:0]
    rows = pd.concat([frame for frame in (held["firm_segments"], told) if len(frame)] or [told], ignore_index=True)
    rows = rows.drop_duplicates(["firm_id", "segment_id"])
    only_group = (rows["basis"] == "group") & (rows["status"].isna() | (rows["status"] == "unknown"))
    rows = rows.assign(basis=rows["basis"].mask(only_group | rows["basis"].isna(), "seat"))
    rows = rows.sort_values(["firm_id", "segment_id"], ignore_index=True)
    rows = rows.astype({column.name: DTYPES[column.kind] for column in columns})
    used = set(rows["firm_id"])
    tables = {**held.tables, "firm_segments": rows}
    for table in _OF_FIRMS:
        frame = tables[table]
        kept = pd.Series(data=True, index=frame.index)
        for end in ("firm_id", "source_id", "target_id"):
            if end in frame:
                kept &= frame[end].isin(used)
        tables[table] = frame[kept].reset_index(drop=True)
    for table in _OF_FIRMS:
        tables[table] = _pointing(table, tables)
    return Case(name, tables), left[~left["firm_id"].isin(used)].reset_index(drop=True)


def _pointing(name: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of a table that are of these chains and firms; what was left out (a parent, a unit) is not named."""
    frame = tables[name]
    for column in TABLES[name].columns:
        table, _, key = column.refers_to.partition(".")
        if not table:
            continue
        held = frame[column.name].isna() | frame[column.name].isin(tables[table][key] if table in tables else ())
        # What is said of a segment of other chains is not said of the firm.
        if column.required or table == "segments":
            frame = frame[held].reset_index(drop=True)
        else:
            frame = frame.assign(**{column.name: frame[column.name].where(held)})
    return frame


def elsewhere(case: Case, templates: Sequence[ChainTemplate], region: str) -> pd.DataFrame:
    """Groups of a national case that are seated elsewhere and make much of a chain: do they have a plant here?

    Returns
    -------
    DataFrame
        One row per chain and firm, at most eight each: chain_id, firm_id, firm, city, segments (count), whole (how
        many there are of the chain). Those first that are on more lists and have more revenue, where that is known
        (`import list --case` joins the China 500 to a national case), then those in more segments, then by the share of
        their revenue that the chain's products have.
    """
    chains = chain_tables(templates)
    told = Case(case.name, {**case.tables, **chains})
    said, _ = rows_by_words(case["firm_products"], words_of(told))
    segments = chains["segments"].set_index("segment_id")["chain_id"]
    said = said.assign(chain_id=said["segment_id"].map(segments))
    here = set(seated_firms(case, region)["firms"]["firm_id"])
    said = said[~said["firm_id"].isin(here)]
    counted = said.groupby(["chain_id", "firm_id"]).agg(segments=("segment_id", "nunique"), share=("share", "sum"))
    firms = case["firms"].drop_duplicates("firm_id")[["firm_id", "firm", "city", "tiers", "revenue_cny_m"]]
    rows = counted.reset_index().merge(firms, on="firm_id", how="inner")
    rows = rows.assign(lists=[len(split(cell)) for cell in rows["tiers"]])
    order = ["chain_id", "lists", "revenue_cny_m", "segments", "share", "firm_id"]
    rows = rows.sort_values(order, ascending=[True, *[False] * 4, True], kind="stable")
    rows = rows.assign(whole=rows.groupby("chain_id")["firm_id"].transform("size").astype("int64"))
    rows = rows[rows.groupby("chain_id").cumcount() < _ELSEWHERE]
    return rows[["chain_id", "firm_id", "firm", "city", "segments", "whole"]].reset_index(drop=True)
