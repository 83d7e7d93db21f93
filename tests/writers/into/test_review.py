"""The sheet of questions: written, filled in by a person, read and applied."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from chaingraph.errors import CaseError, StoreError
from chaingraph.reading.read import read_case
from chaingraph.writers.into.add import add_to_case
from tests.made_into import firm, folder, rows

GIVEN = {
    "firms": rows(
        "firms",
        firm("x1", "嘉兴甲一机械有限公司", revenue_cny_m=999.0),
        firm("x2", "丙三纺织", employees=70),
        firm("x3", "嘉兴乙二电子有限公司", employees=66),
    ),
    "firm_segments": rows("firm_segments", {"firm_id": "x2", "segment_id": "S2", "kind": "maker"}),
}


def filled_in(path: Path, **answers: str) -> Path:
    """The sheet with answers by the firm that was imported."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    answer, firm_column = header.index("答复"), header.index("导入的企业")
    for row in sheet.iter_rows(min_row=2):
        if row[firm_column].value in answers:
            row[answer].value = answers[row[firm_column].value]
    book.save(path.with_name("填好.xlsx"))
    return path.with_name("填好.xlsx")


def test_doubtful_pairs_and_differing_values_wait_and_are_applied_as_answered(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    done = add_to_case(case, GIVEN, review=tmp_path / "待核对.xlsx")
    assert done.additions.questions["question"].tolist() == ["same_firm", "value", "value"]
    assert done.files == ()
    states = done.additions.counts.set_index("table")
    assert states.loc["firms", ["differs", "doubtful"]].tolist() == [2, 1]
    assert states.loc["firm_segments", "doubtful"] == 1  # waits with its firm
    answers = filled_in(
        tmp_path / "待核对.xlsx", 嘉兴甲一机械有限公司="采用导入", 丙三纺织="同一家", 嘉兴乙二电子有限公司="保留底库"
    )
    again = add_to_case(case, GIVEN, answers=answers)
    held = read_case(case)
    firms = held["firms"].set_index("firm_id")
    assert firms.loc["A1", "revenue_cny_m"] == 999.0
    assert firms.loc["A2", "employees"] == 55
    assert firms.loc["A3", "employees"] == 70
    assert firms.loc["A3", "aliases"] == "丙三纺织"
    assert ("A3", "S2") in set(zip(held["firm_segments"]["firm_id"], held["firm_segments"]["segment_id"], strict=True))
    assert len(again.additions.questions) == 0


def test_a_pair_that_is_no_pair_becomes_a_new_firm(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    add_to_case(case, GIVEN, review=tmp_path / "待核对.xlsx")
    add_to_case(case, GIVEN, answers=filled_in(tmp_path / "待核对.xlsx", 丙三纺织="不是同一家"))
    assert "x2" in set(read_case(case)["firms"]["firm_id"])


def test_an_answer_to_other_values_than_those_now_there_does_not_count(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    add_to_case(case, GIVEN, review=tmp_path / "待核对.xlsx")
    answers = filled_in(tmp_path / "待核对.xlsx", 嘉兴甲一机械有限公司="采用导入")
    file = case / "企业.csv"
    file.write_bytes(file.read_bytes().replace(b"1.2", b"1.3"))
    done = add_to_case(case, GIVEN, answers=answers)
    assert "1.3" in file.read_text(encoding="utf-8-sig")
    assert "1.3" in set(done.additions.questions["held"])


def test_a_csv_sheet_serves_as_well(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    path = tmp_path / "待核对.csv"
    add_to_case(case, GIVEN, review=path, lang="en")
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    place = lines[0].index("answer")
    for line in lines[1:]:
        line[place] = "take" if line[lines[0].index("what")] == "employees" else ""
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(lines)
    add_to_case(case, GIVEN, answers=path)
    assert read_case(case)["firms"].set_index("firm_id").loc["A2", "employees"] == 66


def test_answers_nobody_can_understand_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    add_to_case(case, GIVEN, review=tmp_path / "待核对.xlsx")
    answers = filled_in(tmp_path / "待核对.xlsx", 丙三纺织="好像是")
    with pytest.raises(CaseError, match="row 2: “好像是”; allowed: same / other"):
        add_to_case(case, GIVEN, answers=answers, lang="en")
    with pytest.raises(CaseError, match="not a review sheet"):
        add_to_case(case, GIVEN, answers=case / "企业.csv", lang="en")


def test_a_sheet_that_somebody_may_be_filling_in_is_not_written_over(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    (tmp_path / "待核对.xlsx").write_bytes(b"mine")
    with pytest.raises(StoreError, match="choose another name"):
        add_to_case(case, GIVEN, review=tmp_path / "待核对.xlsx")
    with pytest.raises(StoreError, match=r"\.xlsx or \.csv"):
        add_to_case(case, GIVEN, review=tmp_path / "待核对.txt")
