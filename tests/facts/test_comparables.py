"""Like projects and places to land: what counts, what is named, and what is known to fit."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.facts.comparables import Comparables, comparables_of, project_cases
from chaingraph.facts.landing import Need, choices_of, need_of, offered
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.phrases import say
from chaingraph.wording.readiness import like_projects
from tests.made_facts import with_rows
from tests.toy import toy_tables

NODES = {"PV02": "PV02", "PV01": "PV01"}


def projects(*rows: dict[str, object], signals: tuple[dict[str, object], ...] = ()) -> ChainGraph:
    tables = toy_tables()
    made = [
        {"project_id": f"p{place}", "segment_id": "PV02", "source": "公告", **row} for place, row in enumerate(rows)
    ]
    stages = [
        {"firm_id": row["firm_id"], "project_id": row["project_id"], "kind": "expansion", "stage": "signed",
         "date": "2023-01", "source": "公告"}
        for row in made
    ]  # fmt: skip
    return ChainGraph("toy", with_rows(with_rows(tables, "projects", *made), "firm_signals", *stages, *signals))


def like(graph: ChainGraph, family: tuple[str, ...] = ("O02",)) -> Comparables:
    cases = [{str(key): value for key, value in row.items()} for row in project_cases(graph).to_dict("records")]
    return comparables_of(cases, set(family), "PV02", NODES)


def words(graph: ChainGraph) -> list[str]:
    return [say(sentence, "zh") for sentence in like_projects(like(graph))]


THREE = tuple(
    {"firm_id": "O03", "amount_cny_m": amount, "land_mu": land} for amount, land in ((300, 50), (1200, 110), (500, 60))
)


def test_three_like_projects_give_a_range_and_two_are_named() -> None:
    producing = {"firm_id": "O03", "project_id": "p0", "kind": "expansion", "stage": "producing", "date": "2024-03"}
    assert words(projects(*THREE, signals=({**producing, "source": "x"},))) == ["同类3例：投资3–12亿元、用地50–110亩"]
    assert words(projects(*THREE[:2]))[0].startswith("同类仅2例，不成区间：乙三能源股份有限公司")
    assert words(projects()) == ["本底库没有同类项目记录（见投资项目表）"]


def test_months_run_from_signing_to_production() -> None:
    producing = [
        {
            "firm_id": "O03",
            "project_id": f"p{place}",
            "kind": "expansion",
            "stage": "producing",
            "date": day,
            "source": "x",
        }
        for place, day in enumerate(("2024-03", "2025-03-09", "2024-07"))
    ]
    assert words(projects(*THREE, signals=tuple(producing))) == [
        "同类3例：投资3–12亿元、用地50–110亩、签约至投产14–26个月"
    ]
    yearly = [{**row, "date": str(row["date"])[:4]} for row in producing]
    assert "个月" not in words(projects(*THREE, signals=tuple(yearly)))[0]  # a bare year tells no months


def test_the_group_s_own_plant_comes_first_and_is_no_comparable_of_itself() -> None:
    graph = projects(*THREE, {"firm_id": "O02", "region": "苏州", "land_mu": 80})
    assert words(graph)[0] == "该集团已建：乙二电池科技股份有限公司（苏州，用地80亩）"
    assert words(graph)[1].startswith("同类3例")


@pytest.mark.parametrize("said", [{"stage": "ended", "kind": "exit"}, {"stage": "negotiating", "kind": "expansion"}])
def test_what_was_given_up_or_never_signed_is_no_comparable(said: dict[str, object]) -> None:
    graph = projects({"firm_id": "O03", "project_id": "gone", "land_mu": 50})
    signals = graph["firm_signals"]
    more = {"firm_id": "O03", "project_id": "gone", "date": "2023-09", "source": "公告", **said}
    tables = {**graph.tables}
    if said["stage"] == "negotiating":
        tables["firm_signals"] = signals[signals["project_id"] != "gone"]
    assert not like(ChainGraph("toy", with_rows(tables, "firm_signals", more))).others


def test_another_segment_is_not_alike_and_what_nobody_accepted_counts_for_nothing() -> None:
    assert not like(projects({"firm_id": "O03", "segment_id": "PV01"})).others
    graph = projects({"firm_id": "O03"})
    signals = graph["firm_signals"]
    pending = signals.assign(review=signals["review"].mask(signals["project_id"].notna(), "pending"))
    assert not like(ChainGraph("toy", {**graph.tables, "firm_signals": pending})).others


def places(
    need: Need,
    *,
    parcels: tuple[dict[str, object], ...] = (),
    premises: tuple[dict[str, object], ...] = (),
    zones: tuple[dict[str, object], ...] = (),
    counties: tuple[str, ...] = ("海宁市",),
    country: str | None = None,
) -> list[tuple[str, bool, tuple[str, ...]]]:
    tables = toy_tables()
    tables = {**tables, "zones": tables["zones"].iloc[:0], "parcels": tables["parcels"].iloc[:0]}
    for name, rows in (("zones", zones), ("parcels", parcels), ("premises", premises)):
        tables = with_rows(tables, name, *({"source": "清单", **row} for row in rows))
    grounds = offered(ChainGraph("toy", tables))
    found = choices_of(grounds, {"pv", "甲光伏"}, set(counties), need, "2025-06-01", country=country)
    return [(choice.name, choice.fits, choice.why) for choice in found]


PLOT = {"parcel": "A", "zone": "甲区", "district": "海宁市", "area_mu": 60.0, "use": "工业", "ready": "2025-09"}
ZONE = {"zone": "甲区", "level": "省级", "district": "海宁市", "focus_chains": "甲光伏"}
NEED = Need(50.0, 6000.0, chem_park=False)


def test_a_plot_that_is_large_enough_and_free_fits() -> None:
    assert places(NEED, parcels=(PLOT,)) == [("A", True, ("county", "fits"))]
    floor = {"premise_id": "B", "region": "海宁市", "floor_m2": 7000.0, "free_from": "2025-01"}
    assert places(NEED, premises=(floor,)) == [("B", True, ("county", "fits"))]


@pytest.mark.parametrize("change", [{"ready": None}, {"ready": "2027-01"}, {"area_mu": None}])
def test_what_is_not_known_to_be_free_or_large_enough_is_named_and_does_not_fit(change: dict[str, object]) -> None:
    ((name, fits, why),) = places(NEED, parcels=({**PLOT, **change},))
    assert (name, fits) == ("A", False)
    assert "size_unknown" in why


def test_a_need_that_is_not_known_fits_nothing() -> None:
    assert not any(fits for _, fits, _ in places(Need(None, None, chem_park=None), parcels=(PLOT,)))


def test_too_small_no_industry_and_outside_a_chemical_park_are_left_out() -> None:
    assert not places(NEED, parcels=({**PLOT, "area_mu": 49.0},))
    assert not places(NEED, parcels=({**PLOT, "use": "住宅"},))
    park = Need(50.0, None, chem_park=True)
    assert not places(
        park, parcels=(PLOT,), zones=({**ZONE, "chem_park": False, "focus_chains": None, "district": None},)
    )
    assert ("A", True, ("county", "focus", "level", "chem_park", "fits")) in places(
        park, parcels=(PLOT,), zones=({**ZONE, "chem_park": True},)
    )
    assert not any(
        fits for _, fits, _ in places(park, parcels=(PLOT,), zones=(ZONE,))
    )  # whether it is one, is not known


def test_two_places_at_most_zones_that_name_the_chain_first_and_none_of_another_trade() -> None:
    other = {**ZONE, "zone": "乙区", "district": "平湖市"}
    foreign = {**ZONE, "zone": "丙区", "focus_chains": "乙氢能"}
    plain = {**ZONE, "zone": "丁区", "focus_chains": None}
    assert [name for name, _, _ in places(NEED, zones=(other, ZONE, foreign, plain))] == ["甲区", "乙区"]
    assert [name for name, _, _ in places(NEED, zones=(foreign, plain, other))] == ["乙区", "丁区"]
    assert not places(NEED, zones=(foreign,))


def test_a_chemical_park_is_no_place_for_another_trade_because_the_buyer_sits_in_its_county() -> None:
    park = {**ZONE, "zone": "戊区", "type": "化工园区(培育)", "focus_chains": None}
    for said in (park, {**park, "type": None, "chem_park": True}):
        assert not places(NEED, zones=(said,))
        assert not places(Need(None, None, chem_park=None), zones=(said,))
        assert places(Need(None, None, chem_park=True), zones=(said,))
        assert places(NEED, zones=({**said, "focus_chains": "甲光伏"},))


def test_a_zone_shared_with_a_country_is_proposed_to_firms_of_that_country_and_first() -> None:
    shared = {**ZONE, "zone": "中日产业园", "district": "平湖市"}
    assert [name for name, _, _ in places(NEED, zones=(ZONE, shared), country="日本")] == ["中日产业园", "甲区"]
    unnamed = {**shared, "focus_chains": None, "district": "海宁市"}
    assert [name for name, _, _ in places(NEED, zones=(ZONE, unnamed), country="日本")] == ["甲区", "中日产业园"]
    for other in ("中国", None):
        assert [name for name, _, _ in places(NEED, zones=(ZONE, shared), country=other)] == ["甲区"]


def test_the_need_is_the_fact_s_then_the_last_plant_s_then_the_comparables_least() -> None:
    graph = projects(*THREE, {"firm_id": "O02", "land_mu": 80})
    held = like(graph)
    assert need_of(None, {"land_mu": 33.0, "floor_m2": None}, held).land_mu == 33.0
    assert need_of(None, None, held).land_mu == 80.0
    assert need_of(None, None, like(projects(*THREE))).land_mu == 50.0
    assert need_of({"land_mu_min": 20.0, "chem_park": pd.NA}, None, like(projects())).land_mu == 20.0
    assert need_of(None, None, like(projects())) == Need(None, None, None)
