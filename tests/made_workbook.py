"""Findings written by hand on the toy case, for tests of the workbook; and how its sheets are read and filled in."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from chaingraph.choosing.trust import Base, describe_trust, measured_by
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_COLUMNS, SHORTLIST_COLUMNS, TARGET_COLUMNS
from chaingraph.wording.phrases import told
from chaingraph.writers.workbook.marks import Marks
from chaingraph.writers.workbook.workbook import write_workbook
from tests.toy import toy_tables

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "+1+1",
    "@SUM(A1)",
    "名" * 10_000,
    "a\x00\u202eb",
    "'; DROP",
)


TEXTS = ("zh", "en")


def _target(chain: str, segment: str, firm: str, rank: int, **known: object) -> dict[str, object]:
    graph = toy_graph()
    row = graph["firms"].set_index("firm_id").loc[firm]
    names = {name: graph[f"{name}s"].set_index(f"{name}_id")[name] for name in ("chain", "segment")}
    return {
        **dict.fromkeys(SHORTLIST_COLUMNS),
        "chain_id": chain,
        "chain": names["chain"][chain],
        "segment_id": segment,
        "segment": names["segment"][segment],
        "gap_state": "none_known",
        "strategy": "extend",
        "rank": rank,
        "firm_id": firm,
        "candidate_list": "new",
        **{name: row[name] for name in ("firm", "firm_en", "country", "city", "tiers")},
        "source_kind": "general",
        "origin": "case",
        "sites": "总部或注册地：上海；海盐县：生产基地",
        "reasons": "补“电池片”(本数据中未见);产品与本地甲一相近(共有:组件;电池)",
        "sources": "构造数据 https://example.cn/a?b=1",
        **known,
    }


def toy_graph() -> ChainGraph:
    return ChainGraph("toy", toy_tables())


def _typed(rows: list[dict[str, object]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns))
    numbers = ("fit_lift", "fit_low", "fit_high", "top_share", "reach", "propensity")
    return frame.astype({"rank": "Int64", **dict.fromkeys(numbers, "float64")})


_TABLES = {
    "leaders": """
chain_id,chain,rank,firm_id,firm,firm_en,district,reason,products,segments,confidence,sources
pv,甲光伏,1,L01,甲一新能源有限公司,Jiayi,秀洲区,认定为链主,双玻光伏组件,组件,seen,构造数据
""",
    "rankings": """
chain_id,chain,tier,rank,firm_id,firm,firm_en,country,city,segment,fit_lift,evidence_grade,reasons,sources
hy,乙氢能,global500,1,O11,丙二燃料电池公司,Binger,日本,大阪,加氢站运营,,C,世界500强,构造数据
pv,甲光伏,specialised,1,O02,乙二电池科技股份有限公司,,中国,苏州,电池片,2.74,C,专精特新小巨人,构造数据
""",
    "questions": """
rank,chain_id,chain,segment_id,segment,state,ask_whom,question,why,sources
1,pv,甲光伏,PV02,电池片,none_known,甲一新能源有限公司,请核实:本市是否有企业在产电池片?,甲一采购,构造数据
""",
    "notes": """
chain_id,note
,契合倍数相对于本底库样本
pv,新引目标仅2家
""",
    "terms": """
chain_id,list,strategy,firm_id,term,coefficient,value,contribution
pv,main,extend,O02,mix,0.36,1.9444,0.7
pv,main,extend,O02,ppr,1.03,0.3233,0.333
pv,main,extend,O02,constant,1,-0.025,-0.025
pv,leader,strengthen,O02,mix,0.36,0.5556,0.2
""",
    "shares": """
chain_id,list,firm_id,rank,local_firm_id,local_firm,local_firm_en,share,text,industry
pv,main,O02,1,L01,L01,L01-en,0.7,0.5,0.2
pv,main,O02,2,L04,L04,L04-en,0.3,0.3,0
pv,leader,O02,1,L05,L05,L05-en,1,1,0
""",
    "words": """
chain_id,firm_id,local_firm_id,words
pv,O02,L01,组件;电池
""",
    "routes": """
chain_id,firm_id,step,from_id,from_name,kind,to_id,to_name,product,source,confidence
pv,O02,1,O02,乙二电池科技股份有限公司,supplies,L01,甲一新能源有限公司,电池片,构造数据,seen
""",
    "dropped": """
