"""What a row rests on, told from its own cells; which case its firm came from."""

from __future__ import annotations

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.facts.source_kinds import ORIGINS, SOURCE_KINDS, count_kinds, firm_origins, source_kind
from chaingraph.labels import LANGUAGES, text
from chaingraph.model.case import Case
from tests.toy import toy_tables


@pytest.mark.parametrize(
    ("source", "confidence", "kind"),
    [
        ("嘉兴日报2025-11-06 http://a.example", "seen", "read"),
        ("嘉兴日报2025-11-06 http://a.example", "known", "named"),
        ("嘉兴日报2025-11-06 http://a.example", None, "named"),
        ("嘉兴日报2025-11-06 http://a.example", "unsure", "named"),
        ("工商登记公开数据(至2019-04)", "known", "register"),
        ("一般行业知识(未逐条核对来源)", "known", "general"),
        ("一般行业知识(未逐条核对来源);A股公司注册地公开数据(2024)", "known", "general"),
        ("ChainKnowledgeGraph;SegmentTagger>=0.80", "known", "tagged"),
        ("工商登记;按产品用词归类(程序)", "seen", "tagged"),
        ("工商登记;SegmentTagger>=0.80", "seen", "tagged"),  # a program's reading, whatever text it read
        ("  ", "seen", "unstated"),
        (float("nan"), "seen", "unstated"),
    ],
)
def test_a_kind_is_told_from_source_and_confidence(source: object, confidence: object, kind: str) -> None:
    assert source_kind(source, confidence) == kind


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_and_origin_has_words(lang: str) -> None:
    for kind in SOURCE_KINDS:
        assert text(f"codes.source_kind_{kind}", lang)
        assert text(f"codes.source_kind_note_{kind}", lang)
    assert len({text(f"codes.origin_{origin}", lang) for origin in ORIGINS}) == len(ORIGINS)


def test_the_case_of_a_firm_is_told_even_where_its_id_was_taken() -> None:
    tables = toy_tables()
    own = Case("own", tables, pd.DataFrame(), pd.DataFrame())
    firms = tables["firms"]
    shared = firms.iloc[[0]]
    # A national firm whose id another firm of the own case bears, and one that is new.
    taken = firms.iloc[[1]].assign(
        firm="全国甲股份有限公司", firm_en=None, aliases=None, stock_code=None, credit_code=None
    )
    new = taken.assign(firm_id="N1", firm="全国乙股份有限公司")
    # And one that bears a name of the own case under another code: a pair for a person, and two firms until then.
    namesake = firms[firms["firm_id"] == "O01"].assign(firm_id="N2", stock_code="600999", firm_en=None, aliases=None)
    national = {"firms": pd.concat([shared, taken, new, namesake], ignore_index=True)}
    other = Case("national", national, pd.DataFrame(), pd.DataFrame())
    graph = cg.build_graph(own, other)
    added = graph["firms"].set_index("firm")["firm_id"]
    ids = [shared["firm_id"].iloc[0], firms["firm_id"].iloc[1], added["全国甲股份有限公司"], "N1"]
    assert {"O01", "N2"} <= set(graph["firms"]["firm_id"])
    assert firm_origins(graph, cg.build_graph(other)["firms"], ["O01", "N2"]) == {"O01": "case", "N2": "reference"}
    assert ids[2] != ids[1]
    found = firm_origins(graph, cg.build_graph(other)["firms"], ids)
    assert [found[firm] for firm in ids] == ["both", "case", "reference", "reference"]
    assert set(firm_origins(graph, cg.build_graph(other)["firms"].iloc[:0], ids).values()) == {"case"}


def test_rows_are_counted_in_the_order_of_the_kinds() -> None:
    rows = pd.DataFrame({"chain_id": list("bbaa"), "source_kind": ["general", "read", "general", "general"]})
    counted = count_kinds(rows)
    assert counted.to_numpy().tolist() == [["a", "general", 2], ["b", "read", 1], ["b", "general", 1]]
    assert count_kinds(rows, ())["rows"].tolist() == [1, 3]
