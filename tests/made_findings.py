"""Constructed findings in the constructed graph, for tests of writers: 30 new targets, 8 led by leaders, 4 here.

Everything is counted out from numbers, so that the same call gives the same tables.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from chaingraph.choosing.trust import Base, describe_trust, measured_by
from chaingraph.facts.source_kinds import ORIGINS, SOURCE_KINDS
from chaingraph.model.findings import Findings
from chaingraph.model.results import GAP_COLUMNS, TARGET_COLUMNS
from chaingraph.wording.phrases import in_words
from tests.made_graph import (
    CITIES,
    DISTRICTS,
    LOCAL,
    OUTSIDE,
    SCRIPT,
    SEGMENTS,
    SOURCE,
    STAGES,
    STATES,
    TIERS,
    firm_names,
    made_roles,
    segment_names,
)

GRADES = ("B", "C", "B")


def made_findings(lang: str = "zh") -> Findings:
    """The findings in both languages, with everything that explains them."""
    leader_rows = [_target(number, "new", number - 4, leader=True) for number in range(5, 13)]
    rows = [_target(number, "new", number + 1) for number in range(30)]
    rows += [_target(number, "reinvest", number - 29) for number in range(30, 34)]
    scored = [("main", row) for row in rows] + [("leader", row) for row in leader_rows]
    known = [(name, row) for name, row in scored if "fit_lift" in row]
    return Findings(
        region="嘉兴",
        as_of="2025-06-30",
        data_date="2025-06-30",
        lang=lang,
        gaps={tongue: _gaps(tongue) for tongue in ("zh", "en")},
        targets={tongue: _told(rows, tongue) for tongue in ("zh", "en")},
        leader_targets={tongue: _told(leader_rows, tongue) for tongue in ("zh", "en")},
        rankings={tongue: _rankings(rows, tongue) for tongue in ("zh", "en")},
        leaders={tongue: _leaders(tongue) for tongue in ("zh", "en")},
        questions={tongue: _questions(tongue) for tongue in ("zh", "en")},
        terms=pd.DataFrame([term for name, row in known for term in _terms(name, row)]),
        shares=pd.DataFrame([share for name, row in known for share in _shares(name, row)]),
        roles=made_roles(),
        words=pd.DataFrame(
            [
                {
                    "list": name,
                    "chain_id": "mk",
                    "firm_id": row["firm_id"],
                    "local_firm_id": "L02",
                    "words": "粉体;板材",
                }
                for name, row in known
            ]
        ),
        routes=pd.DataFrame(
            [
                {
                    "chain_id": "mk",
                    "firm_id": "O02",
                    "step": step,
                    "from_id": left,
                    "from_name": left,
                    "kind": "supplies",
                    "to_id": right,
                    "to_name": right,
                    "product": "粉体",
                    "source": SOURCE,
                    "confidence": "unsure",
                }
                for step, left, right in ((1, "O02", "L02"), (2, "L02", "L01"))
            ]
        ),
        dropped=pd.DataFrame([{"chain_id": "mk", "gate": "insolvency", "count": 2, "firms": "甲;乙"}]),
        notes={
            "zh": pd.DataFrame({"chain_id": ["mk", "xk"], "note": ["契合倍数相对于本底库样本(80家企业)。"] * 2}),
            "en": pd.DataFrame(
                {"chain_id": ["mk", "xk"], "note": ["Fit is relative to the firms of this case (80)."] * 2}
            ),
        },
        segment_measures=pd.DataFrame({"segment_id": list(SEGMENTS), "must_pass": 0.5, "bridge": 0.0}),
        trust={tongue: _trust(tongue) for tongue in ("zh", "en")},
        parameters={"reference": None, "top": 30},
    )


def _trust(lang: str) -> pd.DataFrame:
    base = Base(4298, 44, pd.DataFrame({"chain_id": ["mk"], "firms": [134], "local": [3]}))
    reference = {"reference": "listed", "reference_kind": "listed"}
    tested = measured_by("listed", weights=False, own=None)
    return in_words(describe_trust("嘉兴", tested, base, reference, ["mk", "xk"]), lang)


def _gaps(lang: str) -> pd.DataFrame:
    names = segment_names()
    rows = []
    for number, segment in enumerate(SEGMENTS):
        state = STATES[number % 6]
        empty = state == "none_known"
        buyers = ";".join((SCRIPT, "构造本地L02新材料有限公司") if lang == "zh" else (SCRIPT, "Local L02 Ltd"))
        rows.append(
            {
                "chain_id": "mk",
                "chain": "构造链" if lang == "zh" else "Made chain",
                "segment_id": segment,
                "segment": names[segment] if lang == "zh" else f"Made segment {segment}",
                "stage": STAGES[number],
                "state": state,
                "found": {"none_known": 0, "thin": 1, "present": 5, "present_unlisted": 0}[state],
                "group_only": 1 if number < 10 and number % 3 == 0 else 0,
                "local_buyers": buyers if number < 12 else None,
                "local_demand": 2 if number < 12 else 0,
                "local_supply": 1 if number > 7 else 0,
                "nearby_found": number % 4,
                "nearest_supplier_city": "苏州" if number % 4 else None,
                "high_value": number % 3 == 0,
                "chokepoint": number % 6 == 0,
                "admission": "禁止" if segment == "MK01" else None,
                "fill_mode": "unsuitable" if segment == "MK01" else "recruit" if empty else None,
                "severity": 6.0
                if segment == "MK01"
                else (5.0 - number / 10 if empty else 1.0 if state == "thin" else 0.0),
                "ask_whom": ("构造本地L02" if lang == "zh" else "Local L02 Ltd") if empty else None,
                "question": ("请核实(构造)" if lang == "zh" else "Please check (made)") if empty else None,
                "reasons": "第一条理由;第二条(一;二)" if lang == "zh" else "first reason; second (one; two)",
                "sources": SOURCE + ";" + "javascript:alert(3)",
            }
        )
    for segment, stage in (("XK01", "upstream"), ("XK02", "downstream")):
        rows.append(
            {
                "chain_id": "xk",
                "chain": "另一链",
                "segment_id": segment,
                "segment": names[segment],
                "stage": stage,
                "state": "none_known",
                "found": 0,
                "group_only": 0,
                "severity": 2.0,
            }
        )
    frame = pd.DataFrame(rows, columns=list(GAP_COLUMNS))
    return frame.astype({"expected": float, "high_value": "boolean", "chokepoint": "boolean"})


def _target(number: int, candidate_list: str, rank: int, *, leader: bool = False) -> dict[str, Any]:
    country, city = CITIES[number % 4]
    row: dict[str, Any] = {
        "chain_id": "mk",
        "segment_id": SEGMENTS[(number // 3) % 18],
        "gap_state": STATES[(number // 3) % 6],
        "strategy": "strengthen" if leader else "extend",
        "rank": rank,
        "firm_id": OUTSIDE[number],
        "country": country,
        "city": city,
        "tiers": TIERS[number % 5],
        "candidate_kind": candidate_list,
        "candidate_list": candidate_list,
        "local_unit": "嘉兴办事处" if candidate_list == "reinvest" else None,
        "evidence_grade": GRADES[number % 3],
        "sources": SOURCE,
        "source_kind": SOURCE_KINDS[number % 6],
        "origin": ORIGINS[number % 3],
    }
    if number % 5 != 4:  # every fifth has no basis
        lift = round(math.exp(1.2 - number / 15), 3)
        row |= {
            "fit_lift": lift,
            "fit_low": lift * 0.8,
            "fit_high": lift * 1.3,
            "top_share": round(max(0, 1 - number / 20), 2),
        }
    if number % 2 == 0:
        row |= {"reach": (1.0, 0.7, 0.35)[number % 3], "propensity": math.log(3)}
    if number == 0:
        row |= {"signal": "expansion", "signal_date": "2025-03", "size_class": "1bn"}
    return row


def _told(rows: list[dict[str, Any]], lang: str) -> pd.DataFrame:
    names, segments = firm_names(), segment_names()
    told = []
    for row in rows:
        words = {
            "chain": "构造链" if lang == "zh" else "Made chain",
            "segment": segments[row["segment_id"]] if lang == "zh" else f"Made segment {row['segment_id']}",
            "firm": names[row["firm_id"]],
            "proposal": "粉体产线" if lang == "zh" else "powder line",
            "reasons": "补短板;产品相近" if lang == "zh" else "fills a gap; similar products",
            "sites": f"总部或注册地：{row['city']}" if lang == "zh" else f"Seat: {row['city']}",
            "next_step": "请L02引荐;市经信局牵头" if lang == "zh" else "ask L02; led by the bureau",
        }
        told.append(row | words)
    return pd.DataFrame(told, columns=list(TARGET_COLUMNS))


def _terms(name: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    total = math.log(row["fit_lift"])
    parts = {"mix": (0.36, 0.6 * total), "ppr": (1.03, 0.4 * total + 0.025), "constant": (-0.025, -0.025)}
    return [
        {
            "chain_id": "mk",
            "list": name,
            "strategy": row["strategy"],
            "firm_id": row["firm_id"],
            "term": term,
            "coefficient": coefficient,
            "value": share / coefficient,
            "contribution": share,
        }
        for term, (coefficient, share) in parts.items()
    ]


def _shares(name: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    held = [("L02", 0.4, 0.2), ("L01", 0.0, 0.25), *((f"L{number:02d}", 0.03, 0.0) for number in range(3, 8))]
    return [
        {
            "chain_id": "mk",
            "list": name,
            "firm_id": row["firm_id"],
            "rank": rank,
            "local_firm_id": firm,
            "local_firm": firm,
            "local_firm_en": firm,
            "share": text + industry,
            "text": text,
            "industry": industry,
        }
        for rank, (firm, text, industry) in enumerate(held, start=1)
    ]


def _rankings(rows: list[dict[str, Any]], lang: str) -> pd.DataFrame:
    names = firm_names()
    picked = [(tier, place + 1, row) for tier in ("global500", "specialised") for place, row in enumerate(rows[:6])]
    return pd.DataFrame(
        [
            {
                "chain_id": "mk",
                "chain": "构造链",
                "tier": tier,
                "rank": place,
                "firm_id": row["firm_id"],
                "firm": names[row["firm_id"]],
                "country": row["country"],
                "city": row["city"],
                "segment": row["segment_id"],
                "fit_lift": row.get("fit_lift"),
                "evidence_grade": "C",
                "reasons": "上榜" if lang == "zh" else "on the list",
                "sources": SOURCE,
            }
            for tier, place, row in picked
        ]
    )


def _leaders(lang: str) -> pd.DataFrame:
    names = firm_names()
    return pd.DataFrame(
        [
            {
                "chain_id": "mk",
                "rank": place + 1,
                "firm_id": firm,
                "firm": names[firm],
                "district": DISTRICTS[place % 5],
                "reason": "被认定为链主" if lang == "zh" else "designated",
                "products": "板材;粉体;薄膜;纤维",
                "segments": "MK02",
                "confidence": "seen",
                "sources": SOURCE,
            }
            for place, firm in enumerate(LOCAL[:5])
        ]
    )


def _questions(lang: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "rank": place + 1,
                "chain_id": "mk",
                "chain": "构造链",
                "segment_id": segment,
                "segment": segment,
                "state": "none_known",
                "ask_whom": "构造本地L02" if lang == "zh" else "Local L02 Ltd",
                "question": "请核实(构造)" if lang == "zh" else "Please check (made)",
                "why": "本地有需求" if lang == "zh" else "demand here",
                "sources": SOURCE,
            }
            for place, segment in enumerate(("MK10", "MK04"))
        ]
    )
