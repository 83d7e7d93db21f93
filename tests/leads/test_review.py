"""What a person decides in the sheet is what the signals say afterwards; what cannot be used is said by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import StoreError
from chaingraph.leads.products import SegmentWords
from chaingraph.leads.review import read_review, review_rows, reviewed
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.writers.review_sheet import write_review
from tests.made_leads import read

TEXTS = {
    "a_2025-06-02.txt": "宁波甲乙电子有限公司满产,新厂选址未定。",
    "b_2025-06-03.txt": "上海丙丁材料有限公司6月2日与绍兴签约,投资3亿元。",
}


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, pd.DataFrame]:
    return dict(Case("-", read(tmp_path / "in", TEXTS).tables).tables)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_sheet_untouched_decides_nothing(
    tables: dict[str, pd.DataFrame], tmp_path: Path, lang: str, ending: str
) -> None:
    path = tmp_path / f"r.{ending}"
    write_review(review_rows(tables), path, lang=lang)
    rows = read_review(path, "en")
    assert len(rows) == 2
    assert not reviewed(tables["firm_signals"], rows, "en").changes


def answers(tables: dict[str, pd.DataFrame], tmp_path: Path, **changed: str) -> tuple[dict[str, object], list[str]]:
    """The changes of the row of 丙丁 with these cells, and what is said of rows that cannot be used."""
    path = tmp_path / "r.csv"
    write_review(review_rows(tables), path, lang="zh")
    rows = [(number, {**cells, **changed}) for number, cells in read_review(path, "zh") if "丙丁" in cells["firm"]]
    done = reviewed(tables["firm_signals"], rows, "zh")
    return dict(next(iter(done.changes.values()), {})), [reason for _, reason in done.problems]


@pytest.mark.parametrize(
    ("cells", "changes"),
    [
        ({"decision": "采用"}, {"review": "accepted"}),
        ({"decision": "reject", "place": "滁州"}, {"review": "rejected"}),
        (
            {"decision": "更正", "site_status": "比选", "amount_cny_m": "250"},
            {"site_status": "comparing", "amount_cny_m": 250.0, "review": "corrected"},
        ),
        ({"decision": ""}, {}),
    ],
)
def test_a_decision_is_taken(
    tables: dict[str, pd.DataFrame], tmp_path: Path, cells: dict[str, str], changes: dict[str, object]
) -> None:
    assert answers(tables, tmp_path, **cells) == (changes, [])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"decision": "也许"}, "不是结论"),
        ({"decision": "采用", "place": "滁州"}, "改了内容"),
        ({"decision": "更正", "date": "昨天"}, "不能用"),
        ({"decision": "更正", "place": ""}, "被清空"),
        ({"decision": "采用", "signal_id": "s-none"}, "没有动态"),
    ],
)
def test_what_cannot_be_used_changes_nothing_and_is_said(
    tables: dict[str, pd.DataFrame], tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    changes, said = answers(tables, tmp_path, **cells)
    assert not changes
    assert reason in said[0]


def test_another_table_is_no_review_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("企业,城市\n甲,乙\n", encoding="utf-8")
    with pytest.raises(StoreError, match="不是研判表"):
        read_review(path, "zh")


def test_a_corrected_product_stands_in_the_short_text_and_finds_its_segment() -> None:
    text = "投资建设(已公告) 湖州市南浔区 约8亿元 第二厂区 →滁州"
    row = {"signal_id": "s-1", "firm_id": "A", "kind": "expansion", "text": text, "review": "pending"}
    row |= {"product": "第二厂区", "place": "南浔区", "instead_place": "滁州"}
    signals = pd.DataFrame([row]).reindex(columns=TABLES["firm_signals"].names)
    cells = {"signal_id": "s-1", "decision": "更正", "product": "原料药", "place": "德清县"}
    words = SegmentWords({"原料药": frozenset({"RX01"})})
    changed = reviewed(signals, [(2, cells)], "zh", words).changes["s-1"]
    assert changed["text"] == "投资建设(已公告) 德清县 约8亿元 原料药 →滁州"
    assert changed["segment_id"] == "RX01"
