"""How far a list can be trusted: the shipped figures are those measured, the own city's are told or said not to be."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.choosing.trust import (
    MIN_HIDDEN,
    Base,
    city_figures,
    describe_trust,
    figures_of,
    measured_by,
    shipped_figures,
)
from chaingraph.fit.listed import listed_base
from chaingraph.labels import LANGUAGES
from chaingraph.stores.listed_box import listed_firms
from chaingraph.wording.phrases import in_words

STORED = Path(__file__).resolve().parents[2] / "docs" / "backtest"
NO_CHAINS = pd.DataFrame({"chain_id": [], "firms": [], "local": []})
LISTED = {"reference": "aggregate", "reference_kind": "listed"}
CASE = {"reference": "mine", "reference_kind": "case"}


def stored(protocol: str) -> dict:
    return json.loads((STORED / f"{protocol}.json").read_text(encoding="utf-8"))


def told(region: str, reference: dict = LISTED, lang: str = "zh", base: Base | None = None, **given) -> pd.DataFrame:
    tested = measured_by(reference["reference_kind"], weights=given.get("weights", False), own=given.get("own"))
    base = base or Base(4298, 44, NO_CHAINS)
    return in_words(describe_trust(region, tested, base, reference, ["PV"]), lang).set_index("kind")


def test_the_shipped_figures_are_those_measured() -> None:
    """scripts/backtest_figures writes them when docs/backtest was made again."""
    measured = pd.concat([figures_of(stored(protocol)) for protocol in ("hide30", "temporal")], ignore_index=True)
    # Texts are kept by Python in what a main job of the same process has read first, by Arrow elsewhere.
    shipped, again = (
        frame.astype({name: object for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)})
        for frame in (shipped_figures(), measured)
    )
    pd.testing.assert_frame_equal(shipped, again, check_column_type=False)
    assert measured["city"].nunique(dropna=False) == 57  # 56 cities and their mean


@pytest.mark.parametrize("protocol", ["hide30", "temporal"])
@pytest.mark.parametrize(("reference", "method"), [(LISTED, "sums"), (CASE, "score")])
def test_the_own_city_is_told_by_the_score_that_ran(protocol: str, reference: dict, method: str) -> None:
    rows = {row["method"]: row for row in stored(protocol)["by_city"] if row["city"] == "嘉兴" and row["pool"] == "A"}
    own, base = rows[method], rows["same_industry"]
    row = told("嘉兴", reference).loc[f"own_{protocol}"]
    assert row["value"] == own["auroc"]
    for figure in (f"判断正确的占{100 * own['auroc']:.0f}%", f"{100 * base['auroc']:.0f}%", f"{own['hidden']:.0f}家"):
        assert figure in row["plain"]
    assert f"{own['auroc']:.3f}" in row["exact"]
    assert f"{100 * own['recall100']:.0f}%" in row["exact"]


def test_a_county_is_told_by_its_city_and_a_municipality_is_one() -> None:
    assert told("海宁").loc["own_hide30", "plain"] == told("嘉兴").loc["own_hide30", "plain"]
    assert "上海" in told("上海").loc["own_hide30", "plain"]
    assert not pd.isna(told("上海").loc["own_hide30", "value"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_said_of_a_city_with_too_few_hidden_firms(lang: str) -> None:
    figures = shipped_figures().query("protocol == 'hide30' and method == 'score'")
    few = figures[(figures["hidden"] < MIN_HIDDEN) & figures["city"].notna()]["city"].iloc[0]
    mean = figures.loc[figures["city"].isna(), "auroc"].item()
    for region in (few, "丽水", "三沙"):  # too few, not scored, no listed firm at all
        row = told(region, CASE, lang).loc["own_hide30"]
        assert pd.isna(row["value"])
        assert f"{100 * mean:.0f}" in row["plain"]
        assert str(MIN_HIDDEN) in row["plain"]
    assert city_figures(figures, few, "score") is None
    wide = told("浙江", CASE, lang).loc["own_hide30"]
    assert pd.isna(wide["value"])
    assert ("不是一个地级市" if lang == "zh" else "is not a city") in wide["plain"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_said_what_was_tested_and_what_was_not(lang: str) -> None:
    def about(reference: dict, **given) -> str:
        return str(told("嘉兴", reference, lang, **given).loc["about", "plain"])

    none = {"reference": None, "reference_kind": "none"}
    said = [about(LISTED), about(CASE), about(none), about(LISTED, weights=True), about(CASE, own=shipped_figures())]
    assert len(set(said)) == 5
    assert "mine" in said[1]
    untested = "未经这样的检验" if lang == "zh" else "not been tested"
    assert [untested in words for words in said] == [False, False, True, True, False]


def test_a_test_of_one_s_own_takes_the_place_of_the_shipped_one() -> None:
    own = pd.DataFrame(
        [("outcomes", "嘉兴", "score", 40.0, 0.81, 0.5), ("outcomes", "嘉兴", "same_industry", 40.0, 0.6, 0.2)],
        columns=list(shipped_figures().columns),
    )
    rows = told("嘉兴", CASE, own=own)
    assert [kind for kind in rows.index if kind.startswith("own_")] == ["own_outcomes"]
    assert rows.loc["own_outcomes", "value"] == 0.81
    # Figures without the three-term score serve a default run as well.
    assert told("嘉兴", LISTED, own=own).loc["own_outcomes", "value"] == 0.81


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_leader_is_told_in_plain_words(lang: str) -> None:
    chains = pd.DataFrame({"chain_id": ["PV"], "firms": [134], "local": [3]})
    for region in ("嘉兴", "丽水", "浙江"):
        for words in told(region, CASE, lang, Base(4298, 44, chains))["plain"]:
            assert not re.search(r"AUROC|LQ|nats|[{}]|nan", words), words


def test_the_base_rate_is_counted_and_none_is_no_zero_chance() -> None:
    chains = pd.DataFrame({"chain_id": ["PV"], "firms": [134], "local": [3]})
    rows = told("嘉兴", LISTED, base=Base(4298, 44, chains))
    assert rows.loc["base_chain", "value"] == 3 / 134
    assert "每100家做本链产品的A股上市公司，约2.2家在嘉兴（134家中3家）" in rows.loc["base_chain", "plain"]
    assert rows.loc["base_all", "value"] == 44 / 4298
    nobody = told("嘉兴", CASE, base=Base(71, 0, chains.assign(local=0)))
    assert "没有一家在嘉兴" in nobody.loc["base_chain", "plain"]
    unknown = told("海宁", LISTED, base=Base(4298, None, NO_CHAINS))
    assert pd.isna(unknown.loc["base_all", "value"])
    assert "base_chain" not in unknown.index
    sample = told("嘉兴", {"reference": None, "reference_kind": "none"}, base=Base(690, 246, NO_CHAINS))
    assert "不是随机猜中的机会" in sample.loc["base_all", "plain"]


def test_the_firms_in_the_box_are_counted_by_region() -> None:
    listed = listed_firms()
    firms, local = listed_base(listed, "嘉兴")
    tested = next(row for row in stored("hide30")["by_city"] if row["city"] == "嘉兴")
    assert local == round(tested["visible"] + tested["hidden"])  # the same firms, counted by the back-test
    assert listed_base(listed, "中国")[1] == firms
    # 吉林 is a city and the province around it; 朝阳 a city of Liaoning and districts elsewhere.
    sums = listed.sums
    trades = [at for code, at in sums.columns[2].items() if code.startswith("shenwan:")]
    for city, region in (("吉林", "吉林市"), ("北京", "北京"), ("朝阳", "辽宁朝阳市")):
        assert listed_base(listed, region)[1] == sums.industries[sums.cities.index(city), trades].sum()
    assert listed_base(listed, "海宁") == (firms, None)
    assert local < listed_base(listed, "浙江")[1] < firms
