"""Whole cases tagged: sidelines are unsure; a word of no chain is of a segment that is about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chaingraph.model.case import Case
from chaingraph.tagging.cases import case_terms, tag_products
from chaingraph.tagging.tagger import SegmentTagger
from tests.made_tags import TERMS, TEXTS, toy_chains


@pytest.fixture(scope="module")
def tagger() -> SegmentTagger:
    texts, labels = zip(*TEXTS * 3, strict=True)
    chains = {"PV04": "PV", "EV04": "EV", "EV03": "EV", "CM14": "CM", "NC02": "NC"}
    return SegmentTagger(TERMS, chains=chains).fit(texts, labels, [f"firm{row}" for row in range(len(texts))])


def _products(*names: str, share: float) -> pd.DataFrame:
    rows = [("f", name, share if place == 0 else 0.2, "list", "2021") for place, name in enumerate(names)]
    return pd.DataFrame(rows, columns=["firm_id", "product", "share", "source", "as_of"])


@pytest.mark.parametrize(
    ("names", "share", "expected"),
    [
        (["光伏玻璃", *(f"白酒{sort}香型" for sort in "浓清酱米凤兼豉芝特馥老")], 0.05, "unsure"),  # one of twelve
        (["光伏玻璃", *(f"白酒{sort}香型" for sort in "浓清酱米凤兼豉芝特馥老")], 0.15, "known"),  # but no small one
        (["光伏玻璃", *(f"白酒{sort}香型" for sort in "浓清酱米凤")], 0.05, "known"),  # but of few
        (
            ["光伏玻璃", "超白玻璃", *(f"白酒{sort}香型" for sort in "浓清酱米凤兼豉芝特馥")],
            0.05,
            "known",
        ),  # but not alone
    ],
)
def test_one_small_product_among_many_others_is_unsure(
    tagger: SegmentTagger, names: list[str], share: float, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chaingraph.tagging.cases.SURE", 0.3)  # of so few texts nothing much is learnt
    monkeypatch.setattr(tagger, "thresholds_", np.full(3, 0.3))
    rows = tag_products(_products(*names, share=share), tagger)
    assert rows.loc[rows["segment_id"] == "PV04", "confidence"].tolist() == [expected]


def _with_segment(case: Case, keywords: str, outside: list[str]) -> Case:
    segments, terms = case["segments"], case["segment_terms"]
    one = pd.DataFrame([{"segment_id": "PS04", "chain_id": "PS", "segment": "泵", "keywords": keywords}])
    none = pd.DataFrame({"term": outside}).reindex(columns=terms.columns)
    tables = {
        "segments": pd.concat([segments, one.reindex(columns=segments.columns)], ignore_index=True),
        "segment_terms": pd.concat([terms, none], ignore_index=True),
    }
    return replace(case, tables={**case.tables, **tables})


def test_a_word_of_no_chain_is_of_a_segment_that_is_about_it() -> None:
    outside = ["水泵", "农用水泵", "发电机", "白酒"]
    terms = case_terms(_with_segment(toy_chains(), "水泵;潜水泵;电机;水泵电机", outside))
    assert set(terms.loc[terms["segments"] == "", "term"]) >= {"发电机", "白酒"}  # of 电机 itself nobody said so
    assert not {"水泵", "农用水泵"} & set(terms.loc[terms["segments"] == "", "term"])
    # One such keyword among others does not make a segment one of pumps.
    terms = case_terms(_with_segment(toy_chains(), "水泵;氢气压缩机", outside))
    assert set(terms.loc[terms["segments"] == "", "term"]) >= set(outside)


def test_a_product_is_named_sooner_where_the_firms_other_products_speak_for_its_chain(
    tagger: SegmentTagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagger, "thresholds_", np.array([0.9, 0.5, 0.7]))
    texts = ["光伏玻璃", "白酒", "锂电池", "锂电池隔膜", "光刻胶"]
    found = tagger.tag(texts, groups=["a", "a", "b", "b", "c"])
    limits = found[found["segment_id"].isin(["PV04", "EV04", "EV03", "CM14"])].groupby("row")["threshold"].first()
    assert limits.to_dict() == {0: 0.9, 2: 0.5, 3: 0.5, 4: 0.7}
    assert set(tagger.tag(texts)["threshold"]) == {0.9}  # a bare list of names is judged as strictly as any
    named = tagger.tag(texts, groups=["a", "a", "b", "b", "c"], least=None)
    assert (named["probability"] >= named["threshold"]).all()
    assert len(named) == (found["probability"] >= found["threshold"]).sum() > 0
