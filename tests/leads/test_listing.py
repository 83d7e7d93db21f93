"""What enters the list, and what is a reason to call: young, undecided, not followed by a decision elsewhere."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.leads.listing import _is_reason, lead_list
from chaingraph.model.case import Case
from tests.made_leads import read

FULL = "宁波甲乙电子有限公司满产。"
SIGNED = "宁波甲乙电子有限公司与绍兴签约,投资3亿元。"


def tables(folder: Path, texts: dict[str, str], review: str | None = "accepted") -> dict[str, pd.DataFrame]:
    found = dict(Case("-", read(folder, texts).tables).tables)
    found["firm_signals"] = found["firm_signals"].assign(review=review).astype({"review": "str"})
    return found


def reasons(folder: Path, texts: dict[str, str], as_of: str, **options: object) -> list[bool]:
    return lead_list(tables(folder, texts), as_of=as_of, **options)["reason"].tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("as_of", "reason"), [("2025-07-01", True), ("2026-06-30", True), ("2026-07-01", False), ("2025-05-01", False)]
)
def test_a_reason_is_young(tmp_path: Path, as_of: str, reason: bool) -> None:
    assert reasons(tmp_path, {"a_2025-06-02.txt": FULL}, as_of) == [reason]


@pytest.mark.parametrize("review", ["pending", "rejected"])
def test_nothing_unreviewed_or_rejected_enters(tmp_path: Path, review: str) -> None:
    assert lead_list(tables(tmp_path, {"a_2025-06-02.txt": FULL}, review), as_of="2025-07-01").empty


@pytest.mark.parametrize(
    "body",
    [
        SIGNED,
        "宁波甲乙电子有限公司以1000万元竞得滁州50亩工业用地。",
        "宁波甲乙电子有限公司终止湖州项目,转至滁州。",
        "宁波甲乙电子有限公司终止湖州项目。",
        "宁波甲乙电子有限公司老厂租约到期,将搬到滁州。",
    ],
)
def test_what_is_decided_or_over_is_no_reason(tmp_path: Path, body: str) -> None:
    assert reasons(tmp_path, {"a_2025-06-02.txt": body}, "2025-07-01") == [False]


def test_a_later_decision_elsewhere_ends_an_earlier_reason(tmp_path: Path) -> None:
    assert reasons(tmp_path, {"a_2025-06-02.txt": FULL, "b_2025-06-20.txt": SIGNED}, "2025-07-01") == [False, False]
    # A decision before it does not: a firm that has built once may be full again.
    again = {"a_2025-06-02.txt": SIGNED, "b_2025-06-20.txt": FULL}
    assert reasons(tmp_path / "again", again, "2025-07-01") == [True, False]


def test_the_list_can_be_narrowed(tmp_path: Path) -> None:
    texts = {"a_2025-06-02.txt": FULL, "b_2025-06-20.txt": SIGNED}
    held = tables(tmp_path, texts)
    assert lead_list(held, as_of="2025-07-01", kinds=["capacity_full"])["kind"].tolist() == ["capacity_full"]
    assert lead_list(held, as_of="2025-07-01", since="2025-06-10")["stage"].tolist() == ["signed"]
    assert lead_list(held, as_of="2025-07-01", site_status=["unknown"])["kind"].tolist() == ["capacity_full"]
    assert lead_list(held, as_of="2025-07-01", chain="pv").empty


def test_a_chain_has_the_facts_of_its_firms_where_the_fact_tells_no_segment(tmp_path: Path) -> None:
    held = tables(tmp_path, {"a_2025-06-02.txt": FULL})
    maker = held["firm_signals"]["firm_id"].iloc[0]
    segments = pd.DataFrame({"segment_id": ["PV01", "NE01"], "chain_id": ["pv", "ne"]})
    held |= {"segments": segments, "firm_segments": pd.DataFrame({"firm_id": [maker], "segment_id": ["PV01"]})}
    assert [len(lead_list(held, as_of="2025-07-01", chain=chain)) for chain in ("pv", "ne")] == [1, 0]
    held["firm_signals"] = held["firm_signals"].assign(segment_id="NE01")
    assert [len(lead_list(held, as_of="2025-07-01", chain=chain)) for chain in ("pv", "ne")] == [0, 1]


@pytest.mark.parametrize(
    ("kind", "site", "reason"),
    [
        ("expansion", None, False),  # silence is no opening: a plan whose place nobody names may long be decided
        ("expansion", "open", True),
        ("expansion", "comparing", True),
        ("capacity_full", None, True),
    ],
)
def test_a_plan_is_a_reason_only_where_somebody_says_that_the_site_is_open(
    kind: str, site: str | None, reason: bool
) -> None:
    row = {"kind": kind, "site_status": site or "unknown", "stage": None, "date": "2025-06", "firm_id": "a"}
    assert _is_reason(row, "2025-07-01", {}) is reason


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("fundraising", "完成B轮融资2亿元", False),  # a round of money: 12 months
        ("fundraising", "公开发行可转债,募集资金用于新基地", True),  # money raised on the market: 15
        ("relocation", "整体搬迁", False),
        ("relocation", "变更募集资金投资项目实施地点", True),
        ("customer_win", "获得定点", False),  # 9
    ],
)
def test_each_kind_has_a_window_of_its_own(kind: str, text: str, reason: bool) -> None:
    row = {"kind": kind, "site_status": "unknown", "stage": None, "date": "2024-03", "firm_id": "a", "text": text}
    assert _is_reason(row, "2025-06-01", {}) is reason
    assert _is_reason({**row, "date": "2023-11"}, "2025-06-01", {}) is False
