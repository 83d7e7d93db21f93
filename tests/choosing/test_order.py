"""The order of new targets: reason to call, door, likelihood, severity in whole points, fit; and who has no rank."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.ranking import rank_lists
from chaingraph.choosing.ways import Ways
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import UnknownNameError
from chaingraph.facts.freshness import firms_checked
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import load_strategy
from tests.made_facts import with_rows
from tests.toy import toy_tables

FIRMS = ("F1", "F2", "F3")


def order(
    *,
    motives: dict[str, float] | None = None,
    doors: tuple[str, ...] = (),
    likely: dict[str, str] | None = None,
    severity: dict[str, float] | None = None,
    fit: dict[str, float] | None = None,
    tiers: dict[str, str] | None = None,
    buyers: int = 1,
    quota: float = 1.0,
    signals: tuple[str, ...] = (),
    checked: tuple[str, ...] = (),
    elsewhere: tuple[str, ...] = (),
    here: tuple[str, ...] | None = None,
    states: dict[str, str] | None = None,
) -> list[tuple[str, int | None]]:
    """Firm and rank of a list of three, each in a segment of its own unless a quota is asked about."""
    segments = dict.fromkeys(FIRMS, "S") if quota < 1 else {firm: f"S{firm}" for firm in FIRMS}
    kind = "new" if here is None else "reinvest"
    rows = pd.DataFrame(
        [
            {"list": "main", "chain_id": "C", "candidate_list": kind, "group_id": firm, "firm_id": firm,
             "segment_id": segments[firm], "product": "p", "kind": "maker", "confidence": "seen", "source": "s",
             "as_of": "2024", "gate": None, "likelihood": (likely or {}).get(firm)}
            for firm in FIRMS
        ]
    ).astype({"likelihood": "str"})  # fmt: skip
    scores = rows[["list", "chain_id", "firm_id"]].assign(s=[(fit or {}).get(firm, 1.0) for firm in FIRMS])
    facts = pd.DataFrame(
        {
            "signal": ["order" if firm in signals else None for firm in FIRMS],
            "tiers": [(tiers or {}).get(firm) for firm in FIRMS],
            "reach": 0.5,
            "site_status": ["decided_elsewhere" if firm in elsewhere else None for firm in FIRMS],
        },
        index=list(FIRMS),
    )
    by_segment = {segments[firm]: (severity or {}).get(firm, 1.0) for firm in FIRMS}
    gaps = pd.DataFrame({"severity": by_segment, "state": "thin", "local_demand": buyers})
    gaps["state"] = pd.Series({segments[firm]: (states or {}).get(firm, "thin") for firm in FIRMS})
    plan = load_strategy("extend")
    plan = type(plan)(**{**plan.__dict__, "quota": quota})
    units = frozenset((firm, segments[firm]) for firm in here or ())
    ways = Ways(motives or {}, frozenset(("C", firm) for firm in doors), frozenset(checked), units)
    with open_engine({}) as query:
        ranked = rank_lists(query, rows, scores, facts, gaps, set(), ways, {"main:C": plan}, top=3)
    return [(firm, None if pd.isna(rank) else int(rank)) for firm, rank in zip(ranked["firm_id"], ranked["rank"])]  # noqa: B905 - one frame


def names(**given: object) -> list[str]:
    return [firm for firm, _ in order(**given)]


WORSE = {"F3": 5.0}  # what stands behind in the order may speak for F3 as much as it likes


def test_an_open_site_stands_first_then_a_reason_that_is_silent_on_it() -> None:
    given = {"doors": ("F3",), "likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    assert names(motives={"F2": 0.0, "F1": 1.0}, **given) == ["F2", "F1", "F3"]


def test_who_may_have_left_its_trade_since_anybody_looked_comes_behind_but_is_listed() -> None:
    given = {"likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    assert names(checked=("F2",), **given) == ["F2", "F3", "F1"]
    assert names(checked=("F2",), doors=("F1",), **given) == ["F1", "F2", "F3"]


def test_who_has_chosen_a_site_elsewhere_comes_behind_who_has_not_and_before_who_was_never_looked_at() -> None:
    assert names(checked=("F1", "F2"), elsewhere=("F1",), fit=WORSE) == ["F2", "F1", "F3"]


def test_a_group_is_asked_to_enlarge_first_what_its_unit_here_makes() -> None:
    given = {"likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    assert names(here=("F2",), **given) == ["F2", "F3", "F1"]
    assert names(here=("F2",), doors=("F3",), **given) == ["F2", "F3", "F1"]  # its door is of another trade


@pytest.mark.parametrize(
    ("fact", "known"),
    [({"kind": "checked", "date": "2025-03"}, True), ({"kind": "divestment", "date": "2023"}, True),
     ({"date": "2022-11-30"}, False), ({"date": None}, False), ({"date": "2027-01"}, False),
     ({"confidence": "unsure"}, False), ({"review": "pending"}, False), ({"review": "corrected"}, True)],
)  # fmt: skip
def test_standing_is_known_by_a_dated_fact_of_three_years_that_stands(fact: dict[str, str], known: bool) -> None:
    row = {"firm_id": "F1", "kind": "expansion", "date": "2025-01", "confidence": "seen", "review": None}
    assert firms_checked(pd.DataFrame([row | fact]).astype("str"), "2026-11-30") == frozenset({"F1"} if known else ())


def test_a_door_comes_next() -> None:
    assert names(doors=("F2",), likely={"F3": "high"}, severity=WORSE, fit=WORSE)[0] == "F2"


def test_then_likelihood_and_what_is_not_known_is_not_low() -> None:
    given = {"severity": WORSE, "fit": WORSE}
    assert names(likely={"F2": "high", "F1": "middle"}, **given) == ["F2", "F1", "F3"]
    assert names(likely={"F3": "low", "F1": "middle"}, **given) == ["F1", "F2", "F3"]


def test_then_severity_in_whole_points_then_fit() -> None:
    assert names(severity={"F2": 3.0}, fit=WORSE)[0] == "F2"
    assert names(severity={"F1": 1.4, "F2": 1.1}, fit=WORSE)[0] == "F3"  # half a point of judgement decides nothing


def test_a_place_on_a_list_puts_nobody_first() -> None:
    assert names(tiers={"F3": "global500(2022)"}) == ["F1", "F2", "F3"]


def test_a_quota_holds_back_no_reason_to_call() -> None:
    assert names(quota=0.3, motives={"F2": 0.0, "F1": 1.0}) == ["F2", "F1", "F3"]
    assert order(quota=0.3)[0] == ("F1", 1)


def test_a_segment_that_lacks_nothing_comes_behind_those_that_do_unless_there_is_a_reason() -> None:
    given = {"doors": ("F1",), "likely": {"F1": "high"}, "fit": {"F1": 9.0}}
    assert names(**given) == ["F1", "F2", "F3"]
    assert names(states={"F1": "normal"}, **given) == ["F2", "F3", "F1"]
    assert names(states={"F1": "present_unlisted"}, **given) == ["F2", "F3", "F1"]
    assert names(states={"F1": "normal"}, motives={"F1": 1.0}, **given) == ["F1", "F2", "F3"]


@pytest.mark.parametrize(
    "basis",
    [{"buyers": 1}, {"doors": ("F1",)}, {"motives": {"F1": 1.0}}, {"signals": ("F1",)}, {"fit": {"F1": 0.1}},
     {"fit": {"F1": float("nan")}}],
)  # fmt: skip
def test_a_row_without_any_local_ground_has_no_rank_and_is_never_dropped(basis: dict[str, object]) -> None:
    bare: dict[str, object] = {"fit": {"F1": -0.5}, "buyers": 0}
    assert order(**bare) == [("F2", 1), ("F3", 1), ("F1", None)]
    assert dict(order(**(bare | basis)))["F1"] is not None


def test_the_order_of_the_plan_can_be_kept(tmp_path: Path) -> None:
    shipped = Path(cg.__file__).parent / "library" / "strategies" / "extend.toml"
    content = shipped.read_text(encoding="utf-8")
    new = 'order = ["motive", "door", "standing", "likelihood", "severity", "fit"]'
    assert new in content
    file = tmp_path / "old.toml"
    file.write_text(content.replace(new, 'order = "plan"'), encoding="utf-8")
    assert load_strategy(file).order == ("signal", "tier", "severity", "fit")
    plan = tomllib.loads(content)["rank"]["plan"]
    assert list(load_strategy(file).order) == plan
    file.write_text(content.replace(new, 'order = "plans"'), encoding="utf-8")
    with pytest.raises(UnknownNameError, match="order"):
        load_strategy(file)


@functools.cache
def surveyed(contact: str = "", knows: str = "") -> pd.DataFrame:
    tables = toy_tables()
    if contact:
        row = {"firm_id": contact, "channel": "board_office", "contact": "0551-1234567", "source": "官网"}
        tables = with_rows(tables, "contacts", row)
    if knows:
        row = {"introducer": "某商会", "kind": "chamber", "knows_id": knows, "country": "中国", "source": "名录"}
        tables = with_rows(tables, "introducers", row)
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2026-01-01")
    rows = found.targets["zh"]
    return rows[(rows["chain_id"] == "pv") & (rows["candidate_list"] == "new")].reset_index(drop=True)


def test_a_public_contact_and_an_introducer_that_knows_the_firm_are_doors() -> None:
    plain = surveyed()["firm_id"].tolist()
    last = plain[-1]
    assert surveyed(contact=last)["firm_id"].tolist().index(last) < len(plain) - 1
    assert surveyed(knows=last)["firm_id"].tolist().index(last) < len(plain) - 1
