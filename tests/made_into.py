"""A small case as files of every kind, and rows to add to it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from chaingraph.model.case import empty_table

CODE = "91330400146483411A"  # with its check digit
FIRMS = (
    "企业编号,企业名称,城市,内部备注,从业人员,营业收入(亿元),统一社会信用代码,来源\r\n"
    "A1,嘉兴甲一机械有限公司,嘉兴,勿动 ,,1.2,,走访\r\n"
    'A2,"嘉兴乙二电子有限公司",嘉兴,"a,b",55,,,\r\n'
    "A3,嘉兴丙三纺织股份有限公司,嘉兴,,,,,名录\r\n"
)
CHAINS = "产业链编号,产业链名称\r\nC1,机械\r\n"
SEGMENTS = "环节编号,环节名称,产业链编号,链上位置\r\nS1,轴承,C1,上游\r\nS2,齿轮,C1,上游\r\n"
MADE = "企业名称,环节,产品\r\n嘉兴甲一机械有限公司,轴承,滚动轴承\r\n"


def folder(place: Path, encoding: str = "utf-8-sig") -> Path:
    """The case as a folder of CSV files with Chinese headers and a column that nobody here knows."""
    place.mkdir()
    for name, text in (("企业", FIRMS), ("产业链", CHAINS), ("环节", SEGMENTS), ("企业环节", MADE)):
        (place / f"{name}.csv").write_bytes(text.encode(encoding))
    return place


def rows(table: str, *given: dict[str, object]) -> pd.DataFrame:
    """Clean rows of a table."""
    empty = empty_table(table)
    frame = pd.DataFrame(list(given)).reindex(columns=list(empty.columns))
    return frame.astype(empty.dtypes.to_dict())


def firm(firm_id: str, name: str, **more: object) -> dict[str, object]:
    """A row of firms from an export."""
    said = {"firm_id": firm_id, "firm": name, "source": "企查查导出", "as_of": "2026-11-01", "confidence": "seen"}
    return {**said, **more}
