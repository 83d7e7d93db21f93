"""Names that stand for several firms nobody names."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.reading.links import is_collective
from chaingraph.reading.read import read_case


def test_a_collective_name_is_no_firm_and_no_reason_to_refuse_a_case(tmp_path: Path) -> None:
    files = {
        "chains": "chain_id,chain\nC,芯片\n",
        "segments": "segment_id,chain_id,segment,stage\nS,C,光刻机,upstream\n",
        "firms": "firm_id,firm,country\nA,甲公司,日本\nV,Various companies,日本\n",
        "firm_segments": "firm_id,segment_id,kind,market_share\nA,S,maker,0.5\nV,S,maker,0.3\n多家企业,S,maker,0.2\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    case = read_case(tmp_path, lang="en")
    assert case["firms"]["firm_id"].tolist() == ["A"]
    assert case["firm_segments"]["firm_id"].tolist() == ["A"]
    assert case.rejects[["table", "row", "value"]].to_numpy().tolist() == [
        ["firms", 3, "Various companies"],
        ["firm_segments", 3, "V"],
        ["firm_segments", 4, "多家企业"],
    ]
    assert set(case.rejects["reason"]) == {"stands for several unnamed firms, not for one; the row was not used"}


@pytest.mark.parametrize("name", ["Various companies", "others", "其他", "其他企业", "多家厂商", "若干国外企业"])
def test_names_that_are_nobodys(name: str) -> None:
    assert is_collective(name)


@pytest.mark.parametrize(
    "name", ["Others Technology Inc", "其他电子有限公司", "各美门窗", "Manyavar", "多家福超市有限公司"]
)
def test_names_that_only_begin_so(name: str) -> None:
    assert not is_collective(name)
