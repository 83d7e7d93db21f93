"""Tables that the SQL texts join to, derived from a graph and a region: nodes, places, current tiers."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.model.case import cells_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.services import service_segments
from chaingraph.places import regions
from chaingraph.places.distance import distance_km
from chaingraph.sql import Query, places_in_sets


def segment_nodes(graph: ChainGraph) -> pd.DataFrame:
    """Which segments are one node, and which are services?

    Returns
    -------
    DataFrame
        One row per segment: segment_id, chain_id, node_id (smallest id among the segments joined by ``same_as``),
        service (True where firms that operate, not make, fill the segment: no class of manufacturing among its codes,
        or the segment says so itself; segments that are one node are services if one of them is).
    """
    segments = graph["segments"]
    node = {str(segment): str(segment) for segment in segments["segment_id"]}

    def root(segment: str) -> str:
        while node[segment] != segment:
            segment = node[segment]
        return segment

    links = graph["segment_links"]
    same = links[(links["kind"] == "same_as") & links["from_segment_id"].isin(node) & links["to_segment_id"].isin(node)]
    for left, right in sorted(zip(same["from_segment_id"], same["to_segment_id"], strict=True)):
        first, second = sorted((root(left), root(right)))
        node[second] = first
    nodes = pd.DataFrame(
        {
            "segment_id": segments["segment_id"],
            "chain_id": segments["chain_id"],
            "node_id": [root(segment) for segment in segments["segment_id"]],
            "service": service_segments(segments),
        }
    ).reset_index(drop=True)
    # One node, one rule: whoever fills a segment fills its other half, in every count alike.
    return nodes.assign(service=nodes.groupby("node_id")["service"].transform("any"))


def firm_places(graph: ChainGraph, region: str) -> pd.DataFrame:
    """Where is each firm, seen from the region?

    Returns
    -------
    DataFrame
        One row per firm: firm_id, inside (boolean; <NA> = cannot be told), prefecture (missing = not known or
        abroad), distance_km (great circle from the region's centre to the seat; NaN = not known).

    Raises
    ------
    UnknownNameError
        When the region is not known.
    """
    regions.region_path(region)
    firms = graph["firms"]
    columns = ["country", "province", "city", "district"]
    told: dict[tuple[object, ...], tuple[bool | None, str | None, float]] = {}
    seats = list(cells_of(firms[columns].astype(object).where(firms[columns].notna(), None), *columns))
    for place in dict.fromkeys(seats):
        told[place] = (
            regions.is_within(place, region),
            regions.prefecture_of(place),
            distance_km(place, region),
        )
    places = [told[place] for place in seats]
    return pd.DataFrame(
        {
            "firm_id": firms["firm_id"].to_numpy(),
            "inside": pd.array([inside for inside, _, _ in places], dtype="boolean"),
            "prefecture": pd.Series([prefecture for _, prefecture, _ in places], dtype="str"),
            "distance_km": pd.Series([distance for _, _, distance in places], dtype="float64"),
        }
    )


def place_within(place: object, region: str) -> bool:
    """Whether a single place name surely lies in a region; a generic one (港区) is looked for inside it.

    Examples
    --------
    >>> place_within("海宁市", "嘉兴"), place_within("港区", "嘉兴"), place_within("苏州", "嘉兴")
    (True, True, False)
    """
    return isinstance(place, str) and name_within(place, region) is True


def city_within(city: str, region: str) -> bool:
    """Whether a city of China, by its key (`regions.prefecture_of`), lies in a region.

    A key is no loose name: 吉林 is the city here and not the province, 朝阳 the city in Liaoning and no district.

    Examples
    --------
    >>> city_within("吉林", "吉林市"), city_within("朝阳", "北京"), city_within("嘉兴", "浙江")
    (True, False, True)
    """
    return regions.is_within((regions.CHINA, None, city, None), region) is True


@lru_cache(maxsize=4096)
def name_within(name: str, region: str) -> bool | None:
    """Whether a place that a row names lies in a region; None where that cannot be told."""
    for within in (None, region):  # a generic name (港区) is looked for inside the region
        try:
            path = regions.region_path(name, within)
        except UnknownNameError:
            continue
        country, province, city, district = (*path, None, None, None)[:4]
        return regions.is_within((country, province, city, district), region)
    return None


def current_tiers(graph: ChainGraph, query: Query) -> pd.DataFrame:
    """Which lists is a firm on now, as far as the loaded editions tell?

    An edition counts as loaded when it holds at least half the members of the fullest edition of its list: two firms
    noted as "2023" do not make the 2023 list. A later note than the loaded edition is as good as the edition.

    Parameters
    ----------
    query
        Runs the SQL texts on the graph's ``firms``.

    Returns
    -------
    DataFrame
        One row per firm and list: firm_id, tier, edition ("" = not stated), verified (False where the row's note says
        the status was not checked), current (False where the edition is older than the newest one loaded of that list).
    """
    return query("tiers", tables={"places": places_in_sets(graph["firms"]["tiers"])}).rename(
        columns={"standing": "current"}
    )