chain_id,gate,count,firms
pv,insolvency,1,乙八光伏股份有限公司
""",
}


def _gaps() -> pd.DataFrame:
    segments = toy_graph()["segments"].merge(toy_graph()["chains"][["chain_id", "chain"]], on="chain_id")
    told = {
        "found": 0,
        "group_only": 0,
        "local_demand": 1,
        "local_supply": 0,
        "nearby_found": 2,
        "nearest_supplier_city": "苏州",
        "local_buyers": "甲一新能源有限公司;甲四光伏科技有限公司",
        "fill_mode": "recruit",
        "severity": 2.5,
        "reasons": "本数据中未见;严重度2.5",
        "ask_whom": "市经信局",
        "question": "请核实",
        "sources": "构造数据",
    }
    states = {"PV01": "thin", "PV03": "present", "HY03": "present_unlisted", "HY04": "thin"}
    gaps = segments.assign(**told, state=[states.get(segment, "none_known") for segment in segments["segment_id"]])
    return gaps.reindex(columns=list(GAP_COLUMNS))


def toy_findings() -> Findings:
    """Findings written by hand on the toy case; the numbers are made up, the names are the toy's."""
    held = {"fit_lift": 2.74, "fit_low": 1.81, "fit_high": 3.94, "top_share": 0.93, "reach": 0.7, "evidence_grade": "B"}
    shaky = {"fit_lift": 1.2, "fit_low": 0.4, "fit_high": 2.0, "top_share": 0.21, "evidence_grade": "C"}
    moving = {"signal": "expansion", "signal_date": "2024-03-05", "size_class": "1bn", "decision_city": "上海"}
    targets = [
        _target("pv", "PV02", "O02", 1, **held, source_kind="read", proposal="电池片;项目形式与规模不详"),
        _target("pv", "PV01", "O09", 2, **shaky, **moving),
        _target("pv", "PV01", "O01", 1, candidate_list="reinvest", local_unit="甲二硅材料有限公司", evidence_grade="B"),
        _target("hy", "HY02", "O10", 1, strategy="build"),
    ]
    led = {"strategy": "strengthen", "fit_lift": 3.3, "evidence_grade": "B"}
    leader = [
        _target("pv", "PV04", "O04", 1, **led),
        _target("pv", "PV03", "O01", 1, candidate_list="reinvest", **led),  # on the main list already
        _target("pv", "PV04", "O05", 2, candidate_list="reinvest", **led),
    ]
    columns = TARGET_COLUMNS
    reference = {"reference": "aggregate", "reference_kind": "listed"}
    base = Base(4298, 44, pd.DataFrame({"chain_id": ["pv"], "firms": [134], "local": [3]}))
    measured = measured_by("listed", weights=False, own=None)
    trust = told(describe_trust("嘉兴", measured, base, reference, ["hy", "pv"]))
    read = {name: pd.read_csv(io.StringIO(block)) for name, block in _TABLES.items()}
    once = {name: read.pop(name) for name in ("terms", "shares", "words", "routes", "dropped")}
    texts = {**read, "gaps": _gaps(), "targets": _typed(targets, columns), "leader_targets": _typed(leader, columns)}
    return Findings(
        region="嘉兴",
        as_of="2024-05",
        data_date="2024-05",
        lang="zh",
        **{name: dict.fromkeys(TEXTS, frame) for name, frame in texts.items()},
        **once,
        trust=trust,
        parameters={"draws": 200, "weights": {"mix": 0.36}, "files": [{"file": "firms.csv", "sha256": "ab"}]},
    )


def with_hostile_names() -> tuple[Findings, ChainGraph]:
    findings, tables = toy_findings(), toy_tables()
    firms = tables["firms"].copy()
    targets = findings.targets["zh"].copy()
    for firm, name in zip(("O02", "O09", "O01", "O10"), HOSTILE, strict=False):
        firms.loc[firms["firm_id"] == firm, "firm"] = name
        targets.loc[targets["firm_id"] == firm, ["firm", "reasons", "route", "sources"]] = name
    chains = tables["chains"].copy()
    chains.loc[chains["chain_id"] == "hy", "chain"] = "'=乙[氢]能/*:?\\" + "长" * 40
    names = {"targets": dict.fromkeys(TEXTS, targets)}
    return replace(findings, **names), ChainGraph("toy", {**tables, "firms": firms, "chains": chains})


def rows_of(sheet: Worksheet, head: str = "清单") -> tuple[list[str], list[dict[str, object]]]:
    """Header and rows of a table sheet; the header is the first row that begins with `head`."""
    cells = [list(row) for row in sheet.iter_rows(values_only=True)]
    top = next(number for number, row in enumerate(cells) if row[0] == head)
    header = [str(value) for value in cells[top]]
    return header, [dict(zip(header, row, strict=True)) for row in cells[top + 1 :]]


LISTS = """
[[sheets]]
kind = "chain"
[[sheets]]
kind = "team"
"""


def write(path: Path, plan: Path, marks: Marks | None = None, lang: str = "zh", findings: object = None) -> Path:
    found = findings or toy_findings()
    write_workbook(found, toy_graph(), path, profile=plan, marks=marks, lang=lang)
    return path


def fill(path: Path, sheet: str, firm: str, head: str = "清单", **values: str) -> None:
    book = openpyxl.load_workbook(path)
    header, rows = rows_of(book[sheet], head)
    top = next(row[0].row for row in book[sheet].iter_rows() if row[0].value == head)
    number = next(place for place, row in enumerate(rows) if row["企业编号"] == firm)
    for column, value in values.items():
        book[sheet].cell(top + 1 + number, header.index(column) + 1).value = value
        book[sheet].cell(top + 1 + number, header.index(column) + 1).data_type = "s"  # text, as a person types it
    book.save(path)


def row_of(path: Path, sheet: str, firm: str, head: str = "清单", column: str = "企业编号") -> dict[str, object]:
    _, rows = rows_of(openpyxl.load_workbook(path)[sheet], head)
    return next(row for row in rows if row[column] == firm)
