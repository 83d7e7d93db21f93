"""The commands `leads read|review|list` from a folder of texts to reasons to call."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.reading.read import read_case
from tests.toy import write_toy

TEXTS = {
    "a_2025-06-02.txt": "宁波甲乙电子有限公司满产,新厂选址未定。",
    "b_2025-06-03.txt": "上海丙丁材料有限公司6月2日与绍兴签约,投资3亿元。",
    "c_2025-06-04.txt": "=HYPERLINK苏州戊己有限公司完成2亿元B轮融资。",
    "d_2025-06-05.exe": "MZ",
}


@pytest.fixture
def case(tmp_path: Path) -> Path:
    for name, body in TEXTS.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
    return write_toy(tmp_path / "case")


def run(*arguments: object) -> int:
    return main(["leads", *map(str, arguments), "--lang", "en"])


def texts(case: Path) -> list[Path]:
    return [case.parent / name for name in TEXTS]


def test_from_texts_to_reasons_to_call(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("read", *texts(case), "--region", "嘉兴", "--into", case) == 0
    shown = capsys.readouterr()
    assert "4 files (1 could not be read) → 3 texts → 3 with facts → 3 facts → 3 new signals" in shown.out
    assert "open 1, decided elsewhere 1, unknown 1" in shown.out
    assert "Not read, d_2025-06-05.exe" in shown.err
    (case.parent / "f.txt").write_text("考察团到访柯桥区。", encoding="utf-8")
    assert run("read", case.parent / "f.txt", "--region", "嘉兴", "--into", case) == 0
    assert "Texts in which no fact was found (1), for you to look at: f.txt" in capsys.readouterr().err
    assert run("list", case, "--as-of", "2025-07-01") == 0
    assert "3 wait for review and are not listed" in capsys.readouterr().out
    sheet = case.parent / "review.xlsx"
    assert run("review", case, "--out", sheet) == 0
    rows = pd.read_excel(sheet, dtype="str", engine="openpyxl")
    assert rows["Sentence"].str.contains("有限公司").all()
    rows.loc[:, "Decision"] = ["accept", "accept", "reject"]
    answers = case.parent / "answers.csv"
    rows.to_csv(answers, index=False)
    assert run("review", case, "--apply", answers) == 0
    assert "2 accepted, 0 corrected, 1 rejected; 0 still wait" in capsys.readouterr().out
    assert run("list", case, "--since", "2025-06", "--as-of", "2025-07-01") == 0
    listed = capsys.readouterr().out
    # Rows stand by firm: 丙丁 (signed elsewhere) and 甲乙 (open) are accepted, the round of money is not.
    assert "2 signals, 1 of them a reason to call" in listed
    assert run("read", *texts(case), "--region", "嘉兴", "--into", case) == 0
    assert "Nothing new" in capsys.readouterr().out


def test_a_corrected_date_keeps_its_evidence(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (case / "firm_signals.csv").unlink()  # a case that has no facts yet, as one made by ``start``
    assert run("read", *texts(case), "--region", "嘉兴", "--into", case) == 0
    before = read_case(case)["evidence"]["signal_id"].tolist()
    sheet = case.parent / "review.xlsx"
    assert run("review", case, "--out", sheet) == 0
    rows = pd.read_excel(sheet, dtype="str", engine="openpyxl")
    rows["Date"] = ["2025-05-31", "2025-05-30", "2025-05-29"]
    rows["Decision"] = "correct"
    rows.to_csv(sheet.with_suffix(".csv"), index=False)
    assert run("review", case, "--apply", sheet.with_suffix(".csv")) == 0, capsys.readouterr().err
    held = read_case(case)
    assert sorted(held["firm_signals"]["date"]) == ["2025-05-29", "2025-05-30", "2025-05-31"]
    assert held["evidence"]["signal_id"].tolist() == before
    assert run("read", *texts(case), "--region", "嘉兴", "--into", case) == 0
    assert "Nothing new" in capsys.readouterr().out


def test_a_corrected_product_and_amount_are_corrected_of_the_project_too(case: Path) -> None:
    """What a project says by another fact, or by a person, stays."""
    assert run("read", *texts(case), "--region", "嘉兴", "--into", case) == 0
    before = read_case(case)
    sheet = case.parent / "review.xlsx"
    assert run("review", case, "--out", sheet) == 0
    rows = pd.read_excel(sheet, dtype="str", engine="openpyxl")
    signals = before["firm_signals"].dropna(subset=["project_id"]).set_index("signal_id")
    name = next(column for column in rows if set(signals.index) <= set(rows[column].dropna()))
    own = rows[name].isin(signals.index)
    rows.loc[own, "Product"] = "新产品"
    rows.loc[own, "Decision"] = "correct"
    rows.to_csv(sheet.with_suffix(".csv"), index=False)
    assert run("review", case, "--apply", sheet.with_suffix(".csv")) == 0
    after = read_case(case)["projects"].set_index("project_id")
    former = before["projects"].set_index("project_id")
    assert signals["project_id"].nunique() == len(former)
    assert after["product"].tolist() == ["新产品"] * len(former)
    assert not (former["product"] == "新产品").any()
    assert after["amount_cny_m"].equals(former["amount_cny_m"])


def test_a_passage_of_several_lines_goes_into_a_case(case: Path, tmp_path: Path) -> None:
    text = tmp_path / "e_2025-06-06.txt"
    text.write_text(
        "戊己股份有限公司关于拟投资的公告\n2025年6月6日\n戊己股份有限公司拟投资4亿元建设工厂。\n", encoding="utf-8"
    )
    assert run("read", text, "--region", "嘉兴", "--into", case) == 0
    quotes = read_case(case)["evidence"]["quote"].dropna().tolist()
    assert any("戊己股份有限公司拟投资4亿元" in quote for quote in quotes)
    assert not any("\n" in quote for quote in quotes)


def test_what_is_asked_wrongly_is_said(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("review", case) == 2
    assert "give either --out FILE" in capsys.readouterr().err
    assert run("read", *texts(case), "--region", "嘉兴") == 2
    assert run("review", case, "--apply", case / "firms.csv") == 1
    assert "is not a review sheet" in capsys.readouterr().err


def test_a_folder_of_its_own_holds_what_was_read(case: Path) -> None:
    out = case.parent / "facts"
    assert run("read", *texts(case), "--region", "嘉兴", "--out", out, "--no-quotes") == 0
    back = read_case(out, required=("firms",))
    assert len(back["firm_signals"]) == 3
    assert back["evidence"]["quote"].isna().all()
