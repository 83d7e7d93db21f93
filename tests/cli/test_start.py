"""A city's case from templates and the firms of a national case: one road from there to its lists."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.api import find_gaps
from chaingraph.cli.main import main
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case, empty_table
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from chaingraph.writers.case import write_case
from tests.shared_data import FROZEN

FIRMS = {
    "甲泵业股份有限公司": ("台州", ["潜水泵", "离心泵"]),
    "乙缝纫机股份有限公司": ("台州", ["工业缝纫机"]),
    "丙白酒股份有限公司": ("台州", ["白酒"]),
    "丁阀门股份有限公司": ("温州", ["球阀", "工业阀门"]),
    "戊电机股份有限公司": ("杭州", ["潜水电机"]),
}


@pytest.fixture
def national(tmp_path: Path) -> Path:
    firms = empty_table("firms").reindex(range(len(FIRMS)))
    ids = [f"60000{n}" for n in range(len(FIRMS))]
    firms = firms.assign(
        firm_id=ids,
        firm=list(FIRMS),
        country="中国",
        province="浙江",
        city=[city for city, _ in FIRMS.values()],
        tiers="listed",
        source="made",
    )
    rows = [(f"60000{n}", product) for n, (_, held) in enumerate(FIRMS.values()) for product in held]
    products = empty_table("firm_products").reindex(range(len(rows)))
    products = products.assign(firm_id=[row[0] for row in rows], product=[row[1] for row in rows], source="made")
    kinds = {name: empty_table(name).dtypes.to_dict() for name in ("firms", "firm_products")}
    case = Case(
        "national", {"firms": firms.astype(kinds["firms"]), "firm_products": products.astype(kinds["firm_products"])}
    )
    write_case(case, tmp_path / "national")
    return tmp_path / "national"


def test_who_is_dissolved_is_not_counted_as_registered(
    national: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = read_case(national, required=("firms",))
    names = case["firms"]["firm"] == "甲泵业股份有限公司"
    gone = case["firms"].assign(status=case["firms"]["status"].mask(names, "dissolved"))
    write_case(Case("national", {**case.tables, "firms": gone}), tmp_path / "later")
    asked = ["start", "--region", "台州", "--chains", "泵阀与缝制装备", "--reference", str(tmp_path / "later")]
    assert main([*asked, "--out", str(tmp_path / "taizhou")]) == 0
    assert "注册在 台州 的企业 2 家，其中 1 家" in capsys.readouterr().out


def test_a_city_begins_with_chains_and_those_registered_there(
    national: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "taizhou"
    asked = ["start", "--region", "台州", "--chains", "泵阀与缝制装备", "--reference", str(national), "--out", str(out)]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "注册在 台州 的企业 3 家，其中 2 家" in said
    assert "龙头企业（建议）：甲泵业股份有限公司、乙缝纫机股份有限公司" in said
    assert "丁阀门股份有限公司 (温州)" in said  # asked for: a plant here?
    assert "丙白酒股份有限公司：未归入环节。“白酒”" in said
    case = read_case(out)
    assert len(case.rejects) == 0
    assert set(case["firm_segments"]["basis"]) == {"seat"}
    assert main(["check", str(out)]) == 0
    capsys.readouterr()
    tagged = str(tmp_path / "tagged")
    assert main(["tag", str(national), "--with", str(out), "--out", tagged]) == 0
    rows = read_case(tagged, required=NATIONAL_TABLES)["firm_segments"]
    assert set(zip(rows["firm_id"], rows["segment_id"], strict=True)) >= {("600003", "PS08"), ("600004", "PS02")}
    done = ["run", str(out), "--region", "台州", "--out", str(tmp_path / "out"), "--reference", tagged]
    assert main([*done, "--strategy", "strengthen"]) == 0
    targets = pd.read_csv(tmp_path / "out" / "shortlist.csv")  # around the firms proposed, since nobody leads
    assert "戊电机股份有限公司" in set(targets["firm"])
    gaps = pd.read_csv(tmp_path / "out" / "gaps.csv").set_index("segment_id")
    assert gaps.loc["PS04", ["found", "presumed"]].tolist() == [0, 1]
    asked_first = pd.read_csv(tmp_path / "out" / "questions.csv").loc[0]
    assert "登记在本地" in asked_first["question"]


def test_a_region_where_nobody_sits_is_refused(
    national: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "start",
        "--region",
        "沈阳",
        "--chains",
        "displays",
        "--reference",
        str(national),
        "--out",
        str(tmp_path / "x"),
    ]
    assert main([*asked, "--lang", "en"]) == 1
    assert "none of the 5 firms given is registered in 沈阳" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_register_is_tagged_and_opens_as_a_workbook_that_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = tmp_path / "register.csv"
    register.write_text(
        "企业名称,所属城市,经营范围\n嘉兴构造玻璃有限公司,嘉兴市,光伏玻璃制造;生产\n嘉兴构造商贸有限公司,嘉兴市,批发、零售:服装\n",
        encoding="utf-8",
    )
    raw, tagged, book = (tmp_path / name for name in ("raw", "tagged", "tagged.xlsx"))
    assert main(["import", str(register), "--as-of", "2026-01-01", "--out", str(raw)]) == 0
    assert main(["tag", str(raw), "--with", str(FROZEN), "--out", str(tagged), "--workbook", str(book)]) == 0
    assert "“零售服装”" in capsys.readouterr().out  # why the second firm has no segment
    for case in (tagged, book):
        assert main(["check", str(case)]) == 0
    held, corrected = (read_case(case)["firm_segments"]["segment_id"].tolist() for case in (tagged, book))
    assert held == corrected != []
    assert (
        main(["run", str(book), "--region", "嘉兴", "--out", str(tmp_path / "out")]) == 0
    )  # nobody outside: empty lists
    assert (tmp_path / "out" / "gaps.csv").exists()


LOCAL = "企业名称,所属城市,经营范围\n甲泵业有限公司,台州市,潜水泵制造\n乙服饰有限公司,台州市,服装制造\n"
ELSEWHERE = "企业名称,所属城市,经营范围\n丁电机有限公司,温州市,潜水电机制造\n丙泵业有限公司,台州市,离心泵制造\n"
PUMPS = ("start", "--region", "台州", "--chains", "泵阀与缝制装备")


def test_targets_come_from_an_export_of_firms_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, there, out = tmp_path / "本地.csv", tmp_path / "同行.csv", tmp_path / "taizhou"
    here.write_text(LOCAL, encoding="utf-8")
    there.write_text(ELSEWHERE, encoding="utf-8")
    # Only with those here there is nobody to approach: start says what to add, check and run say why lists are empty.
    assert main([*PUMPS, "--firms", str(here), "--out", str(out)]) == 0
    assert "--outside" in capsys.readouterr().out
    assert main(["check", str(out), "--region", "台州"]) == 0
    said = capsys.readouterr().out
    assert "1家企业都在台州，没有外地企业" in said
    assert "均待核实" in said
    assert main([*PUMPS, "--firms", str(here), "--outside", str(there), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    # One of the list of others is seated here, and counts here.
    assert "注册在 台州 的企业 3 家，其中 2 家" in said
    assert "外地企业 1 家" in said
    assert "乙服饰有限公司：未归入环节" in said
    assert main(["run", str(out), "--region", "台州", "--out", str(tmp_path / "out")]) == 0
    assert "没有外地企业" not in capsys.readouterr().out
    assert pd.read_csv(tmp_path / "out" / "shortlist.csv")["firm"].tolist() == ["丁电机有限公司"]


def test_who_of_a_mixed_list_is_elsewhere_or_nowhere_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed = tmp_path / "名单.csv"
    mixed.write_text(f"{LOCAL}己泵业有限公司,温州市,潜水泵制造\n庚泵业有限公司,,潜水泵制造\n", encoding="utf-8")
    asked = [*PUMPS, "--firms", str(mixed), "--out", str(tmp_path / "taizhou")]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "另有 2 家企业（如己泵业有限公司、庚泵业有限公司）不在 台州 或未写所在地，没有写入" in said
    assert f"--outside {mixed}" in said
    assert main([*asked, "--outside", str(mixed)]) == 0
    assert "另有" not in capsys.readouterr().out


def test_a_curated_case_gives_firms_elsewhere_without_a_reference_that_leads_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, out = tmp_path / "本地.csv", tmp_path / "shaoxing"
    here.write_text("企业名称,所属城市,经营范围\n甲泵业有限公司,绍兴市,车用电机制造\n", encoding="utf-8")
    asked = ["start", "--region", "绍兴", "--chains", "新能源汽车", "--firms", str(here), "--out", str(out)]
    assert main([*asked, "--reference", str(FROZEN)]) == 0
    assert "没有企业产品表" in capsys.readouterr().out
    assert main([*asked, "--outside", str(FROZEN)]) == 0
    case = read_case(out)
    assert len(case.rejects) == 0  # nothing points to a firm or a segment that was left behind
    assert set(case["firm_sites"]["segment_id"].dropna()) <= set(case["segments"]["segment_id"])
    assert len(case["firms"]) > 50


def test_a_list_with_headings_of_its_own_begins_a_case(tmp_path: Path) -> None:
    here, heads, out = tmp_path / "a.csv", tmp_path / "mine.toml", tmp_path / "taizhou"
    here.write_text("商号,所在,主营\n甲泵业有限公司,台州市,潜水泵制造\n", encoding="utf-8")
    made = '[{ header = "%s", source = "made" }]'
    columns = {"firm": "商号", "city": "所在", "scope": "主营"}
    rows = "\n".join(f"{name} = {made % header}" for name, header in columns.items())
    heads.write_text(f'kind = "register"\ntitle = {{ zh = "自有名单", en = "own list" }}\n[columns]\n{rows}\n', "utf-8")
    asked = [*PUMPS, "--firms", str(here), "--out", str(out)]
    assert main(asked) == 1
    assert main([*asked, "--as", str(heads)]) == 0
    assert read_case(out)["firms"]["firm"].tolist() == ["甲泵业有限公司"]


def test_firms_of_an_export_are_for_start_and_a_list_without_a_product_of_the_chains_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there, firms, out = (tmp_path / name for name in ("本地.csv", "外地.csv", "firms", "taizhou"))
    here.write_text(LOCAL, encoding="utf-8")
    there.write_text("企业名称,所属城市,经营范围\n丙白酒有限公司,温州市,白酒酿造\n", encoding="utf-8")
    taken = ["import", str(here), "--out", str(firms), "--lang", "en"]
    assert main(taken) == 0
    said = capsys.readouterr().out
    assert f"start --region REGION --chains CHAIN --firms {firms}" in said
    assert "2 rows, of which 2 kept" in said
    assert "before are replaced" not in said
    assert main(taken) == 0
    assert "before are replaced" in capsys.readouterr().out
    asked = [*PUMPS, "--firms", str(firms), "--outside", str(there), "--out", str(out), "--lang", "en"]
    assert main(asked) == 0
    assert "so there is nobody to approach" in capsys.readouterr().out
    assert main(["import", str(here), "--into", str(tmp_path / "none"), "--lang", "en"]) == 1
    assert "chaingraph start" in capsys.readouterr().err
    # A confirmation as the site shows it, under the short names of its columns; then one that refutes.
    rows = "segment,region,firm,state,by,date\n农用与民用水泵,台州,甲泵业有限公司,{},某局,2026-06-0{}\n"
    for day, (state, found) in enumerate((("present", 1), ("missing", 0)), start=1):
        (out / "confirmations.csv").write_text(rows.format(state, day), encoding="utf-8")
        gaps = find_gaps(build_graph(read_case(out)), region="台州", lang="en", reference=None)
        assert gaps.set_index("segment_id").loc["PS04", "found"] == found
    capsys.readouterr()
    assert main(["explain", str(out), "--region", "台州", "--firm", "甲泵业有限公司", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "checked and not made here, according to 某局" in said
    assert "no row of firm_segments" not in said


def test_start_says_what_each_column_was_read_as_and_why_every_firm_without_a_segment_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there, out = tmp_path / "本地.csv", tmp_path / "同行.csv", tmp_path / "taizhou"
    others = "".join(f"第{number}糕点有限公司,台州市,糕点制造,-,\n" for number in range(12))
    here.write_text(
        f"企业名称,所属城市,经营范围,曾用名,实缴资本\n甲泵业有限公司,台州市,潜水泵制造,-,1万元\n{others}",
        encoding="utf-8",
    )
    there.write_text(
        "企业名称,所在城市,主要产品,资质荣誉\n乙泵业有限公司,温州市,离心泵,上市公司、制造业单项冠军\n丙泵业有限公司,温州市,离心泵,已注销\n"
        "丁泵业有限公司,瑞士,离心泵,外资\n戊饼业有限公司,温州市,月饼,-\n",
        encoding="utf-8",
    )
    assert main([*PUMPS, "--firms", str(here), "--outside", str(there), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "曾用名 → 曾用名（0）" in said  # a dash is no value
    assert "实缴资本 → 未用（1）" in said
    assert "资质荣誉 → 榜单与资质（3）" in said
    assert "1  同行.csv · 资质荣誉 · 不在可选值之内" in said
    assert "外资" in (out / "rejects.csv").read_text(encoding="utf-8-sig")
    firms = read_case(out)["firms"].set_index("firm")
    assert firms.loc["乙泵业有限公司", "tiers"] == "listed;champion"
    assert firms.loc["丙泵业有限公司", "status"] == "dissolved"  # a state, wherever the list says it
    assert pd.isna(firms.loc["丙泵业有限公司", "tiers"])
    assert firms.loc["丁泵业有限公司", "country"] == "瑞士"  # written where a city is asked for
    assert pd.isna(firms.loc["丁泵业有限公司", "city"])
    assert "招商策略：" in said
    assert "不是本市的决定" in said
    told = pd.read_csv(tmp_path / "taizhou_未归入环节.csv")
    assert len(told) == 13  # of them only ten are shown
    assert "戊饼业有限公司" in set(told["企业"])
    assert told["未归入的原因"].str.contains("糕点|月饼").all()


def test_start_and_check_count_the_same_firms_without_those_dissolved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, out = tmp_path / "本地.csv", tmp_path / "taizhou"
    rows = ("甲泵业,台州市,离心泵制造,存续", "乙泵业,台州市,离心泵制造,存续", "丙泵业,台州市,离心泵制造,注销")
    here.write_text("\n".join(("企业名称,所属城市,经营范围,登记状态", *rows, "")), encoding="utf-8")
    assert main([*PUMPS, "--firms", str(here), "--out", str(out)]) == 0
    assert "注册在 台州 的企业 2 家，其中 2 家" in capsys.readouterr().out
    main(["check", str(out), "--region", "台州"])
    said = capsys.readouterr().out
    assert "台州本地有2家企业登记在册" in said
    assert "2家企业都在台州" in said
