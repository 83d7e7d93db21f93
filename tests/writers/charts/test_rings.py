"""The ring map: every target counted once, those without a known place counted apart, distances as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

import chaingraph as cg
from chaingraph.places.distance import distance_km
from chaingraph.writers.charts.rings import ring_map, target_cities


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_target_is_counted_once(lang: str) -> None:
    found = cg.survey(cg.build_graph(cg.load_example()), region="嘉兴", reference=None, draws=0)
    rows = found.targets[lang]
    new = rows[rows["candidate_list"] == "new"].drop_duplicates("firm_id")
    cities = target_cities(found, lang)
    assert cities["firms"].sum() == len(new)
    known = cities.dropna(subset=["city"])
    assert len(known)
    assert known["distance_km"].tolist() == [distance_km("嘉兴", city) for city in known["city"]]
    axes = ring_map(found, lang=lang).axes[0]
    assert len(axes.collections[0].get_offsets()) == len(known)
    nowhere = {lang: rows.assign(city=None, decision_city=None, country=None) for lang in ("zh", "en")}
    lost = target_cities(replace(found, targets=nowhere), lang)
    assert lost["firms"].tolist() == [len(new)]
    assert ring_map(replace(found, targets=nowhere), lang=lang).axes
