"""What a person decides in the sheet is what the signals say afterwards; what cannot be used is said by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import StoreError
from chaingraph.leads.bands import band, weights
from chaingraph.leads.products import SegmentWords
from chaingraph.leads.review import read_review, review_rows, reviewed, sources_of
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
    sources = sources_of(tables["evidence"]).dropna(subset=["written"])
    amounts = dict(zip(sources["signal_id"], sources["written"], strict=True))
    done = reviewed(tables["firm_signals"], rows, "zh", amounts=amounts)
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
        ({"decision": "更正", "stage": "无"}, {"stage": "", "review": "corrected"}),
        ({"decision": "更正", "place": "-"}, {"place": "", "review": "corrected"}),
        ({"decision": ""}, {}),
    ],
)
def test_a_decision_is_taken(
    tables: dict[str, pd.DataFrame], tmp_path: Path, cells: dict[str, str], changes: dict[str, object]
) -> None:
    found, said = answers(tables, tmp_path, **cells)
    assert (found if "text" in changes else {key: each for key, each in found.items() if key != "text"}) == changes
    assert not said


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"decision": "也许"}, "不是结论"),
        ({"decision": "采用", "place": "滁州"}, "改了内容"),
        ({"decision": "更正", "date": "昨天"}, "不能用"),
        ({"decision": "更正", "place": ""}, "确实没有请填“无”"),
        ({"decision": "更正", "kind": "无"}, "“动态类型”不能为空"),
        ({"decision": "更正", "written": "约4亿元"}, "照录原文"),
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


def test_what_tells_more_is_surer_and_stands_first(tables: dict[str, pd.DataFrame]) -> None:
    rows = review_rows(tables)
    order = [("high", "middle", "low").index(name) for name in rows["band"]]
    assert order == sorted(order)
    told = {"named", "place", "amount", "kind_expansion", "stage_signed"}
    assert band(told) == "high"
    assert band(told - {"named"}) != "high"
    assert band({"kind_relocation", "short_name"}) == "low"


def test_without_a_quote_a_signal_is_neither_sure_nor_doubtful(tables: dict[str, pd.DataFrame]) -> None:
    silent = tables | {"evidence": tables["evidence"].assign(quote=None)}
    assert set(review_rows(silent)["band"]) == {"middle"}


def test_bands_were_measured_and_part() -> None:
    shares = [right / of for right, of in (weights().measured[name] for name in ("high", "middle", "low"))]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 1.2 * shares[-1]


def test_what_is_cleared_goes_out_of_the_short_text() -> None:
    row = {"signal_id": "s-1", "firm_id": "A", "kind": "expansion", "stage": "signed", "review": "pending"}
    row |= {"text": "投资建设(签约) 南浔区 隔膜", "product": "隔膜", "place": "南浔区"}
    signals = pd.DataFrame([row]).reindex(columns=TABLES["firm_signals"].names)
    cells = {"signal_id": "s-1", "decision": "更正", "stage": "无", "place": "无"}
    assert reviewed(signals, [(2, cells)], "zh").changes["s-1"] == {
        "stage": "", "place": "", "text": "投资建设 隔膜", "review": "corrected",
    }  # fmt: skip
