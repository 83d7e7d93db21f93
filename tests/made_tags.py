"""A few texts of products with their segments, a tagger that has learnt them, and a case that holds them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from chaingraph.model.case import Case, empty_table
from chaingraph.tagging.tagger import SegmentTagger

TERMS = pd.DataFrame(
    {
        "term": [
            "光伏玻璃",
            "超白玻璃",
            "锂电池",
            "动力电池",
            "锂电池隔膜",
            "隔膜",
            "光刻胶",
            "白酒",
            "贷款",
            "水泥",
            "旅游",
            "图书",
        ],
        "segments": ["PV04", "PV04", "EV04", "EV04", "EV03", "EV03", "CM14;NC02", "", "", "", "", ""],
    }
)


TEXTS = [
    ("光伏玻璃", "PV04"), ("太阳能玻璃", "PV04"), ("动力锂电池", "EV04"), ("锂电池组", "EV04"), ("湿法隔膜", "EV03"),
    ("涂覆隔膜", "EV03"), ("光刻胶", "CM14;NC02"), ("高端白酒", ""), ("商品房", ""), ("信用卡", ""),
]  # fmt: skip


def small() -> SegmentTagger:
    texts, labels = zip(*TEXTS * 3, strict=True)
    return SegmentTagger(TERMS).fit(texts, labels, [f"firm{row}" for row in range(len(texts))])


def toy_chains() -> Case:
    tables = {name: empty_table(name) for name in ("segments", "firms", "firm_segments", "segment_terms")}
    ids = ["PV04", "EV04", "EV03", "CM14", "NC02"]
    tables["segments"] = pd.DataFrame(
        {
            "segment_id": ids,
            "chain_id": [one[:2] for one in ids],
            "segment": ["光伏玻璃", "动力电池", "隔膜", "电子化学品", "半导体材料"],
            "stage": "upstream",
        }
    ).reindex(columns=tables["segments"].columns)
    rows = [(f"f{row}", label, text) for row, (text, label) in enumerate(TEXTS * 3) if label]
    tables["firm_segments"] = pd.DataFrame(rows, columns=["firm_id", "segment_id", "product"]).reindex(
        columns=tables["firm_segments"].columns
    )
    tables["segment_terms"] = TERMS.assign(segments=TERMS["segments"].replace("", np.nan)).reindex(
        columns=tables["segment_terms"].columns
    )
    return Case("chains", tables)
