"""A constructed graph of a realistic size: 18 segments, 40 local firms, 40 others, and names that mean harm.

None of the firms is real. Everything is counted out from numbers, so that the same call gives the same tables. Chain
``mk`` is full; chain ``xk`` has two segments, one of them the same node as a segment of ``mk``, and no firm of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.roles import firm_roles
from chaingraph.model.case import with_ids
from chaingraph.model.columns import DTYPES
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES

SOURCE = "构造数据 https://example.org/made?a=1&b=2 第3页"
SCRIPT, FORMULA, SQL = "<script>alert(1)</script>", '=HYPERLINK("http://example.org","x")', "甲'; DROP TABLE firms; --"
CLOSING, REVERSED, LONG = "</script><img src=x onerror=alert(2)>", "甲\u202e乙\u2066丙", "长" * 10_000
BAD_NAMES = (SCRIPT, FORMULA, SQL, CLOSING, REVERSED, LONG)
STATES = ("none_known", "thin", "present", "none_known", "thin", "present_unlisted")
STAGES = ("upstream",) * 7 + ("midstream",) * 8 + ("downstream",) * 3
SEGMENTS = tuple(f"MK{number:02d}" for number in range(1, 19))
LOCAL = tuple(f"L{number:02d}" for number in range(1, 41))
OUTSIDE = tuple(f"O{number:02d}" for number in range(1, 41))
DISTRICTS = ("南湖区", "秀洲区", "嘉善县", "平湖市", "海宁市")
CITIES = (("中国", "上海"), ("德国", "慕尼黑"), ("日本", "东京"), ("中国", "深圳"))
TIERS = ("global500(2022)", "little_giant?", "mnc;hidden_champion", "listed;china500(2024)", None)


def _frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [{"source": SOURCE, **row} for row in rows]
    frame = pd.DataFrame(rows, columns=TABLES[table].names)
    return with_ids(table, frame.astype({column.name: DTYPES[column.kind] for column in TABLES[table].columns}))


def firm_names() -> dict[str, str]:
    """The name of every firm; the first targets have names that mean harm."""
    names = {firm: f"构造本地{firm}新材料有限公司" for firm in LOCAL}
    names |= {firm: f"构造外地{firm}科技股份有限公司" for firm in OUTSIDE}
    names |= dict(zip(OUTSIDE, BAD_NAMES, strict=False))
    return names | {"L01": SCRIPT}


def segment_names() -> dict[str, str]:
    """The name of every segment; one means harm."""
    names = {segment: f"构造环节{segment}(材料与部件)" for segment in SEGMENTS} | {
        "XK01": "另一链的环节",
        "XK02": "另一链的产品",
    }
    return names | {"MK05": CLOSING}


def made_graph() -> ChainGraph:
    """The graph that the constructed findings were found in."""
    names, segments = firm_names(), segment_names()
    chains = [
        {
            "chain_id": "mk",
            "chain": "构造链",
            "chain_en": "Made chain",
            "chain_class": "emerging",
            "strategy": "extend",
        },
        {"chain_id": "xk", "chain": "另一链", "chain_class": "future", "strategy": "build", "note": "无企业"},
    ]
    rows = [
        {
            "segment_id": segment,
            "chain_id": "mk",
            "segment": segments[segment],
            "segment_en": f"Made segment {segment}",
            "stage": STAGES[number],
            "keywords": f"关键词{number};产品{number}",
            "gbt4754": "3825",
            "high_value": number % 3 == 0,
            "chokepoint": number % 6 == 0,
            "reason": "依赖进口" if number % 6 == 0 else None,
            "confidence": "known",
        }
        for number, segment in enumerate(SEGMENTS)
    ]
    rows += [
        {"segment_id": "XK01", "chain_id": "xk", "segment": segments["XK01"], "stage": "upstream", "gbt4754": "3825"},
        {"segment_id": "XK02", "chain_id": "xk", "segment": segments["XK02"], "stage": "downstream", "gbt4754": "3825"},
    ]
    feeds = [
        (SEGMENTS[a], SEGMENTS[b])
        for a, b in [
            (0, 7),
            (1, 7),
            (1, 8),
            (2, 9),
            (3, 10),
            (4, 11),
            (5, 12),
            (6, 13),
            (7, 14),
            (8, 14),
            (9, 15),
            (10, 15),
            (11, 16),
            (12, 16),
            (13, 17),
            (14, 17),
            (0, 15),
        ]
    ]
    links = [{"from_segment_id": a, "to_segment_id": b, "kind": "feeds"} for a, b in [*feeds, ("MK18", "XK02")]]
    links.append({"from_segment_id": "MK03", "to_segment_id": "XK01", "kind": "same_as"})
    return ChainGraph(
        "made",
        {
            "chains": _frame("chains", chains),
            "segments": _frame("segments", rows),
            "segment_links": _frame("segment_links", links),
            "firms": _frame("firms", _firms(names)),
            "firm_segments": _frame("firm_segments", _roles()),
            "firm_links": _frame(
                "firm_links",
                [
                    {
                        "source_id": "O02",
                        "target_id": "L02",
                        "kind": "supplies",
                        "product": "粉体",
                        "confidence": "unsure",
                    },
                    {
                        "source_id": "L02",
                        "target_id": "L01",
                        "kind": "supplies",
                        "product": "板材",
                        "confidence": "seen",
                    },
                ],
            ),
            "firm_signals": _frame(
                "firm_signals",
                [
                    {
                        "firm_id": "O01",
                        "kind": "expansion",
                        "date": "2025-03",
                        "amount_cny_m": 1200,
                        "text": "公告扩产",
                    },
                    {"firm_id": "O01", "kind": "hiring", "date": None, "text": "招聘"},
                ],
            ),
            "firm_sites": _frame(
                "firm_sites", [{"firm_id": "O08", "region": "上海", "kind": "office", "since": "2020"}]
            ),
            "zones": _frame(
                "zones",
                [
                    {"zone": "构造园区乙", "level": "省级", "district": "秀洲区", "focus_chains": "另一链;构造链"},
                    {"zone": "构造园区甲", "level": "国家级", "district": "平湖市", "focus_chains": "mk"},
                    {"zone": "无关园区", "level": "国家级", "focus_chains": "另一链"},
                ],
            ),
        },
    )


@cache
def made_roles() -> pd.DataFrame:
    """Who makes what in `made_graph`, as a survey tells it."""
    return roles_of(made_graph())


def roles_of(graph: ChainGraph) -> pd.DataFrame:
    """Who makes what in a graph, as a survey tells it."""
    with open_engine({"firm_segments": graph["firm_segments"], "segment_nodes": segment_nodes(graph)}) as query:
        return firm_roles(query)


def _firms(names: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "firm_id": firm,
            "firm": names[firm],
            "firm_en": f"Local {firm} Ltd" if number % 2 else None,
            "aliases": f"本{number}" if number % 4 == 1 else None,
            "country": "中国",
            "province": "浙江",
            "city": "嘉兴",
            "district": DISTRICTS[number % 5],
            "tiers": "listed" if number == 3 else None,
            "confidence": "seen",
            "as_of": "2024-05",
        }
        for number, firm in enumerate(LOCAL)
    ]
    for number, firm in enumerate(OUTSIDE):
        country, city = CITIES[number % 4]
        rows.append(
            {
                "firm_id": firm,
                "firm": names[firm],
                "firm_en": f"Outside {firm} Inc" if number % 2 else None,
                "aliases": f"构外{firm};Waidi{number}",
                "country": country,
                "city": city,
                "tiers": TIERS[number % 5],
                "decision_city": "上海" if number % 7 == 0 else None,
                "employees": 100 * number if number % 3 == 0 else None,
                "confidence": ("seen", "known", "unsure")[number % 3],
            }
        )
    return rows


def _roles() -> list[dict[str, Any]]:
    """Two or three local firms per segment that is not none_known; one that only the group can; a buyer."""
    rows: list[dict[str, Any]] = []
    local = iter(LOCAL)
    for number, segment in enumerate(SEGMENTS):
        count = {"none_known": 0, "thin": 1, "present": 5, "present_unlisted": 0}[STATES[number % 6]]
        for firm in [next(local) for _ in range(count)]:
            rows.append(
                {
                    "firm_id": firm,
                    "segment_id": segment,
                    "kind": "maker",
                    "product": f"产品{firm}",
                    "status": "producing" if count > 1 else "building",
                    "basis": "site",
                    "confidence": "seen",
                    "capacity": 12.5,
                    "unit": "万吨",
                    "role": "leader" if firm in LOCAL[:3] else None,
                }
            )
    rest = list(local)
    standings = (("maker", "producing", "group"), ("buyer", "producing", "site"), ("maker", "signed", "site"))
    for number, firm in enumerate(rest):
        kind, status, basis = standings[number % 3]
        rows.append(
            {
                "firm_id": firm,
                "segment_id": SEGMENTS[number % 18],
                "kind": kind,
                "status": status,
                "basis": basis,
                "product": "待核产品",
                "confidence": "unsure",
            }
        )
    for number, firm in enumerate(OUTSIDE):
        rows.append(
            {
                "firm_id": firm,
                "segment_id": SEGMENTS[number % 18],
                "kind": "maker",
                "product": f"外地产品{number}",
                "basis": "group",
                "confidence": "known",
            }
        )
    return rows
