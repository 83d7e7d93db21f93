"""The workbook of a unit: text is text, choices are offered, the footer says that it is internal."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from chaingraph.writers.work.dispatch import unit_file
from tests.made_work import assigned, new_log, sent_out, taken


def test_the_sheet_offers_choices_and_says_that_it_is_internal(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, "s-1", firm="=1+1", said="<script>alert(1)</script>")
        assigned(ledger, "平湖市")
        path = sent_out(ledger, tmp_path / "out")["平湖市"]
        again = sent_out(ledger, tmp_path / "out2")["平湖市"]
    assert path.read_bytes() == again.read_bytes()
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert "内部资料" in str(sheet.oddFooter.left.text)
    row = [cell.value for cell in sheet[4]]
    assert "'=1+1" in row
    assert not any(cell.data_type == "f" for cells in sheet.iter_rows() for cell in cells)
    offered = [each.formula1 for each in sheet.data_validations.dataValidation if each.type == "list"]
    assert any("有投资意向" in str(each) for each in offered)
    assert any("已定外地" in str(each) for each in offered)


def test_a_file_is_named_after_its_unit_on_every_system() -> None:
    assert unit_file("平湖市") == "分办_平湖市.xlsx"
    assert "/" not in unit_file("../../etc/passwd")
    assert unit_file("a/b") != unit_file("ab")
