"""Where the targets sit, as rings of distance around the region: points and kilometres, no borders."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.columns import is_missing
from chaingraph.model.findings import Findings
from chaingraph.places.distance import bearing_degrees, distance_km
from chaingraph.places.regions import place_text
from chaingraph.writers.charts.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RINGS = (100, 300, 500, 1000, 2000, 5000, 10000)  # km
_BLUE, _GREY = "#1b3a5c", "#8a949e"


def target_cities(findings: Findings, lang: str) -> pd.DataFrame:
    """The cities in which targets are to be found: where investment is decided, else where the firm sits.

    Returns
    -------
    DataFrame
        A row per city with a known place, the most targets first: city, name (in the language), firms (Int64),
        distance_km and bearing (degrees clockwise from north) as seen from the region; and, last, a row without a
        city that counts the targets whose city or place is not known.
    """
    rows = findings.targets[lang]
    rows = rows[rows["candidate_list"] == "new"].drop_duplicates("firm_id")
    counts: dict[tuple[str | None, str | None], int] = {}
    for decided, country, city in zip(rows["decision_city"], rows["country"], rows["city"], strict=True):
        own = (None, decided) if not is_missing(decided) else (_known(country), _known(city))
        counts[own] = counts.get(own, 0) + 1
    found, lost = [], 0
    for (country, city), firms in counts.items():
        place = city if country is None or city is None else (country, None, city, None)
        far = distance_km(findings.region, place)
        if city is None or math.isnan(far):
            lost += firms
            continue
        turn = bearing_degrees(findings.region, place)
        found.append((city, place_text(city, lang), firms, far, 0.0 if math.isnan(turn) else turn))
    found.sort(key=lambda row: (-row[2], row[3], row[0]))
    rows_of = [*found, *([(None, None, lost, math.nan, math.nan)] if lost else [])]
    kinds = {"city": "str", "name": "str", "firms": "Int64", "distance_km": "float64", "bearing": "float64"}
    return pd.DataFrame(rows_of, columns=list(kinds)).astype(kinds)


def _known(value: object) -> str | None:
    return value if isinstance(value, str) else None


def ring_map(findings: Findings, *, most: int = 24, lang: str = "zh") -> Figure:
    """In which cities do the targets sit, how far and in which direction?

    How to read it: the region is the centre, north is up; rings are distances (spaced by their cube roots, so
    that near cities do not lie on each other); a point is a city, as large as it has targets. No borders are drawn.

    Parameters
    ----------
    findings
        What a survey found.
    most
        How many cities are named; the others are points only.
    lang
        Language of captions and names: zh or en.

    Returns
    -------
    Figure
        Matplotlib's, for `write_chart`.

    Raises
    ------
    MissingExtraError
        When matplotlib or a font with Chinese characters is not installed.

    Examples
    --------
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> len(ring_map(found).axes[0].collections) > 0
    True
    """
    cities = target_cities(findings, lang)
    placed = cities.dropna(subset=["city"])
    figure, axes = new_figure(8.5, 8.5)
    far = max([*placed["distance_km"], _RINGS[1]])
    rings = [ring for ring in _RINGS if ring < far] + [next((ring for ring in _RINGS if ring >= far), 20000)]
    for ring in rings:
        radius = math.cbrt(ring)
        turns = [math.tau * step / 180 for step in range(181)]
        axes.plot([radius * math.cos(t) for t in turns], [radius * math.sin(t) for t in turns], color="#d9dee3", lw=0.8)
        axes.annotate(f"{ring} km", (0, radius), ha="center", va="bottom", fontsize=7, color=_GREY)
    polar = list(zip(placed["distance_km"].tolist(), placed["bearing"].tolist(), strict=True))
    east = [math.cbrt(far) * math.sin(math.radians(turn)) for far, turn in polar]
    north = [math.cbrt(far) * math.cos(math.radians(turn)) for far, turn in polar]
    sizes = [18.0 + 22.0 * count for count in placed["firms"].tolist()]
    axes.scatter(east, north, s=sizes, color=_BLUE, alpha=0.55, linewidths=0)
    axes.scatter([0], [0], marker="*", s=140, color="#b4442f", zorder=3)
    for number, row in enumerate(placed.head(most).itertuples()):
        words = f"{row.name} {row.firms}"
        axes.annotate(words, (east[number], north[number]), xytext=(4, 3), textcoords="offset points", fontsize=8)
    axes.set_aspect("equal")
    axes.axis("off")
    region = place_text(findings.region, lang)
    axes.set_title(text("charts.rings_title", lang, region=region), loc="left", color=_BLUE)
    lost = cities.loc[cities["city"].isna(), "firms"]
    said = text("charts.rings_note", lang, lost=int(lost.iloc[0]) if len(lost) else 0)
    axes.text(0, -0.02, said, transform=axes.transAxes, fontsize=8, color=_GREY, va="top")
    return figure
