"""Where firms and their units sit as seen from the region's centre: distance and bearing, without a map."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from chaingraph.errors import UnknownNameError
from chaingraph.places import regions
from chaingraph.places.distance import bearing_degrees, distance_km
from chaingraph.writers.page.records import Record, known

_PARTS = ("country", "province", "city", "district")
Place = tuple[str | None, str | None, str | None, str | None]


def region_view(region: str, firms: Iterable[Record], sites: Iterable[Record]) -> Record:
    """Places with distance and bearing from the centre of the region, and which firm and which unit sits where.

    Parameters
    ----------
    region
        The region that is recruiting; where its own centre is not known, nothing can be said and the result is empty.
    firms
        Rows of the table firms.
    sites
        Rows of the table firm_sites; a generic name (港区) is looked for inside the region.

    Returns
    -------
    dict
        ``places``: list of name, country, km (great-circle distance from the centre, whole km), degrees (clockwise from
        north, whole; absent at the centre itself), inside (the region) and approximate; by distance, then name.
        ``seats``: firm_id -> number of its place. ``units``: list of firm, kind, region and the number of its place. A
        firm or unit whose place is not known stands in none of the places: ``place`` is absent.

    Examples
    --------
    >>> view = region_view("嘉兴", [{"firm_id": "a", "country": "中国", "city": "上海"}], [])
    >>> view["places"], view["seats"]
    ([{'name': '上海', 'country': '中国', 'km': 87, 'degrees': 52, 'inside': False, 'approximate': False}], {'a': 0})
    """
    centre = _place_of(region, None)
    if centre is None or regions.place_coordinates(centre) is None:
        return {}
    seats: dict[str, Record] = {}
    for row in firms:
        place = _seen_from(tuple(row.get(part) or None for part in _PARTS), region)
        if place is not None:
            seats[str(row["firm_id"])] = place
    units = []
    for row in sites:
        named = _place_of(str(row["region"]), region) if row.get("region") else None
        units.append((row, None if named is None else _seen_from(named, region)))
    held = [*seats.values(), *(place for _, place in units if place is not None)]
    places = sorted({_key(place): place for place in held}.values(), key=_order)
    number = {_key(place): index for index, place in enumerate(places)}
    return {
        "places": places,
        "seats": {firm: number[_key(seats[firm])] for firm in sorted(seats)},
        "units": [
            known(
                {
                    "firm": row["firm_id"],
                    "kind": row["kind"],
                    "region": row["region"],
                    "place": None if place is None else number[_key(place)],
                }
            )
            for row, place in units
        ],
    }


def _key(place: Record) -> tuple[object, ...]:
    return tuple(place.get(name) for name in ("country", "name", "km", "degrees"))


def _order(place: Record) -> tuple[object, ...]:
    return (place["km"], str(place["country"]), str(place["name"]))


@lru_cache(maxsize=8192)
def _seen_from(place: Sequence[str | None], region: str) -> Record | None:
    """One place from the region's centre; None where its coordinates are not known."""
    point = regions.place_coordinates(place)
    centre = _place_of(region, None)
    if point is None or centre is None:
        return None
    path = regions.path_of(place)
    km, degrees = distance_km(point, regions.place_coordinates(centre)), math.nan
    if km >= 1:
        degrees = bearing_degrees(regions.place_coordinates(centre), point)
    facts = {
        "name": path[-1],
        "country": path[0],
        "km": round(km),
        "degrees": None if math.isnan(degrees) else round(degrees) % 360,
        "inside": regions.is_within(place, region) is True,
        "approximate": point[2],
    }
    return known(facts)


@lru_cache(maxsize=8192)
def _place_of(name: str, within: str | None) -> Place | None:
    """A place by its bare name, as (country, province, city, district); None where the name means no one place."""
    for inside in (None, within) if within else (None,):
        try:
            path = regions.region_path(name, inside)
        except UnknownNameError:
            continue
        if path[0] != "中国" or len(path) == 2:  # abroad, or a municipality, which is a city too
            return (path[0], None, path[-1] if len(path) > 1 else None, None)
        country, province, city, district = (*path, None, None, None)[:4]
        return (country, province, city, district)
    return None
