"""The order of new targets: reason to call, door, likelihood, severity in whole points, fit; and who has no rank."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.motives import find_motives
from chaingraph.choosing.ranking import rank_lists
from chaingraph.choosing.ways import Ways, find_ways
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
    near: dict[str, float] | None = None,
    shrinking: tuple[str, ...] = (),
    suppliers: tuple[str, ...] = (),
    elsewhere_here: tuple[str, ...] = (),
    owners: dict[str, str] | None = None,
    name: str = "main",
) -> list[tuple[str, int | None]]:
    """Firm and rank of a list of three, each in a segment of its own unless a quota is asked about."""
    segments = dict.fromkeys(FIRMS, "S") if quota < 1 else {firm: f"S{firm}" for firm in FIRMS}
    kind = "new" if here is None else "reinvest"
    rows = pd.DataFrame(
        [
            {"list": name, "chain_id": "C", "candidate_list": kind, "candidate_kind": kind,
             "group_id": (owners or {}).get(firm, firm), "firm_id": firm, "segment_id": segments[firm],
             "product": "p", "kind": "maker", "confidence": "seen",
             "source": "s", "as_of": "2024", "gate": None, "likelihood": (likely or {}).get(firm)}
            for firm in FIRMS
        ]
    ).astype({"likelihood": "str"})  # fmt: skip
    scores = rows[["list", "chain_id", "firm_id"]].assign(s=[(fit or {}).get(firm, 1.0) for firm in FIRMS])
    facts = pd.DataFrame(
        {
            "signal": ["order" if firm in signals else None for firm in FIRMS],
            "tiers": [(tiers or {}).get(firm) for firm in FIRMS],
            "reach": 0.5,
            "parent_id": [(owners or {}).get(firm) for firm in FIRMS],
            "site_status": ["decided_elsewhere" if firm in elsewhere else None for firm in FIRMS],
        },
        index=list(FIRMS),
    )
    by_segment = {segments[firm]: (severity or {}).get(firm, 1.0) for firm in FIRMS}
    gaps = pd.DataFrame({"severity": by_segment, "state": "thin", "local_demand": buyers})
    gaps["state"] = pd.Series({segments[firm]: (states or {}).get(firm, "thin") for firm in FIRMS})
    plan = load_strategy("extend")
    plan = type(plan)(**{**plan.__dict__, "quota": quota})
    units = frozenset({(firm, segments[firm]) for firm in here or ()} | {(firm, "other") for firm in elsewhere_here})
    ways = Ways(
        {(firm, segments[firm]): level for firm, level in (motives or {}).items()},
        frozenset(("C", firm) for firm in (*doors, *suppliers)),
        frozenset(checked),
        units,
        near or {},
        frozenset((firm, segments[firm]) for firm in shrinking),
        frozenset(("C", firm) for firm in suppliers),
    )
    with open_engine({}) as query:
        ranked = rank_lists(query, rows, scores, facts, gaps, set(), ways, {f"{name}:C": plan}, top=3)
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
    assert names(checked=("F2",), doors=("F1",), **given) == ["F2", "F1", "F3"]


def test_who_has_chosen_a_site_elsewhere_comes_behind_all_others() -> None:
    assert names(checked=("F1", "F2"), elsewhere=("F1",), fit={"F1": 9.0}) == ["F2", "F3", "F1"]
    # A group that is here is asked to enlarge what it has, wherever it has built last.
    given = {"checked": ("F1", "F2"), "elsewhere": ("F1",), "fit": {"F1": 9.0}}
    assert names(here=("F1", "F2", "F3"), **given) == ["F2", "F1", "F3"]


def test_who_shrinks_comes_behind_who_was_never_looked_at() -> None:
    assert names(checked=("F1", "F2"), shrinking=("F1",), fit={"F1": 9.0}, doors=("F1",)) == ["F2", "F3", "F1"]


def test_news_that_is_no_reason_any_more_comes_before_silence() -> None:
    assert names(motives={"F2": 1.5, "F3": 1.0}, likely={"F1": "high"}, fit={"F1": 9.0}) == ["F3", "F2", "F1"]


def test_of_equal_standing_who_is_near_comes_first_and_unknown_is_not_far() -> None:
    given = {"doors": ("F3",), "likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    assert names(near={"F2": 0.0, "F3": 3.0}, **given) == ["F2", "F1", "F3"]
    assert names(near={"F1": 1.0, "F2": 0.0, "F3": 3.0}, **given) == ["F2", "F1", "F3"]
    assert names(near={"F2": 0.0}, motives={"F3": 1.0}, fit={"F2": 9.0})[0] == "F3"  # a reason outweighs the way


def test_the_largest_come_behind_unless_something_dated_speaks_for_them() -> None:
    given = {"tiers": {"F1": "global500(2025)", "F2": "listed;soe?"}, "fit": {"F1": 9.0, "F2": 8.0}}
    assert names(**given) == ["F3", "F1", "F2"]
    assert names(motives={"F1": 1.0}, **given)[0] == "F1"


def test_on_a_leaders_list_its_own_trade_comes_before_other_doors() -> None:
    given = {"doors": ("F1",), "suppliers": ("F2",), "likely": {"F1": "high"}, "fit": WORSE}
    assert names(name="leader", **given) == ["F2", "F1", "F3"]
    assert names(**given)[0] == "F1"


CHECKED = FIRMS[:2]


@pytest.mark.parametrize(
    ("given", "ranked"),
    [
        ({"motives": {"F1": 1.0}}, ["F1"]),
        ({"motives": {"F1": 1.5, "F2": 0.0}}, ["F2"]),  # news that is no reason any more
        ({"motives": {"F1": 1.25, "F2": 1.75}}, ["F1"]),  # the prospectus of F2 is read first
        ({"motives": {"F2": 1.75}}, []),
        ({"motives": {"F2": 1.75}, "checked": ("F2",), "doors": ("F2",), "near": {"F2": 0.0}}, ["F2"]),
        ({"motives": {"F1": 1.0, "F2": 1.0}, "shrinking": ("F2",)}, ["F1"]),
        ({"motives": {"F1": 1.0, "F2": 1.0}, "elsewhere": ("F2",)}, ["F1"]),
        ({"motives": dict.fromkeys(CHECKED, 1.5), "checked": CHECKED, "doors": CHECKED, "near": {"F1": 0.0}}, ["F1"]),
        ({"motives": {"F1": 1.5}, "checked": ("F2",), "doors": ("F1",), "near": {"F1": 0.0}}, []),
        ({"checked": CHECKED, "doors": ("F1",), "near": {"F1": 0.0}}, []),  # a door says how, not why
        ({"name": "leader", "motives": {"F1": 0.5, "F2": 1.0}, "near": {"F1": 1.0, "F2": 0.0}}, ["F2"]),
        ({"name": "leader", "motives": {"F1": 0.5, "F2": 0.0}, "near": {"F1": 3.0, "F2": 3.0}}, ["F2"]),  # open
        ({"name": "leader", "motives": {"F1": 1.0}, "near": {"F1": 3.0}, "doors": ("F1",)}, ["F1"]),
        ({"name": "leader", "motives": {"F1": 1.0}, "near": {"F1": 3.0}, "suppliers": ("F1",)}, ["F1"]),
        ({"name": "leader", "motives": {"F1": 1.0}}, ["F1"]),  # not known is not far
        ({"doors": ("F1",), "near": {"F1": 0.0}}, list(FIRMS)),  # nobody has looked: silence tells nothing
        ({"checked": CHECKED}, []),  # most have been looked at, and nothing was found
        ({"checked": FIRMS[:1]}, list(FIRMS)),
        ({"here": ("F1",)}, ["F1", "F2", "F3"]),  # what the units of F2 and F3 make, nobody has said
        ({"here": ("F1",), "shrinking": ("F2",)}, ["F1", "F3"]),
        ({"here": FIRMS, "checked": FIRMS, "motives": {"F2": 1.5}}, ["F2"]),  # the others: a courtesy visit
        ({"here": FIRMS, "checked": FIRMS, "motives": {"F1": 1.375, "F2": 1.0}}, ["F2"]),  # building here: served
        ({"here": FIRMS, "checked": FIRMS[:1], "motives": {"F2": 1.375}}, list(FIRMS)),
    ],
)  # fmt: skip
def test_a_rank_is_for_those_there_is_something_to_call_about(given: dict[str, object], ranked: list[str]) -> None:
    told = order(**given)
    assert sorted(firm for firm, rank in told if rank is not None) == ranked
    assert len(told) == len(FIRMS)  # who has none is kept
    assert [rank is None for _, rank in told] == sorted(rank is None for _, rank in told)


def test_a_group_whose_units_here_make_something_else_waits() -> None:
    assert order(here=("F1",), elsewhere_here=("F2",))[-1] == ("F2", None)


def test_a_group_is_asked_to_enlarge_first_what_its_unit_here_makes() -> None:
    given = {"likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    given |= {"elsewhere_here": ("F1", "F3")}
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
    new = 'order = ["motive", "standing", "near", "door", "size", "likelihood", "severity", "fit"]'
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
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2028-01-01")
    rows = found.targets["zh"]
    return rows[(rows["chain_id"] == "pv") & (rows["candidate_list"] == "new")].reset_index(drop=True)


def test_a_public_contact_and_an_introducer_that_knows_the_firm_are_doors() -> None:
    first, second = surveyed()["firm_id"].tolist()[:2]  # both within an hour, and of neither anything recent is known
    assert surveyed(contact=second)["firm_id"].tolist()[:2] == [second, first]
    assert surveyed(knows=second)["firm_id"].tolist()[:2] == [second, first]


def test_a_fact_of_another_trade_is_no_reason_for_a_row_nor_a_word_against_it() -> None:
    """Of the first firm's two trades the fact is of one; where it names neither it is of both."""
    for kind, levels in (("fundraising", 1.0), ("divestment", None)):
        for product, of in (("数码印花", {"A"}), (None, {"A", "B"})):
            ways = ways_of(kind=kind, product=product)
            told = {segment for _, segment in (ways.motives if levels else ways.shrinking)}
            assert told == of


