"""The likelihood of a further site elsewhere: each fact counts once, with its points; worked invented cases."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from chaingraph.choosing.likelihood import POINTS, likelihood
from chaingraph.fit.entry_rates import TERMS, EntryRate, EntryRates, shipped_rates
from chaingraph.model.case import empty_table, with_ids
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.phrases import say

AS_OF = "2026-01-15"


def asked(
    *,
    sites: list[dict[str, Any]] | None = None,
    signals: list[dict[str, Any]] | None = None,
    projects: list[dict[str, Any]] | None = None,
    more: list[dict[str, Any]] | None = None,
    segment: str = "S1",
    as_of: str = AS_OF,
    region: str = "嘉兴",
    rates: EntryRates | None = None,
) -> tuple[object, float, str]:
    """Band, points and facts of firm F, seated in 合肥 and maker of S1, for 嘉兴."""
    firms = [{"firm_id": "F", "firm": "某公司", "country": "中国", "city": "合肥"}, *(more or [])]
    rows = {
        "firms": [{"source": "登记", **row} for row in firms],
        "firm_segments": [{"firm_id": "F", "segment_id": "S1", "source": "年报"}],
        "firm_sites": [{"firm_id": "F", "source": "走访", **row} for row in sites or []],
        "firm_signals": [{"firm_id": "F", "source": "公告", **row} for row in signals or []],
        "projects": [{"firm_id": "F", "source": "公告", **row} for row in projects or []],
    }
    tables = {
        name: with_ids(name, pd.DataFrame(held, columns=empty_table(name).columns).astype(empty_table(name).dtypes))
        for name, held in rows.items()
    }
    parents = tables["firms"].set_index("firm_id")["parent_id"]
    families = pd.DataFrame(
        {"firm_id": parents.index, "group_id": parents.fillna(parents.index.to_series()).to_numpy()}
    )
    pairs = pd.DataFrame({"firm_id": ["F"], "segment_id": [segment]})
    found = likelihood(ChainGraph("made", tables), families, pairs, region, as_of, rates=rates).iloc[0]
    facts = found["likelihood_facts"]
    return found["likelihood"], found["likelihood_points"], "" if facts is None else say(facts, "zh")


def test_a_group_of_which_nothing_is_on_record_has_no_value() -> None:
    band, points, facts = asked(sites=[{"region": "合肥", "kind": "plant", "since": "2025"}])
    assert pd.isna(band)
    assert pd.isna(points)
    assert facts == ""


def test_new_sites_elsewhere_are_counted_and_the_nearest_is_named() -> None:
    dated = {"湖州": "2025-03", "武汉": "2024", "成都": "2023-06", "长沙": "2025-11-02"}
    rows = [{"region": city, "kind": "subsidiary", "since": day} for city, day in dated.items()]
    band, points, facts = asked(sites=rows)
    assert (band, points) == ("high", POINTS["openings_several"] + POINTS["units_many"])
    assert "三年内在外地新设4处，最近的在湖州" in facts


def test_one_city_and_year_is_one_opening_whoever_tells_of_it() -> None:
    site = {"region": "武汉", "kind": "plant", "since": "2025-03"}
    signal = {"kind": "new_unit", "date": "2025-04-01", "place": "武汉"}
    _, _, facts = asked(sites=[site], signals=[signal])
    assert "三年内在外地新设1处" in facts


@pytest.mark.parametrize(
    ("since", "entry"), [("2023-01", "openings"), ("2022-12", None), ("2026-02", "nothing"), ("2020-12", "stale")]
)
def test_the_date_decides_what_a_site_says(since: str, entry: str | None) -> None:
    band, points, _ = asked(sites=[{"region": "武汉", "kind": "plant", "since": since}])
    if entry == "nothing":  # not yet there on the day of the run
        assert pd.isna(band)
    else:
        assert points == POINTS["units"] + (POINTS[entry] if entry else 0)


def test_a_site_without_a_date_hides_whether_the_last_one_is_old() -> None:
    sites = [{"region": "武汉", "kind": "plant", "since": "2012"}, {"region": "长沙", "kind": "plant"}]
    assert asked(sites=sites)[1] == POINTS["units"]


def test_a_like_plant_nearby_lowers_and_another_product_or_a_far_place_does_not() -> None:
    near = {"region": "湖州", "kind": "plant", "since": "2025-06"}
    plain = POINTS["openings"] + POINTS["units"]
    assert asked(sites=[near])[:2] == ("low", plain + POINTS["like_nearby"])
    assert asked(sites=[near | {"segment_id": "S1"}])[1] == plain + POINTS["like_nearby"]
    assert asked(sites=[near | {"segment_id": "S2"}])[1] == plain
    assert asked(sites=[near], segment="S2")[1] == plain
    assert asked(sites=[near | {"region": "武汉"}])[1] == plain
    assert asked(sites=[near | {"since": "2023-12"}])[1] == plain
    assert asked(sites=[near | {"kind": "subsidiary"}])[1] == plain


def test_a_place_that_is_open_says_most() -> None:
    signal = {"kind": "expansion", "date": "2025-09", "site_status": "comparing"}
    assert asked(signals=[signal])[:2] == ("high", POINTS["site_open"])
    assert asked(signals=[signal | {"date": "2023-12"}])[2] == ""
    assert asked(signals=[signal | {"site_status": "unknown"}])[:2] == ("middle", POINTS["sign"])


@pytest.mark.parametrize("review", ["pending", "rejected"])
def test_what_nobody_has_accepted_counts_for_nothing(review: str) -> None:
    signal = {"kind": "expansion", "date": "2025-09", "site_status": "open", "review": review}
    assert pd.isna(asked(signals=[signal])[0])


def test_the_newest_word_on_a_project_says_whether_its_place_is_open() -> None:
    open_place = {"kind": "expansion", "date": "2025-03", "site_status": "open", "project_id": "P", "text": "比选"}
    settled = {"kind": "expansion", "date": "2025-08", "stage": "signed", "project_id": "P", "text": "签约"}
    projects = [{"project_id": "P", "region": "湖州", "segment_id": "S1", "form": "plant"}]
    _, points, facts = asked(signals=[open_place, settled], projects=projects)
    assert "选址未定" not in facts
    assert points == POINTS["openings"] + POINTS["units"] + POINTS["sign"] + POINTS["like_nearby"]


def test_land_at_home_is_no_sign_and_shrinking_speaks_against() -> None:
    assert pd.isna(asked(signals=[{"kind": "land", "date": "2025-09", "place": "合肥"}])[0])
    assert asked(signals=[{"kind": "divestment", "date": "2025-09"}])[:2] == ("low", POINTS["trouble"])


def test_a_member_of_the_family_elsewhere_is_a_unit() -> None:
    other = {"firm_id": "G", "firm": "其子公司", "parent_id": "F", "country": "中国", "city": "武汉"}
    assert asked(more=[other])[:2] == ("middle", POINTS["units"])
    assert pd.isna(asked(more=[other | {"city": "合肥"}])[0])
    assert pd.isna(asked(more=[other | {"parent_id": None}])[0])


def test_without_a_day_nothing_dated_counts() -> None:
    assert asked(sites=[{"region": "武汉", "kind": "plant", "since": "2025"}], as_of="")[2] == ""


def test_a_case_without_firms_gives_no_row() -> None:
    nobody = pd.DataFrame({"firm_id": [], "segment_id": []}, dtype="str")
    families = pd.DataFrame({"firm_id": [], "group_id": []}, dtype="str")
    tables = {name: empty_table(name) for name in ("firms", "firm_segments", "firm_sites", "firm_signals", "projects")}
    assert likelihood(ChainGraph("made", tables), families, nobody, "嘉兴", AS_OF).empty


RATES = EntryRates(
    "构造", "2026-01-01", 1998, 2015, 21_000, 50, 100,
    {**dict.fromkeys(TERMS, 0.0), "constant": -5.0, "recent": 1.0, "provinces": 2.0},
    (EntryRate(0.0, 20_000, 20, 0.0005, 0.002), EntryRate(0.1, 1_000, 30, 0.02, 0.04)), {"嘉兴": 12},
)  # fmt: skip
TWO = [{"region": "武汉", "kind": "plant", "since": "2025-03"}, {"region": "长沙", "kind": "plant", "since": "2012"}]
THREE = [*TWO, {"region": "成都", "kind": "subsidiary", "since": "2024"}]


def estimated(sites: list[dict[str, Any]], **options: Any) -> str | None:
    """What is told of the estimate; it never changes band or points."""
    band, points, facts = asked(sites=sites, rates=RATES, **options)
    plain = asked(sites=sites, **options)
    assert pd.isna(band) if pd.isna(plain[0]) else (band, points) == plain[:2]
    assert facts.startswith(plain[2])
    return facts.removeprefix(plain[2]) or None


def test_an_estimate_is_told_with_interval_and_count_and_goes_by_new_units_and_provinces() -> None:
    few, more = estimated(TWO), estimated(THREE)
    assert few is not None
    assert more is not None
    assert "万分之10（95%区间5–20，1998—2015年登记中20000例有20例" in few.replace(",", "")
    assert "估计（不是事实）" in few
    assert "万分之300" in more


@pytest.mark.parametrize(
    "more",
    [
        {"region": "苏州", "kind": "plant"},  # not dated: the pace is not known
        {"region": "平湖", "kind": "plant", "since": "2010"},  # here already
        {"region": "某开发区", "kind": "plant", "since": "2010"},  # nobody knows where that is
    ],
)
def test_no_estimate_where_the_past_supports_none(more: dict[str, Any]) -> None:
    assert estimated([*TWO, more]) is None


def test_one_unit_another_city_or_a_seat_here_gives_no_estimate() -> None:
    assert estimated(TWO[:1]) is None
    assert estimated(TWO, region="苏州") is None  # has no count of its own in these rates
    assert estimated(TWO, region="合肥") is None  # its own seat
    assert estimated(TWO, as_of="") is None
    assert estimated([*TWO, {"region": "日本", "kind": "plant", "since": "2010"}]) is None
    assert asked(sites=TWO, rates=shipped_rates())[2].count("估计") == 1
