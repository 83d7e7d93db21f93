"""Which other cities make what a region lacks, and what they lack themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from chaingraph.facts.derived_tables import city_within

MOST = 5  # cities per segment
LACKING = 3  # segments named that a rival's chain lacks
COLUMNS = ("chain_id", "segment_id", "rank", "city", "firms", "chain_firms", "share", "lacks")


def rival_cities(makers: pd.DataFrame, region: str, *, most: int = MOST) -> pd.DataFrame:
    """The cities with most makers of each segment, and what their chains lack.

    Parameters
    ----------
    makers
        Makers by city, from `sql/makers.sql` or `fit.listed.listed_makers`: chain_id, segment_id (missing = the whole
        chain), city (missing = not known), firms.
    region
        The region that recruits; its own cities are no rivals.

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
