"""The template: it opens, says what belongs where, is refused while empty, and is read once it is filled in."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph.errors import CaseError, StoreError
from chaingraph.model.schema import TABLES
from chaingraph.reading.headers import explains, find_column, find_table
from chaingraph.reading.read import EXAMPLE_MARKS, read_case
from chaingraph.writers.workbook.template import header_caption, sheet_caption, write_template
from tests.toy import toy_tables

LANGUAGES = ("zh", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_template_says_that_it_has_no_rows_yet(tmp_path: Path, lang: str) -> None:
    path = write_template(tmp_path / "case", lang=lang)
    assert path == tmp_path / "case.xlsx"
    with pytest.raises(CaseError, match=r"no rows yet|还没有数据行") as caught:
        read_case(path, lang=lang)
    rejects = caught.value.rejects
    assert rejects is not None
    assert rejects["table"].tolist() == ["chains", "segments", "firms", "firm_segments"]
    assert rejects["reason"].nunique() == 1  # nothing but that: the examples themselves are sound and skipped


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_template_filled_in_below_the_examples_is_read(tmp_path: Path, lang: str) -> None:
    path = write_template(tmp_path / "toy.xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    for name, frame in toy_tables().items():
        sheet = book[sheet_caption(TABLES[name], lang)]
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            sheet.append(list(row))
    book.save(path)
    case = read_case(path, lang=lang)
    assert len(case.rejects) == 0, case.rejects.to_string()
    for name, frame in toy_tables().items():
        pd.testing.assert_frame_equal(case[name], frame, obj=name)
    assert len(case.notes) == len(TABLES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_examples_would_be_read_if_they_were_not_marked(tmp_path: Path, lang: str) -> None:
    """Two rows that show how must themselves be right."""
    path = write_template(tmp_path / "case.xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=2, max_row=3):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("示例-", "X-").replace("EXAMPLE-", "X-").replace("示例", "某")
    book.save(path)
    case = read_case(path, lang=lang, max_reject_share=1)
    assert len(case.rejects) == 0, case.rejects.to_string()
    assert {name: len(case[name]) for name in TABLES} == dict.fromkeys(TABLES, 2)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_has_headers_notes_and_marked_examples(tmp_path: Path, lang: str) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "case.xlsx", lang=lang))
    assert explains(book.sheetnames[0])
    assert [find_table(name) for name in book.sheetnames[1:]] == list(TABLES.values())
    for table in TABLES.values():
        sheet = book[sheet_caption(table, lang)]
        assert sheet.freeze_panes == "B2"
        assert sheet.max_row == 3
        marks = [sheet.cell(row, 1).value for row in (2, 3)]
        assert all(isinstance(mark, str) and mark.startswith(EXAMPLE_MARKS) for mark in marks), marks
        for place, column in enumerate(table.columns, start=1):
            cell = sheet.cell(1, place)
            assert cell.value == header_caption(column, lang)
            assert str(cell.value).endswith("*") is column.required
            found = find_column(table, str(cell.value))
            assert found is not None
            assert found[0] is column
            note = cell.comment.text if cell.comment else ""
            assert (column.note_zh if lang == "zh" else column.note) in note
            assert column.unit in note
            assert all(choice in note for choice in column.choices) or lang == "zh"
            if column.required:
                assert sheet.cell(2, place).value, f"{table.name}.{column.name} has no example"


def test_drop_downs_offer_what_is_read(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "case.xlsx", lang="zh"))
    rules = {}
    for rule in book["环节"].data_validations.dataValidation:
        rules[str(rule.sqref).split(":")[0]] = (rule.formula1, rule.showErrorMessage)
    columns = {f"{chr(65 + place)}2": column.name for place, column in enumerate(TABLES["segments"].columns)}
    named = {columns[place]: rule for place, rule in rules.items()}
    assert named["stage"] == ('"上游,中游,下游"', True)
    assert named["high_value"] == ('"是,否"', True)
    assert named["chain_id"] == ("'产业链'!$A$2:$A$5000", False)  # offered, not enforced: a name will do too
    assert "keywords" not in named


def test_the_template_is_the_same_every_time_and_overwrites_nothing(tmp_path: Path) -> None:
    one, two = write_template(tmp_path / "a.xlsx"), write_template(tmp_path / "b.xlsx")
    assert one.read_bytes() == two.read_bytes()
    one.write_bytes(b"mine")
    with pytest.raises(StoreError, match="文件已存在"):
        write_template(one)
    with pytest.raises(StoreError, match="The file exists and was not touched"):
        write_template(tmp_path / "a", lang="en")
    assert one.read_bytes() == b"mine"
    with pytest.raises(StoreError, match=r"end in \.xlsx"):
        write_template(tmp_path / "a.csv", lang="en")
    with pytest.raises(StoreError, match="no such folder"):
        write_template(tmp_path / "none" / "a.xlsx", lang="en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


@pytest.mark.office
def test_libreoffice_opens_the_template_and_saves_it_readable(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = write_template(tmp_path / "case.xlsx")
    out = tmp_path / "out"
    command = [office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", out, path], check=True, capture_output=True, timeout=300)
    saved = openpyxl.load_workbook(out / "case.xlsx")
    assert saved.sheetnames == openpyxl.load_workbook(path).sheetnames
    assert saved["企业"]["A1"].comment is not None
    assert len(saved["环节"].data_validations.dataValidation) >= 4
    with pytest.raises(CaseError, match="还没有数据行"):
        read_case(out / "case.xlsx")
