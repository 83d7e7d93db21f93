"""The chance of coming within three years: what counts, what is fitted, when nothing is, and the file it is kept in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import chaingraph.main_job
from chaingraph.backtest.entry_fit import (
    EntryFit,
    as_toml,
    calibration,
    entry_auroc,
    entry_cells,
    fit_entries,
    reading,
    with_outcomes,
)
from chaingraph.backtest.units import Units, in_dev
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.cli.main import main
from chaingraph.errors import CaseError
from chaingraph.fit.entry_rates import LEAST_SEEN, LEAST_UNITS, TERMS, entry_rate, read_entry_rates, shipped_rates
from tests.made_units import write_movers
from tests.shared_data import FROZEN

PLACES = ("杭州", "南京", "武汉")


def units(rows: list[tuple[int, str, int]]) -> Units:
    """Units of groups: group, city, year; each city in a province of its own."""
    rows = sorted(rows, key=lambda row: row[2])
    return Units(
        city=np.array([PLACES.index(city) for _, city, _ in rows]),
        group=np.array([group for group, _, _ in rows]),
        year=np.array([year for *_, year in rows]),
        foreign=np.zeros(len(rows), dtype=bool),
        origin=("",) * len(rows),
        capital=np.full(len(rows), np.nan),
        text=("",) * len(rows),
        cities=PLACES,
        province=("浙江", "江苏", "湖北"),
        km=np.zeros((3, 3)),
        scope=("",) * len(rows),
    )


def crowd(*more: tuple[int, str, int]) -> Units:
    """Ten groups at home in each of two cities since 1990, and units there in every year of 1998-2000."""
    old = [(number, PLACES[number % 2], 1990) for number in range(20)]
    lively = [(100 + number, PLACES[number % 2], 1998 + number // 2) for number in range(6)]
    return units([*old, *lively, *more])


def cells_of(made: Units, start: int = 1998) -> pd.DataFrame:
    found = entry_cells(made)
    return found[found["start"] == start].groupby("city")[["pairs", "came"]].sum()


def test_a_candidate_has_a_unit_elsewhere_and_none_in_the_city() -> None:
    plain = cells_of(crowd())
    assert plain.loc["杭州"].tolist() == [10, 0]  # the ten of 南京
    assert cells_of(crowd((1, "杭州", 1999))).loc["杭州"].tolist() == [10, 1]
    assert cells_of(crowd((0, "杭州", 1999))).loc["杭州"].tolist() == [10, 0]  # was there before
    assert cells_of(crowd((1, "杭州", 2001))).loc["杭州"].tolist() == [10, 0]  # after the window
    assert cells_of(crowd((50, "杭州", 1999))).loc["杭州"].tolist() == [10, 0]  # had no unit before


def test_a_hole_in_the_register_and_a_small_city_are_left_out() -> None:
    assert "武汉" not in cells_of(crowd()).index  # no unit there
    few = [(number, "武汉", 1990) for number in range(200, 200 + LEAST_UNITS - 1)]
    every = [(300, "武汉", 1998), (301, "武汉", 1999), (302, "武汉", 2000)]
    assert "武汉" not in cells_of(crowd(*few, *every)).index
    assert "武汉" in cells_of(crowd(*few, (299, "武汉", 1990), *every)).index
    assert "武汉" not in cells_of(crowd(*few, (299, "武汉", 1990), *every[:2])).index  # a year without any
    assert "杭州" not in set(entry_cells(crowd(), lambda city: city != "杭州")["city"])


def test_new_units_and_provinces_are_told_per_group() -> None:
    moved = crowd((1, "武汉", 1996), (1, "武汉", 1996), (1, "南京", 1997), (3, "武汉", 1994))
    found = entry_cells(moved)
    found = found[(found["start"] == 1998) & (found["city"] == "杭州")]
    told = found.groupby(["recent", "provinces"])["pairs"].sum().to_dict()
    assert told == {(0, 1): 8, (0, 2): 1, (2, 2): 1}


@cache
def movers() -> Units:
    import tempfile

    from chaingraph.backtest.units import units_of
    from chaingraph.importers.units import read_units
    from chaingraph.model.case import complete_tables

    with tempfile.TemporaryDirectory() as folder:
        return units_of(complete_tables(read_units(write_movers(Path(folder, "units.csv"))).tables))


@cache
def fitted() -> EntryFit:
    return fit_entries(movers(), source="=构造\n", on="2026-01-01")


def test_what_makes_groups_move_comes_out_and_chances_hold() -> None:
    found = fitted()
    assert found.fitted
    assert found.came >= 200
    assert found.rates.coefficients["provinces"] > 0.5
    assert all(found.rates.coefficients[term] >= 0 for term in TERMS[1:])
    city = next(iter(found.rates.cities))
    still, roaming = (entry_rate(found.rates, city, 0, provinces) for provinces in (1, 3))
    assert still is not None
    assert roaming is not None
    assert roaming.chance > 2 * still.chance
    assert still.low < still.chance < still.high
    one = fit_entries(movers(), source="构造", on="2026-01-01", among=lambda place: place == city, least=20).rates
    assert all(rate.low < rate.chance < rate.high for rate in one.rates)  # of one city nothing can be drawn
    cells = entry_cells(movers())
    table = calibration(cells)
    assert table["came"].sum() == cells["came"].sum()
    assert table["pairs"].sum() == cells["pairs"].sum()
    assert (table["told"] * table["pairs"]).sum() == pytest.approx(table["came"].sum(), rel=0.1)
    assert table["told"].is_monotonic_increasing
    assert entry_auroc(cells) > 0.55


def test_fewer_than_two_hundred_entries_leave_the_shipped_estimate() -> None:
    shipped = shipped_rates()
    few = fit_entries(crowd((1, "杭州", 1999)), source="x", on="2026", before=shipped)
    assert (few.came, few.fitted, few.rates) == (1, False, shipped)
    assert "fewer than 200: nothing is fitted" in reading(few, "en")
    with pytest.raises(CaseError, match="nothing is fitted"):
        as_toml(few)
    with pytest.raises(CaseError, match="fewer than 200"):
        fit_entries(crowd(), source="x", on="2026")


def test_what_does_no_better_on_groups_held_out_is_not_taken() -> None:
    own = fitted().rates
    worse = replace(own, coefficients={**own.coefficients, "constant": own.coefficients["constant"] - 2.0})
    better = fit_entries(movers(), source="构造", on="2026", before=worse)
    assert better.fitted
    assert better.fitted_loss < better.before_loss
    again = fit_entries(movers(), source="构造", on="2026", before=own)  # fitted on all of them: not to be beaten
    assert not again.fitted
    assert again.rates is own
    assert "does no better" in reading(again, "en")


def test_the_file_holds_what_was_fitted_and_no_small_cell() -> None:
    found = fitted()
    told = read_entry_rates(as_toml(found))
    assert told.coefficients == pytest.approx(dict(found.rates.coefficients), rel=1e-5)
    assert [vars(rate) for rate in told.rates] == [pytest.approx(vars(rate), rel=1e-5) for rate in found.rates.rates]
    assert (told.cities, told.came) == (found.rates.cities, found.came)
    assert min(told.cities.values()) >= LEAST_UNITS
    assert min(shipped_rates().cities.values()) >= LEAST_UNITS


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("[cities", "[cities", None), ("came = ", "came = true #", "came = True"),
        ("source = ", "sauce = ", "source = None"),
        ("[cities]", "[towns]", "cities = None"), ("constant = ", "constant = nan #", "constant = nan"),
        ("[coefficients]", "[coefficients", "is not valid TOML"), ("units = ", "units = 0 #", "units = 0"),
        ("begins = 0", "begins = 0.5", "rates = "), ("low = ", "lower = ", "low = None"),
        ("[[rates]]\nbegins = 0\npairs = ", "[[rates]]\nbegins = 0\npairs = 1 #", "pairs = "),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_rates_is_refused(old: str, new: str, match: str | None) -> None:
    content = as_toml(EntryFit(135, 1, shipped_rates(), fitted=True, before_loss=np.nan, fitted_loss=1.0))
    if match is None:
        assert read_entry_rates(content).cities == shipped_rates().cities
        return
    with pytest.raises(CaseError, match=match):
        read_entry_rates(content.replace(old, new, 1), "f.toml")


def test_outcomes_count_as_units_of_the_groups_they_name() -> None:
    firms = pd.DataFrame({"firm_id": ["g", "h"], "firm": ["甲集团", "乙集团"]})
    sites = pd.DataFrame({"firm_id": [], "unit_id": [], "region": [], "since": [], "kind": []}, dtype="str")
    came = pd.DataFrame({"firm": ["甲集团", "乙集团", "丙"], "region": "嘉兴", "date": ["2024", None, "2024"]})
    found = with_outcomes({"firms": firms, "firm_sites": sites}, came)
    assert found["firm_sites"][["firm_id", "region", "since"]].to_numpy().tolist() == [["g", "嘉兴", "2024"]]
    assert set(found["firm_sites"]["unit_id"]) <= set(found["firms"]["firm_id"])


def test_the_command_writes_a_file_from_enough_entries_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_movers(tmp_path / "units.csv")
    case, out = tmp_path / "case", tmp_path / "own.toml"
    assert main(["import", str(tmp_path / "units.csv"), "--as", "units", "--out", str(case), "--lang", "en"]) == 0
    assert main(["likelihood", str(case), "--out", str(out), "--as-of", "2026-01-01", "--lang", "en"]) == 0
    assert "fitted anew on" in capsys.readouterr().out
    assert read_entry_rates(out.read_text(encoding="utf-8")).on == "2026-01-01"
    write_movers(tmp_path / "few.csv", groups=60)
    assert (
        main(["import", str(tmp_path / "few.csv"), "--as", "units", "--out", str(tmp_path / "f"), "--lang", "en"]) == 0
    )
    assert main(["likelihood", str(tmp_path / "f"), "--out", str(tmp_path / "no.toml"), "--lang", "en"]) == 0
    assert "fewer than 200: nothing is fitted" in capsys.readouterr().out
    assert not (tmp_path / "no.toml").exists()


def test_the_dev_cities_alone_stand_behind_what_is_shipped() -> None:
    """What is shipped says what it rests on; 嘉兴 is one of the cities that ideas are looked at on."""
    rates = shipped_rates()
    assert in_dev("嘉兴")
    assert (rates.first, rates.last, rates.came) == (1998, 2015, 135)
    assert "sums only" in rates.source
    low, high = entry_rate(rates, "嘉兴", 0, 1), entry_rate(rates, "嘉兴", 2, 4)
    assert low is not None
    assert high is not None
    assert 0 < low.low < low.chance < low.high < high.chance < high.high < 0.02
    assert sum(rate.came for rate in rates.rates) == rates.came
    assert entry_rate(rates, "那曲", 1, 2) is None
    thin = tuple(replace(rate, came=LEAST_SEEN - 1) for rate in rates.rates)
    assert entry_rate(replace(rates, rates=thin), "嘉兴", 0, 1) is None


def test_a_run_takes_a_file_of_rates_and_refuses_what_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["run", str(FROZEN), "--region", "嘉兴", "--out", str(tmp_path / "out"), "--lang", "en", "--likelihood"]
    (tmp_path / "none.toml").write_text("came = 3\n", encoding="utf-8")
    (tmp_path / "binary.toml").write_bytes(b"\xff\x00")
    for name, said in (
        ("none.toml", "missing, or not of its kind"),
        ("binary.toml", "is not text"),
        ("no.toml", "cannot be opened: No such file"),
    ):
        assert main([*given, str(tmp_path / name)]) == 1
        assert f"{tmp_path / name}" in (told := capsys.readouterr().err)
        assert said in told
    (tmp_path / "own.toml").write_text(as_toml(fitted()), encoding="utf-8")
    asked: list[SurveyOptions] = []

    def fake(graph: object, region: str, engine: object, options: SurveyOptions, **_: object) -> None:
        asked.append(options)
        raise CaseError("stop here")

    monkeypatch.setattr(chaingraph.main_job, "survey", fake)
    assert main([*given, str(tmp_path / "own.toml"), "--reference", "none"]) == 1
    assert asked[0].likelihood is not None
    assert asked[0].likelihood.came == fitted().came
