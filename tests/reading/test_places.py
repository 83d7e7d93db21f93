"""Places of a case: what is resolved, what is told with near names, one spelling each, warnings of an empty survey."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.case import LOSSES, SOUND
from chaingraph.cli.main import main
from chaingraph.errors import CaseError
from chaingraph.facts.derived_tables import firm_places
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.reading.read import read_case

_BASE = {
    "chains": "chain_id,chain\nIC,集成电路\n",
    "segments": "chain_id,segment_id,segment,stage\nIC,litho,光刻机,中游\nIC,mask,光掩模,上游\n",
    "firm_segments": "firm_id,segment_id,kind,status,basis\n甲一,litho,maker,producing,site\n",
}


def written(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in (_BASE | tables).items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def read(folder: Path, **tables: str) -> Case:
    return read_case(written(folder, **tables), lang="en")


def seats(case: Case, region: str) -> dict[str, object]:
    places = firm_places(build_graph(case), region)
    names = case["firms"].set_index("firm_id")["firm"]
    return {
        names[firm]: None if pd.isna(inside) else bool(inside) for firm, inside in places[["firm_id", "inside"]].values
    }


def test_countries_are_one_name(tmp_path: Path) -> None:
    case = read(tmp_path, firms="firm,country\n甲一,CHN\n甲二,China\n甲三,JPN\n甲四,TWN\n甲五,中国大陆\n甲六,germany\n")
    assert dict(zip(case["firms"]["firm"], case["firms"]["country"], strict=True)) == {
        "甲一": "中国",
        "甲二": "中国",
        "甲三": "日本",
        "甲四": "中国台湾",
        "甲五": "中国",
        "甲六": "德国",
    }
    assert case.rejects.empty
    inside = {"甲一": True, "甲二": True, "甲三": False, "甲四": True, "甲五": True, "甲六": False}
    assert seats(case, "中国") == inside


@pytest.mark.parametrize(
    ("seat", "column", "reason", "near"),
    [
        ("Absurdistan,,,", "country", "no such country", "Kurdistan|-|stan"),
        ("中国,,台州,乌有新县", "district", "no such place", "新县"),
        ("中国,,乌有市,", "city", "no such place", "义乌"),
        (",,Jiaxang,", "city", "no such place", "Jiaxing"),
        ("中国,江苏,嘉兴,", "city", "contradicts", "浙江嘉兴"),
        ("中国,,,鼓楼区", "district", "several places", "江苏南京鼓楼区"),
        ("中国,,Taizhou,", "city", "several places", "浙江台州"),
        ("中国,,瑞士,", "city", "is a country", "瑞士"),
    ],
)
def test_what_nobody_can_resolve_is_a_reject_with_near_names(
    tmp_path: Path, seat: str, column: str, reason: str, near: str
) -> None:
    case = read(tmp_path, firms=f"firm,country,province,city,district\n甲一,{seat}\n甲二,中国,,嘉兴,\n")
    (found,) = case.rejects.to_dict("records")
    assert (found["table"], found["row"], found["column"]) == ("firms", 2, column)
    assert reason in found["reason"]
    assert any(part in found["remedy"] for part in near.split("|"))
    assert len(case["firms"]) == 2  # the row stays, with what was written
    assert case["firms"].set_index("firm").loc["甲一", column] in seat.split(",")


@pytest.mark.parametrize(
    "seat",
    [
        ",,,", "中国,,台州,台州湾新区", "中国,,合肥,高新区", "中国,上海,市辖区,浦东新区", "中国,浙江,,", "中国,,浙江,",
        "德国,,Kleindorf,", "中国,,嘉兴,市本级", "中国,,江阴,", "中国台湾,,新竹,", "美国,California,San Jose,",
        "China,Zhejiang,Jiaxing,Haining",
    ],
)  # fmt: skip
def test_places_that_are_known_or_abroad_are_no_rejects(tmp_path: Path, seat: str) -> None:
    assert read(tmp_path, firms=f"firm,country,province,city,district\n甲一,{seat}\n").rejects.empty


def test_a_town_abroad_without_coordinates_is_told_once(tmp_path: Path) -> None:
    case = read(tmp_path, firms="firm,country,city\n甲一,德国,Kleindorf\n甲二,德国,Kleindorf\n甲三,德国,Dresden\n")
    assert [note for note in case.notes if "2 firms" in note and "Kleindorf" in note and "Dresden" not in note]


def test_a_zone_seats_its_firm(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        firms="firm,country,city,district\n甲一,中国,台州,台州湾新区\n甲二,中国,台州湾新区,\n甲三,中国,温州,\n",
    )
    assert seats(case, "台州") == {"甲一": True, "甲二": True, "甲三": False}
    assert seats(case, "台州湾新区") == {"甲一": True, "甲二": True, "甲三": False}


def test_the_places_of_the_case_add_the_rest(tmp_path: Path) -> None:
    firms = "firm,country,city,district\n甲一,中国,台州,湾区新城\n甲二,中国,北高地,\n甲三,中国,台州,西塘乌\n"
    without = read(tmp_path / "a", firms=firms)
    assert set(without.rejects["value"]) == {"北高地", "西塘乌"}  # 湾区新城 may be a zone of 台州 by its name
    case = read(
        tmp_path / "b",
        firms=firms,
        places="place,within,aliases\n北高地产业社区,台州市,北高地\n",
        zones="zone,district\n西塘乌,临海市\n",
    )
    assert case.rejects.empty
    assert seats(case, "台州") == {"甲一": True, "甲二": True, "甲三": True}
    assert seats(case, "临海") == {"甲一": None, "甲二": None, "甲三": True}


def test_one_place_has_one_spelling(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        firms="firm,country,city,district\n甲一,中国,台州,临海\n甲二,中国,台州,临海市\n甲三,中国,台州,临海市\n甲四,中国,Taizhou,\n",
        confirmations="segment_id,region,state,by\nlitho,临海,present,x\nlitho,临海市,present,x\n",
    )
    assert set(case["firms"]["district"].dropna()) == {"临海市"}
    assert len(case["confirmations"]) == 1  # one fact, not two


def test_a_rule_for_no_place_is_left_out(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        firms="firm,country,city\n甲一,中国,嘉兴\n",
        confirmations="segment_id,region,state,by\nlitho,嘉兴,present,x\nmask,没有的地方,present,x\n",
        firm_sites="firm_id,region,kind\n甲一,越南某地,plant\n甲一,港区,plant\n甲一,没有的地方,plant\n",
    )
    assert list(case["confirmations"]["segment_id"]) == ["litho"]
    assert len(case["firm_sites"]) == 3
    assert sorted(case.rejects["table"]) == ["confirmations", "firm_sites"]


def test_check_and_gaps_warn_of_an_empty_survey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(written(tmp_path, firms="firm,country,city\n甲一,中国,嘉兴\n甲二,,\n甲三,中国,合肥\n"))
    assert main(["check", folder, "--region", "沈阳", "--lang", "en"]) == SOUND
    shown = capsys.readouterr().out
    assert "none of the 3 firms is in 沈阳" in shown
    assert shown.splitlines()[-1] == "Verdict: sound."
    assert main(["gaps", folder, "--region", "合肥", "--reference", "none", "--lang", "en"]) == 0
    said = capsys.readouterr().err
    assert "none of the 2 segments has a maker or operator in 合肥" in said
    assert "for 1 of the 3 firms it is not known whether they are in 合肥" in said
    assert main(["gaps", folder, "--region", "嘉兴", "--reference", "none", "--lang", "en"]) == 0
    assert "none of" not in capsys.readouterr().err
    (tmp_path / "firm_segments.csv").write_text("firm_id,segment_id,kind\n甲一,litho,maker\n", "utf-8")
    assert main(["gaps", folder, "--region", "嘉兴", "--reference", "none", "--lang", "en"]) == 0
    assert "1 rows say what firms in 嘉兴 do, but none says that they produce or build" in capsys.readouterr().err


def test_check_tells_losses_whole_and_in_the_language_of_the_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(written(tmp_path, firms="企业名称,国家,城市\n甲一,中国,乌有市\n", carriers="carrier\n"))
    rejects = tmp_path / "rejects.csv"
    assert main(["check", folder, "--rejects", str(rejects)]) == LOSSES
    shown = capsys.readouterr().out
    assert "- 企业(firms) · 第2行 · 城市(city): '乌有市' 地名无法识别 → " in shown
    assert "…" not in shown
    assert "另有1张空表" in shown
    assert shown.splitlines()[-1].startswith("结论：底库可用，但有 1 处")
    assert "企业(firms),2,城市(city),乌有市" in rejects.read_text("utf-8-sig")


def test_one_bad_row_in_a_table_of_two_does_not_refuse_the_case(tmp_path: Path) -> None:
    bad = "firm,country,employees\n甲一,中国,many\n甲二,中国,5\n"
    case = read(tmp_path, firms=bad)
    assert case["firms"]["employees"].notna().sum() == 1
    assert len(case.rejects) == 1
    with pytest.raises(CaseError, match="2 of 3 rows have problems"):
        read(tmp_path, firms=bad.replace("5", "some") + "甲三,中国,1\n")
    with pytest.raises(CaseError, match="1 of 2 rows have problems"):
        read_case(written(tmp_path, firms=bad), lang="en", max_reject_share=0)