def test_news_counts_for_two_years_while_it_names_no_place() -> None:
    assert set(ways_of(kind="order", date="2024-02").motives.values()) == {1.5}
    assert not ways_of(kind="order", date="2023-11").motives
    assert not ways_of(kind="order", date="2024-02", place="合肥").motives
    assert not ways_of(kind="order", date="2024-02", site_status="decided_elsewhere").motives
    assert not ways_of(kind="order", date="2024-02", review="pending").motives


def test_a_reason_of_the_last_nine_months_comes_before_an_older_one() -> None:
    listing = {"kind": "fundraising", "text": "港交所上市募集资金到账"}
    assert set(ways_of(**listing, date="2025-04").motives.values()) == {1.0}
    assert set(ways_of(**listing, date="2025-03-31").motives.values()) == {1.0}
    assert set(ways_of(**listing, date="2025-02").motives.values()) == {1.25}
    assert set(ways_of(**listing, date="2024-10").motives.values()) == {1.25}  # within the 15 months of its kind
    assert set(ways_of(**listing, date="2024-08").motives.values()) == {1.5}  # two half-year reports have told since
    assert names(motives={"F2": 1.25, "F3": 1.0}, fit={"F2": 9.0})[:2] == ["F3", "F2"]


def test_who_needs_room_comes_before_who_has_money() -> None:
    for kind in ("capacity_full", "customer_win", "relocation"):
        assert set(ways_of(kind=kind, date="2025-11").motives.values()) == {0.5}, kind
    given = {"likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    assert names(motives={"F2": 0.5, "F3": 1.0}, **given)[:2] == ["F2", "F3"]


def test_a_reason_that_is_silent_on_its_site_counts_less_from_farther_than_an_hour() -> None:
    near = {"F1": 0.0, "F2": 1.0, "F3": 3.0}
    assert names(motives={"F1": 1.25, "F2": 1.0, "F3": 0.5}, near=near) == ["F1", "F3", "F2"]
    assert names(motives={"F1": 1.25, "F3": 0.0}, near=near)[0] == "F3"  # a site that is open is open from anywhere
    assert names(motives={"F1": 1.25, "F3": 1.0}, near={"F1": 0.0})[0] == "F3"  # not known is not far
    assert names(motives={"F1": 1.25, "F3": 1.0}, near=near, here=FIRMS)[0] == "F3"  # who is here is here


def test_money_whose_site_a_prospectus_names_comes_behind_every_other_dated_fact() -> None:
    """Of who issues on an exchange the page's silence on the place is no sign that it is open."""
    public = {"kind": "fundraising", "text": "科创板IPO获受理,募投地点未见于摘录", "date": "2025-11"}
    assert set(ways_of(**public).motives.values()) == {1.75}
    assert set(ways_of(**public | {"date": "2024-02"}).motives.values()) == {1.75}
    for text in ("完成B轮融资", "向港交所递表,科创板申请已撤回"):
        assert set(ways_of(**public | {"text": text}).motives.values()) == {1.0}
    assert set(ways_of(**public | {"site_status": "open"}).motives.values()) == {0.0}
    assert set(ways_of(**public | {"kind": "relocation", "text": "定增实施地点由甲变更"}).motives.values()) == {0.5}
    private = {"firm_id": "F", "signal_id": "s0", "kind": "fundraising", "date": "2025-10", "text": "完成B轮融资"}
    assert set(ways_of(private, **public).motives.values()) == {1.0}  # an older reason that is none of that kind
    assert names(motives={"F1": 1.75, "F2": 1.5, "F3": 1.25}) == ["F3", "F2", "F1"]
    assert names(motives={"F1": 1.75, "F2": 1.375}, here=FIRMS)[0] == "F1"  # its prospectus may name this very place
    assert names(motives={"F3": 1.75}, fit={"F2": 9.0})[0] == "F3"


def test_what_a_group_builds_here_speaks_for_its_next_step_here() -> None:
    built = {"kind": "new_unit", "date": "2024-02", "place": "海盐县"}
    assert set(ways_of(**built).motives.values()) == {1.375}
    assert set(ways_of(**built | {"place": None, "site_status": "decided_here"}).motives.values()) == {1.375}
    for change in ({"place": "合肥"}, {"place": None}, {"stage": "ended"}, {"site_status": "decided_elsewhere"}):
        assert not ways_of(**built | change).motives
    given = {"motives": {"F2": 1.375}, "likely": {"F3": "high"}, "severity": WORSE, "fit": WORSE}
    assert names(here=FIRMS, **given)[0] == "F2"
    assert names(**given)[0] == "F3"  # a new target is none who builds here


def test_the_owner_is_asked_and_not_one_of_its_works() -> None:
    assert [firm for firm, _ in order(owners={"F1": "F2"}, severity={"F1": 3.0})] == ["F2", "F3"]
    assert [firm for firm, _ in order(owners={"F1": "F2"}, severity={"F1": 3.0}, here=())] == ["F1", "F3"]
    assert "F1" in names(owners={"F1": "owner of whom nobody asks"})


def test_a_newer_reason_outweighs_that_it_shrank() -> None:
    older = {"firm_id": "F", "signal_id": "s0", "kind": "downsizing", "date": "2025-01", "text": "裁员"}
    assert ways_of(older, kind="fundraising").shrinking == frozenset()
    assert ways_of(older | {"date": "2025-12"}, kind="fundraising").shrinking == {("F", "A"), ("F", "B")}


def ways_of(*more: dict[str, object], **fact: object) -> Ways:
    """What one dated fact says of a firm that makes printed silk (A) and lasers (B); the day is 2025-12-31."""
    tables = toy_tables()
    segments = tables["segments"]
    for segment, name in (("A", "印花丝绸"), ("B", "激光器")):
        segments = pd.concat([segments, segments.iloc[[0]].assign(segment_id=segment, segment=name, keywords=None)])
    row = {"firm_id": "F", "signal_id": "s1", "kind": "order", "date": "2025-11", "text": "消息", **fact}
    signals = with_rows(tables, "firm_signals", row, *more)["firm_signals"]
    firms = with_rows(tables, "firms", {"firm_id": "F", "firm": "甲公司"})["firms"]
    tables = {**tables, "segments": segments.astype(tables["segments"].dtypes), "firm_signals": signals, "firms": firms}
    graph = ChainGraph("toy", tables)
    pairs = pd.DataFrame({"chain_id": "C", "firm_id": "F", "segment_id": ["A", "B"], "product": ["印花", None]})
    doors = pd.DataFrame({"chain_id": [], "firm_id": [], "step": [], "kind": [], "from_id": [], "to_id": []})
    groups = pd.DataFrame({"firm_id": ["F"], "group_id": ["F"]})
    here = pd.DataFrame({"firm_id": [], "segment_id": []})
    day = "2025-12-31"
    return find_ways(graph, pairs, find_motives(graph, day), doors, groups, here, day, region="嘉兴", leaders={})
