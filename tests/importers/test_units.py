"""Lists of units that groups opened: rows become firms and dated sites; what cannot be used says why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.backtest.openings import FIRST_YEAR
from chaingraph.errors import CaseError
from chaingraph.importers.recognise import import_file
from chaingraph.importers.units import SCOPE_BEFORE, read_units


def written(folder: Path, *lines: str, name: str = "units.csv") -> Path:
    path = folder / name
    header = "母公司,单位名称,城市,成立日期,币种,注册资本(万),是否制造,经营范围"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def test_a_unit_is_a_site_of_its_group_and_a_firm_of_its_own(tmp_path: Path) -> None:
    held = read_units(written(tmp_path, "甲集团,甲(苏州)有限公司,苏州市,2004-05-01,日元,300,1,")).tables
    firms, sites = held["firms"].set_index("firm"), held["firm_sites"]
    unit = firms.loc["甲(苏州)有限公司"]
    assert (unit["city"], unit["founded"], unit["parent_id"]) == ("苏州", "2004-05-01", firms.loc["甲集团", "firm_id"])
    assert sites[["firm_id", "region", "kind", "since", "unit_id"]].iloc[0].tolist() == [
        unit["parent_id"], "苏州", "subsidiary", "2004-05-01", unit["firm_id"],
    ]  # fmt: skip
    abroad = held["foreign_investments"].iloc[0]
    assert abroad["investor_country"] == "日本"
    assert pd.isna(abroad["contracted_usd_m"])  # the yen floats: an amount of that day is not known


def test_a_dollar_tells_an_amount_and_no_country(tmp_path: Path) -> None:
    abroad = read_units(written(tmp_path, ",甲有限公司,苏州,2004,美元,300,1,")).tables["foreign_investments"].iloc[0]
    assert abroad["contracted_usd_m"] == pytest.approx(3.0)
    assert pd.isna(abroad["investor_country"])
    at_home = read_units(written(tmp_path, ",甲有限公司,苏州,2004,人民币,300,1,")).tables
    assert at_home["foreign_investments"].empty
    assert at_home["firm_sites"].iloc[0]["unit_id"] is pd.NA or pd.isna(at_home["firm_sites"].iloc[0]["unit_id"])


def test_what_cannot_be_used_is_told_by_row(tmp_path: Path) -> None:
    held = read_units(
        written(
            tmp_path,
            ",甲有限公司,苏州,2004,,,1,",
            ",乙有限公司,无此城市,2004,,,1,",
            ",丙有限公司,苏州,昨天,,,1,",
            ",丁有限公司,苏州,2004,,,0,",
            ",戊有限公司,苏州,2004,,,,批发零售",
            ",己有限公司,苏州,2004,,,,服装制造",
        ),
        lang="en",
    )
    assert sorted(held.tables["firms"]["firm"]) == ["己有限公司", "甲有限公司"]
    told = dict(zip(held.rejects["row"], held.rejects["reason"], strict=True))
    assert told[3].startswith("no city")
    assert told[4].startswith("no opening date")
    assert told[5] == told[6] == "makes nothing"
    assert held.account.iloc[0][["rows", "kept", "rejected"]].tolist() == [6, 2, 4]


def test_the_files_of_a_folder_are_read_together_and_a_unit_counts_once(tmp_path: Path) -> None:
    written(tmp_path, ",甲(苏州)有限公司,苏州,2004,美元,300,1,", name="a.csv")
    written(tmp_path, "甲集团,甲(苏州)有限公司,苏州,2004,,,1,", name="b.csv")
    held = import_file(tmp_path, kind="units")
    assert len(held.tables["firm_sites"]) == 1
    assert held.tables["firm_sites"].iloc[0]["unit_id"] == held.tables["foreign_investments"].iloc[0]["firm_id"]
    assert len(held.notes) == 1


def test_scopes_are_kept_of_units_before_the_first_year_asked_about_and_of_no_other(tmp_path: Path) -> None:
    assert str(FIRST_YEAR) == SCOPE_BEFORE
    old = ",甲有限公司,苏州,2002-12-31,,,,服装、鞋帽制造(依法须经批准的项目)"
    held = read_units(written(tmp_path, old, ",乙有限公司,苏州,2003-01-01,,,,齿轮制造")).tables
    names = held["firms"].set_index("firm_id")["firm"]
    kept = held["firm_products"].assign(firm=lambda rows: rows["firm_id"].map(names))
    assert kept[["firm", "product"]].to_numpy().tolist() == [["甲有限公司", "服装"], ["甲有限公司", "鞋帽制造"]]
    said = "".join(str(table.to_numpy()) for table in held.values())
    assert "依法" not in said
    assert "齿轮" not in said


def test_a_file_without_dates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no_dates.csv"
    path.write_text("unit,city\n甲,苏州\n", encoding="utf-8")
    with pytest.raises(CaseError, match="date"):
        read_units(path, lang="en")


def test_units_are_read_under_headings_of_ones_own(tmp_path: Path) -> None:
    rows, heads = tmp_path / "rows.csv", tmp_path / "mine.toml"
    rows.write_text("单位全名,落户市,设立日,制造否\n甲(苏州)有限公司,苏州,2004-05-01,1\n", encoding="utf-8")
    columns = {"unit": "单位全名", "city": "落户市", "date": "设立日", "manufacturing": "制造否"}
    told = "\n".join(f'{name} = [{{ header = "{header}", source = "made" }}]' for name, header in columns.items())
    heads.write_text(f'kind = "units"\ntitle = {{ zh = "自有", en = "own" }}\n[columns]\n{told}\n', encoding="utf-8")
    with pytest.raises(CaseError):
        import_file(rows, kind="units")
    assert import_file(rows, kind=str(heads)).tables["firms"]["firm"].tolist() == ["甲(苏州)有限公司"]
