"""How far, and in which direction, one place lies from another."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chaingraph.places.regions import coordinates, place_coordinates

_EARTH_RADIUS_KM = 6371.0088


def distance_km(a: str | Sequence[object] | None, b: str | Sequence[object] | None) -> float:
    """Great-circle distance in km between two places; NaN where one of them is not known.

    Each is a city's name, a place (country, province, city, district), or coordinates (latitude, longitude[, …]).
    Haversine formula on a sphere of radius 6371.0088 km.

    Examples
    --------
    >>> round(distance_km("嘉兴", "上海"))
    87
    """
    start, end = _point(a), _point(b)
    if start is None or end is None:
        return math.nan
    (latitude_a, longitude_a), (latitude_b, longitude_b) = (map(math.radians, point) for point in (start, end))
    half = (
        math.sin((latitude_b - latitude_a) / 2) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin((longitude_b - longitude_a) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


def bearing_degrees(a: str | Sequence[object] | None, b: str | Sequence[object] | None) -> float:
    """Direction in which b lies as seen from a: degrees clockwise from north, 0 to 360; NaN where unknown.

    Initial bearing of the great circle. Arguments as for `distance_km`.

    Examples
    --------
    >>> round(bearing_degrees("嘉兴", "上海"))
    52
    """
    start, end = _point(a), _point(b)
    if start is None or end is None or start == end:
        return math.nan
    (latitude_a, longitude_a), (latitude_b, longitude_b) = (map(math.radians, point) for point in (start, end))
    east = math.sin(longitude_b - longitude_a) * math.cos(latitude_b)
    north = math.cos(latitude_a) * math.sin(latitude_b) - math.sin(latitude_a) * math.cos(latitude_b) * math.cos(
        longitude_b - longitude_a
    )
    return math.degrees(math.atan2(east, north)) % 360


def _point(place: str | Sequence[object] | None) -> tuple[float, float] | None:
    if place is None or isinstance(place, float):
        return None
    if isinstance(place, str):
        found = coordinates(place)
    elif len(place) == 4:
        found = place_coordinates(place)
    else:
        latitude, longitude = place[0], place[1]
        if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
            return None
        return None if math.isnan(latitude + longitude) else (float(latitude), float(longitude))
    return (found[0], found[1]) if found else None
