"""The constructed case in the package: whole, small, marked as made up, and in both languages."""

from __future__ import annotations

import chaingraph as cg
from chaingraph.reading.example import load_example


def test_the_example_is_a_case_without_a_fault_and_nobody_takes_it_for_real() -> None:
    case = load_example()
    assert case.rejects.empty
    assert (len(case["chains"]), len(case["segments"]), len(case["firms"])) == (1, 8, 20)
    assert case["firms"]["firm"].str.startswith("构造").all()
    assert case["firms"]["firm_en"].str.startswith("Constructed ").all()
    assert case["segments"]["segment_en"].notna().all()
    for name, frame in case.tables.items():
        assert frame["source"].eq("构造示例 / constructed example").all(), name
        assert not frame["confidence"].eq("seen").any(), name  # nobody has seen what is made up


def test_every_part_of_the_product_has_something_to_show_in_it() -> None:
    graph = cg.build_graph(load_example())
    found = cg.survey(graph, region="嘉兴", reference=None)
    assert set(found.gaps["en"]["state"]) == {"none_known", "thin"}
    assert set(found.targets["zh"]["candidate_list"]) == {"new", "reinvest"}
    assert len(found.leader_targets["zh"])
    assert found.dropped["count"].sum()  # one firm is insolvent
    assert found.targets["zh"]["signal"].notna().any()
