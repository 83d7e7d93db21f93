"""A constructed chain of any size: for the tests of large pages and for their bench."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd

from chaingraph.model.columns import DTYPES
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_COLUMNS
from chaingraph.model.schema import TABLES
from tests.made_findings import made_findings
from tests.made_graph import roles_of

AWAY = ("上海", "深圳", "武汉", "成都")
STAGES = ("upstream", "midstream", "downstream")


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    held = pd.DataFrame([{"source": "made", **row} for row in rows], columns=TABLES[table].names)
    return held.astype({column.name: DTYPES[column.kind] for column in TABLES[table].columns})


def made_chain(nodes: int, segments: int) -> tuple[Findings, ChainGraph, list[tuple[str, str]]]:
    """Findings and graph with so many segments and firms, and the edges between them."""
    pick = random.Random(nodes)
    ids = [f"S{number:05d}" for number in range(segments)]
    third = -(-segments // 3)
    stage = {segment: STAGES[number // third] for number, segment in enumerate(ids)}
    feeds = sorted({(ids[n], ids[min(segments - 1, n + pick.randrange(1, third))]) for n in range(segments - 1)})
    firms = [f"F{number:05d}" for number in range(nodes - segments)]
    roles = [(firm, pick.choice(ids)) for firm in firms for _ in range(1 + (pick.random() < 0.3))]
    local = {firm for number, firm in enumerate(firms) if number % 2}
    links = [(firm, pick.choice(firms)) for firm in firms[::10]]
    city = {firm: ("嘉兴", "平湖市") if firm in local else (pick.choice(AWAY), None) for firm in firms}
    makes = {"kind": "maker", "basis": "site", "status": "producing"}
    rows: dict[str, list[dict[str, Any]]] = {
        "chains": [{"chain_id": "mk", "chain": "构造链", "chain_class": "emerging", "strategy": "extend"}],
        "segments": [{"segment_id": s, "chain_id": "mk", "segment": f"环节{s}", "stage": stage[s]} for s in ids],
        "segment_links": [{"from_segment_id": a, "to_segment_id": b, "kind": "feeds"} for a, b in feeds],
        "firms": [
            {
                "firm_id": f,
                "firm": f"构造企业{f}有限公司",
                "country": "中国",
                "city": city[f][0],
                "district": city[f][1],
            }
            for f in firms
        ],
        "firm_segments": [{"firm_id": f, "segment_id": s, "product": f"产品{f}", **makes} for f, s in roles],
        "firm_links": [{"source_id": a, "target_id": b, "kind": "supplies"} for a, b in links if a != b],
    }
    graph = ChainGraph("made", {table: frame(table, held) for table, held in rows.items()})
    made = made_findings()
    gaps = frame("segments", rows["segments"])[["chain_id", "segment_id", "segment", "stage"]]
    gaps = gaps.assign(chain="构造链", state="thin").reindex(columns=list(GAP_COLUMNS))
    text = dict.fromkeys([name for name in GAP_COLUMNS if name in ("local_buyers", "reasons", "sources")], "str")
    gaps = gaps.astype({"high_value": "boolean", "chokepoint": "boolean", "expected": float, **text})
    wanted = dict(reversed([(firm, segment) for firm, segment in roles if firm not in local]))
    listed = (
        made.targets["zh"]
        .iloc[[0] * len(wanted)]
        .reset_index(drop=True)
        .assign(
            firm_id=list(wanted), firm=list(wanted), segment_id=list(wanted.values()), rank=range(1, len(wanted) + 1)
        )
    )
    empty = {
        name: {lang: text.iloc[:0] for lang, text in getattr(made, name).items()}
        for name in ("leader_targets", "rankings", "leaders", "questions")
    }
    findings = Findings(
        **{
            **{name: getattr(made, name) for name in made.__dataclass_fields__},
            **empty,
            "gaps": {"zh": gaps, "en": gaps},
            "roles": roles_of(graph),
            "targets": {"zh": listed, "en": listed},
            **{name: getattr(made, name).iloc[:0] for name in ("terms", "shares", "words", "routes", "dropped")},
        }
    )
    return findings, graph, [*feeds, *roles, *links]
