"""What one row adds to another, and where the two differ: rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from chaingraph.matching.additions import plan_additions
from chaingraph.matching.cell_changes import changes_of
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from tests.made_into import CODE, firm, rows

FIRMS = TABLES["firms"]
SHENWAN = {"industry": "110101", "industry_scheme": "shenwan"}


def compared(held: dict[str, Any], given: dict[str, Any]) -> tuple[dict[str, object], dict[str, object]]:
    """Cells filled and cells that differ, but for the source."""
    own, other = (
        rows("firms", firm("A1", "嘉兴甲一机械有限公司", source=None, as_of=None) | more).to_dict("records")[0]
        for more in (held, given)
    )
    told = [{str(name): value for name, value in row.items()} for row in (own, other)]
    filled, differing = changes_of(FIRMS, 0, told[0], {"firm_id": "A1", "firm": told[0]["firm"], **held}, told[1])
    return {each.column: each.value for each in filled}, {each.column: each.value for each in differing}


@pytest.mark.parametrize(
    ("held", "given", "filled", "differing"),
    [
        ({}, {"employees": 5}, {"employees": 5}, {}),
        ({"employees": 5}, {"employees": 5}, {}, {}),
        ({"employees": 5}, {"employees": 6}, {}, {"employees": 6}),
        ({"employees": 5}, {}, {}, {}),
        # a date or place that says more or less is no other one
        ({"founded": "2010"}, {"founded": "2010-05-03"}, {}, {}),
        ({"founded": "2011"}, {"founded": "2010-05-03"}, {}, {"founded": "2010-05-03"}),
        ({"city": "嘉兴"}, {"city": "嘉兴", "district": "平湖"}, {"district": "平湖"}, {}),
        ({"city": "嘉兴"}, {"city": "杭州", "district": "余杭"}, {}, {"city": "杭州"}),
        # industry and its scheme go together
        ({}, SHENWAN, SHENWAN, {}),
        ({"industry_scheme": "gbt4754"}, SHENWAN, {}, {}),
        (
            {"industry_scheme": "shenwan", "industry": "1101"},
            {"industry": "110101", "industry_scheme": "shenwan"}, {}, {"industry": "110101"},
        ),
        # lists are added to, names that it bears already are not
        ({"tiers": "listed"}, {"tiers": "listed;champion(2024)"}, {"tiers": "champion(2024)"}, {}),
        ({"aliases": "甲一"}, {"aliases": "甲一;甲一机械"}, {"aliases": "甲一机械"}, {}),
        ({}, {"firm": "嘉兴甲一智造有限公司"}, {"aliases": "嘉兴甲一智造有限公司"}, {}),
        ({"former_names": "嘉兴老厂"}, {"aliases": "嘉兴老厂"}, {}, {}),
        # codes as they are compared; remarks are nobody's question
        ({"stock_code": "600373"}, {"stock_code": "600373.SH"}, {}, {}),
        ({"note": "走访过"}, {"note": "注册资本 100 万"}, {}, {}),
    ],
)  # fmt: skip
def test_rules(held: dict[str, Any], given: dict[str, Any], filled: dict[str, Any], differing: dict[str, Any]) -> None:
    assert compared(held, given) == (filled, differing)


def case(*firms: dict[str, Any]) -> Case:
    return Case("底库", {"firms": rows("firms", *firms)})


def planned(held: Case, *firms: dict[str, Any]) -> Any:
    return plan_additions(held, {"firms": rows("firms", *firms)}, {"firms": held["firms"].astype("object")})


def test_a_code_makes_the_pair_unless_the_names_are_unlike() -> None:
    held = case(firm("A1", "嘉兴甲一机械有限公司", credit_code=CODE))
    same = planned(held, firm("x", "嘉兴甲一机械股份有限公司", credit_code=CODE, employees=4))
    assert [change.column for change in same.changes] == ["aliases", "employees", "source"]
    unlike = planned(held, firm("x", "杭州乙二生物科技中心", credit_code=CODE, employees=4))
    assert unlike.changes == ()
    assert unlike.questions["reason"].tolist() == ["names_differ"]


def test_an_id_that_the_case_gives_to_another_firm_is_not_taken() -> None:
    plan = planned(case(firm("A1", "嘉兴甲一机械有限公司")), firm("A1", "宁波丙三模具有限公司"))
    assert plan.new["firms"]["firm_id"].tolist() == ["A1-2"]


def test_the_order_of_the_rows_given_does_not_matter() -> None:
    held = case(firm("A1", "嘉兴甲一机械有限公司"))
    given = [
        firm("x1", "宁波丙三模具有限公司"),
        firm("x2", "嘉兴甲一机械有限公司", employees=3),
        firm("x3", "苏州丁四有限公司"),
    ]
    one, other = planned(held, *given), planned(held, *reversed(given))
    assert one.changes == other.changes
    assert one.new["firms"].equals(other.new["firms"])


def test_two_given_rows_of_one_firm_are_added_one_behind_the_other_and_never_over_each_other() -> None:
    held = case(firm("A1", "嘉兴甲一机械有限公司", aliases="甲一", credit_code=CODE))
    plan = planned(
        held,
        firm("x1", "嘉兴甲一机械有限公司", employees=3, credit_code=CODE),
        firm("x2", "嘉兴甲一机械有限公司", employees=4, tiers="champion(2024)", source="另一份", credit_code=CODE),
    )
    told = {change.column: change.value for change in plan.changes}
    assert told["employees"] == 3
    assert plan.questions[["column", "held", "given"]].to_numpy().tolist() == [["employees", "3", "4"]]
    assert told["source"] == "企查查导出 2026-11-01(从业人员);另一份 2026-11-01(企业类别)"
