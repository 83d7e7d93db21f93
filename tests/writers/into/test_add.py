"""Adding rows to CSV cases: what is filled, what is asked, what stays as it was to the byte."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import StoreError
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.reading.read import read_case
from chaingraph.writers.case import write_case
from chaingraph.writers.into.add import add_to_case
from tests.made_into import CODE, FIRMS, firm, folder, rows


def firms_of(case: Path) -> pd.DataFrame:
    return read_case(case)["firms"].set_index("firm_id")


def text_of(case: Path, name: str = "企业", encoding: str = "utf-8-sig") -> str:
    return (case / f"{name}.csv").read_bytes().decode(encoding)


def test_new_rows_follow_and_every_other_line_stays_to_the_byte(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    done = add_to_case(case, {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司", employees=12))})
    assert done.additions.counts.to_dict("records") == [
        {"table": "firms", "rows": 1, "new": 1, "same": 0, "filled": 0, "differs": 0, "doubtful": 0, "left_out": 0}
    ]
    written = text_of(case)
    header = "企业编号,企业名称,城市,内部备注,从业人员,营业收入(亿元),统一社会信用代码,来源,截至日期,可信度\r\n"
    assert (
        written
        == header + FIRMS.split("\r\n", 1)[1] + "x1,嘉兴丁四新材料有限公司,,,12,,,企查查导出,2026-11-01,已核\r\n"
    )


def test_empty_cells_are_filled_with_their_source_and_written_ones_never_overwritten(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    given = rows(
        "firms",
        firm("x1", "嘉兴甲一机械有限公司", employees=300, revenue_cny_m=999.0, credit_code=CODE),
        firm("x2", "嘉兴乙二电子有限公司", employees=55, revenue_cny_m=250.0),
    )
    done = add_to_case(case, {"firms": given})
    held = firms_of(case)
    assert held.loc["A1", "employees"] == 300
    assert held.loc["A1", "credit_code"] == CODE
    assert held.loc["A1", "revenue_cny_m"] == 120.0
    assert held.loc["A1", "source"] == "走访;企查查导出 2026-11-01(统一社会信用代码、从业人员)"
    assert pd.isna(held.loc["A1", "as_of"])  # of the row, not of the cells filled
    assert held.loc["A2", "revenue_cny_m"] == 250.0
    assert 'A2,嘉兴乙二电子有限公司,嘉兴,"a,b",55,2.5,,' in text_of(case)  # in the unit of the header
    asked = done.additions.questions
    assert asked[["question", "key", "column", "held", "given"]].to_numpy().tolist() == [
        ["value", "A1", "revenue_cny_m", "1.2", "999"]
    ]


def test_a_word_that_was_not_understood_counts_as_written(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    (case / "企业.csv").write_bytes(FIRMS.replace("勿动 ,,", "勿动 ,约三百人,").encode("utf-8-sig"))
    done = add_to_case(case, {"firms": rows("firms", firm("x1", "嘉兴甲一机械有限公司", employees=300))})
    assert done.files == ()
    assert "约三百人" in text_of(case)
    assert done.additions.questions["held"].tolist() == ["约三百人"]


def test_the_same_call_again_changes_nothing(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    given = {
        "firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"), firm("x2", "嘉兴甲一机械有限公司", employees=9)),
        "firm_segments": rows("firm_segments", {"firm_id": "x1", "segment_id": "S2", "kind": "maker"}),
        "firm_signals": rows("firm_signals", {"firm_id": "x2", "kind": "expansion", "date": "2026-05", "text": "扩产"}),
    }
    first = add_to_case(case, given)
    before = {path.name: path.read_bytes() for path in case.iterdir()}
    again = add_to_case(case, given)
    assert first.version is not None
    assert again.version is None
    assert again.files == ()
    assert before == {path.name: path.read_bytes() for path in case.iterdir()}


def test_other_tables_follow_the_firm_they_are_about_and_are_written_as_the_file_does_it(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    given = {
        "firms": rows("firms", firm("x1", "嘉兴甲一机械有限公司")),
        "firm_segments": rows(
            "firm_segments",
            {"firm_id": "x1", "segment_id": "S2", "kind": "maker", "product": "齿轮箱"},
            {"firm_id": "x1", "segment_id": "S9", "kind": "maker"},
        ),
        "firm_signals": rows("firm_signals", {"firm_id": "x1", "kind": "expansion", "date": "2026-05", "text": "扩产"}),
    }
    done = add_to_case(case, given)
    assert text_of(case, "企业环节").splitlines()[-1] == "嘉兴甲一机械有限公司,齿轮,齿轮箱,制造"
    assert done.additions.left_out.to_numpy().tolist() == [["firm_segments", "x1;S9", "no_such", "S9"]]
    held = read_case(case)
    assert held["firm_signals"]["firm_id"].tolist() == ["A1"]
    assert (
        case / f"{TABLES['firm_signals'].name_zh}.csv"
    ).exists()  # a table that the case did not have, named as its others are


def test_evidence_follows_the_fact_whose_id_changes_with_the_firm(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    fact = {"firm_id": "x1", "kind": "expansion", "date": "2026-05", "text": "扩产"}
    given = Case(
        "g", {"firms": rows("firms", firm("x1", "嘉兴甲一机械有限公司")), "firm_signals": rows("firm_signals", fact)}
    )
    signal = given["firm_signals"]["signal_id"].iloc[0]
    evidence = rows("evidence", {"signal_id": signal, "address": "https://a.example/1", "start": 3, "end": 9})
    add_to_case(case, {"firms": given["firms"], "firm_signals": given["firm_signals"], "evidence": evidence})
    held = read_case(case)
    assert held["evidence"]["signal_id"].tolist() == held["firm_signals"]["signal_id"].tolist() != [signal]
    # Named by another row it stands in the file: a date that somebody corrects there by hand changes no id.
    assert text_of(case, TABLES["firm_signals"].name_zh).splitlines()[0].startswith("动态编号,")


def test_encoding_stays_unless_excel_could_not_show_what_is_new(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库", "gb18030")
    add_to_case(case, {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"))})
    assert text_of(case, encoding="gb18030").startswith(FIRMS.split("\r\n")[0])
    with pytest.raises(UnicodeDecodeError):
        (case / "企业.csv").read_bytes().decode("utf-8")
    done = add_to_case(case, {"firms": rows("firms", firm("x2", "嘉兴\U00020164五有限公司"))})
    assert done.converted == ("企业.csv",)
    assert (case / "企业.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "嘉兴\U00020164五" in text_of(case)


def test_footers_stay_below_and_row_order_stays(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    (case / "企业.csv").write_bytes((FIRMS + "合计,3家,,,,,,\r\n").encode("utf-8-sig"))
    add_to_case(case, {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"))})
    assert [line.split(",")[0] for line in text_of(case).splitlines()[1:]] == ["A1", "A2", "A3", "x1", "合计"]


def test_a_file_without_ids_gets_them_only_where_a_code_would_change_one(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    lines = [line.split(",", 1)[1] for line in FIRMS.splitlines()]
    (case / "企业.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    add_to_case(case, {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"))})
    assert "企业编号" not in text_of(case)
    former = read_case(case)["firms"].set_index("firm")["firm_id"]
    add_to_case(case, {"firms": rows("firms", firm("x2", "嘉兴甲一机械有限公司", credit_code=CODE))})
    assert read_case(case)["firms"].set_index("firm")["firm_id"].equals(former)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    done = add_to_case(case, {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"))}, dry_run=True)
    assert [path.name for path in done.files] == ["企业.csv"]
    assert done.version is None
    assert text_of(case) == FIRMS
    assert [path.name for path in tmp_path.iterdir()] == ["底库"]


def test_parquet_tables_keep_their_types_and_columns(tmp_path: Path) -> None:
    import duckdb

    case = folder(tmp_path / "底库")
    write_case(read_case(case), tmp_path / "parquet")
    target = tmp_path / "parquet"
    before = duckdb.sql(f"DESCRIBE SELECT * FROM '{target / 'firms.parquet'}'").fetchall()
    given = rows(
        "firms", firm("x1", "嘉兴丁四新材料有限公司", employees=12), firm("x2", "嘉兴甲一机械有限公司", employees=7)
    )
    add_to_case(target, {"firms": given})
    assert duckdb.sql(f"DESCRIBE SELECT * FROM '{target / 'firms.parquet'}'").fetchall() == before
    assert firms_of(target)["employees"].dropna().astype(int).to_dict() == {"A1": 7, "A2": 55, "x1": 12}


def test_nothing_is_written_where_the_case_read_again_is_not_as_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = folder(tmp_path / "底库")

    def loses_a_row(*arguments: object) -> tuple[bytes, bool]:
        return FIRMS.rsplit("A3", 1)[0].encode("utf-8-sig"), False

    monkeypatch.setattr("chaingraph.writers.into.files_of.put_together", loses_a_row)
    with pytest.raises(StoreError, match=r"“企业”表有 2 行，应为原有 3 行加新增 0 行.*“企业”表原第 4 行读不到了"):
        add_to_case(case, {"firms": rows("firms", firm("x2", "嘉兴甲一机械有限公司", employees=7))})
    assert text_of(case) == FIRMS


def test_large_cases_and_folders_without_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "leer").mkdir()
    given = {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"))}
    with pytest.raises(StoreError, match="no known table"):
        add_to_case(tmp_path / "leer", given)
    with pytest.raises(StoreError, match="does not exist"):
        add_to_case(tmp_path / "nichts", given)


def test_places_that_are_read_under_one_spelling_are_no_difference(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    (case / "企业驻点.csv").write_bytes("企业,地区,类型\r\nA1,平湖,基地\r\n".encode("utf-8-sig"))
    sites = [{"firm_id": "x1", "region": place, "kind": "plant", "unit_id": None} for place in ("平湖市", "海宁市")]
    given = {"firms": rows("firms", firm("x1", "嘉兴甲一机械有限公司")), "firm_sites": rows("firm_sites", *sites)}
    done = add_to_case(case, given)
    states = done.additions.counts.set_index("table").loc["firm_sites"]
    assert (states["same"], states["new"]) == (1, 1)
    assert "A1,平湖,基地\r\n" in (case / "企业驻点.csv").read_bytes().decode("utf-8-sig")
