"""The page of the week, played to the letter: every command of it, in order, in either language."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from chaingraph.cli.main import main
from chaingraph.clock import today
from chaingraph.model.days import days_later

pytestmark = pytest.mark.long

PAGES = Path(__file__).parents[1] / "docs"
WORDS = {
    "zh": ("采用", "反馈结论", ("有投资意向", "暂无意向")),
    "en": ("accept", "result", ("interested", "not interested")),
}
LOCAL = "企业名称,城市,产品\n洛阳甲电池有限公司,洛阳,电解液;隔膜\n"
ELSEWHERE = "企业名称,城市,产品\n构造甲科技股份有限公司,深圳,电解液\n构造乙科技股份有限公司,苏州,隔膜\n"
TEXT = "{firm}拟投资建设第二工厂\n2026年11月03日\n{firm}拟投资6亿元建设年产6万吨电解液项目，选址尚未确定。\n"


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_every_command_of_the_page_does_what_it_says(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795132800")  # 2026-11-20, a day of the month that the page is about
    accept, result, answers = WORDS[lang]
    Path("local.csv").write_text(LOCAL, encoding="utf-8")
    Path("elsewhere.csv").write_text(ELSEWHERE, encoding="utf-8")
    Path("texts").mkdir()
    for name in "甲乙丙":
        firm = f"构造{name}科技股份有限公司"
        Path("texts", f"{name}.txt").write_text(TEXT.format(firm=firm), encoding="utf-8")
    page = (PAGES / lang / "week.md").read_text(encoding="utf-8")
    ids: dict[str, str] = {}
    for command in re.findall(r"^    chaingraph (.*)$", page, re.MULTILINE):
        words = [ids.get(word, word) for word in shlex.split(command)]
        assert main([*words, "--lang", lang]) == 0, (command, capsys.readouterr())
        if command.endswith("--out review.xlsx"):
            _fill(Path("review.xlsx"), 1, {}, accept)
        elif command.startswith("leads list"):
            with Path("leads.csv").open(encoding="utf-8-sig") as listed:
                leads = [list(row.values())[-1] for row in csv.DictReader(listed)]
            ids = {"s-1": leads[0], "s-2": leads[1]}
            head = re.findall("`(线索编号,责任单位,反馈期限|lead_id,unit,due)`", page)[0]
            due = days_later(today(), 7)
            rows = (f"{leads[0]},新安县;驻上海组,{due}", f"{leads[1]},新安县,{due}")
            Path("plan.csv").write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        elif command.startswith("dispatch"):
            for path, answer in zip(sorted(Path("out").glob("*.xlsx")), answers, strict=True):
                _fill(path, 3, {result: answer}, "")
            Path("out").rename("returned")
    for made in ("week.xlsx", "month.docx", "talk.docx", "first.docx", "slides.pptx", "investor.pdf", "trip.docx"):
        assert Path(made).stat().st_size > 1000


def _fill(path: Path, head: int, values: dict[str, str], first: str) -> None:
    """Fill a sheet in below its heads: columns by name, or the first one."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {str(cell.value): cell.column for cell in sheet[head]}
    for row in range(head + 1, sheet.max_row + 1):
        for name, value in values.items():
            sheet.cell(row, places[name]).value = value
        if first:
            sheet.cell(row, 1).value = first
    book.save(path)
