"""What the standing of firms holds against them: one test per rule, each failing when its rule goes."""

from __future__ import annotations

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.standing_gates import what_is_known
from chaingraph.choosing.surveying import survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.facts.groups import families
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from tests.made_facts import with_rows
from tests.toy import toy_tables

DAY = "2024-06-01"


def signal(firm: str, kind: str, **said: object) -> dict[str, object]:
    return {"firm_id": firm, "kind": kind, "date": "2024-03-01", "source": "公告", **said}


def held(tables: dict[str, pd.DataFrame]) -> set[tuple[str, str | None, str]]:
    graph = ChainGraph("toy", tables)
    with open_engine(survey_tables(graph, firm_places(graph, "嘉兴"))) as query:
        rows = what_is_known(graph, query, "嘉兴", families(query), DAY).held
    firms, segments, gates = rows["firm_id"], rows["segment_id"].astype(object), rows["gate"]
    return {(f, s if isinstance(s, str) else None, g) for f, s, g in zip(firms, segments, gates, strict=True)}


def found(tables: dict[str, pd.DataFrame]) -> Findings:
    return cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of=DAY)


def new(findings: Findings, chain: str = "pv") -> set[str]:
    rows = findings.targets["zh"]
    return set(rows.loc[(rows["chain_id"] == chain) & (rows["candidate_list"] == "new"), "firm_id"])


def test_the_business_sold_is_the_segment_s_and_not_the_firm_s() -> None:
    tables = with_rows(toy_tables(), "firm_signals", signal("O04", "divestment", segment_id="PV04", date="2015"))
    assert ("O04", "PV04", "sold") in held(tables)  # however long ago
    rows = found(tables).targets["zh"]
    assert set(rows.loc[rows["firm_id"] == "O04", "segment_id"]) == {"HY01", "PV05"} & set(rows["segment_id"])
    assert "O04" in new(found(tables))  # it still makes PV05's node


@pytest.mark.parametrize(("kind", "gate"), [("divestment", "sold"), ("exit", "left_trade")])
def test_which_business_is_not_said_holds_back_only_who_is_known_for_one(kind: str, gate: str) -> None:
    tables = with_rows(toy_tables(), "firm_signals", signal("O09", kind), signal("O04", kind))
    assert ("O09", None, gate) in held(tables)  # wafers are all that is known of it
    assert not {row for row in held(tables) if row[0] == "O04"}  # inverters and power supplies: which, is not known
    assert "O09" not in new(found(tables))


@pytest.mark.parametrize(("kind", "gate"), [("merged", "merged"), ("revoked", "dissolved")])
def test_a_firm_that_is_no_more_is_held_back_whenever_it_was(kind: str, gate: str) -> None:
    tables = with_rows(toy_tables(), "firm_signals", signal("O04", kind, date="2012-01"))
    assert ("O04", None, gate) in held(tables)
    assert "O04" not in new(found(tables))


def elsewhere(firm: str = "O04", **said: object) -> dict[str, object]:
    return signal(firm, "expansion", place="湖州", site_status="decided_elsewhere", **said)


def test_a_place_decided_elsewhere_holds_for_two_years() -> None:
    assert ("O04", None, "decided_elsewhere") in held(with_rows(toy_tables(), "firm_signals", elsewhere()))
    assert not held(with_rows(toy_tables(), "firm_signals", elsewhere(date="2022-05-31")))
    assert not held(with_rows(toy_tables(), "firm_signals", elsewhere(date=None)))  # any age: unknown holds nobody back


def parts(tables: dict[str, pd.DataFrame]) -> set[tuple[str, str]]:
    graph = ChainGraph("toy", tables)
    with open_engine(survey_tables(graph, firm_places(graph, "嘉兴"))) as query:
        rows = what_is_known(graph, query, "嘉兴", families(query), DAY).segment_gates
    return set(zip(rows["firm_id"], rows["node_id"], strict=True))


def test_a_decision_elsewhere_holds_for_like_products_of_the_firm_in_other_segments() -> None:
    decided = elsewhere(segment_id="PV04")
    assert parts(with_rows(toy_tables(), "firm_signals", decided)) == {("O04", "PV04")}  # no power supplies
    makes = {"firm_id": "O04", "segment_id": "HY03", "kind": "maker", "product": "逆变器散热极板", "source": "年报"}
    tables = with_rows(with_rows(toy_tables(), "firm_signals", decided), "firm_segments", makes)
    assert parts(tables) == {("O04", "PV04"), ("O04", "HY03")}
    sold = signal("O04", "divestment", segment_id="PV04")
    tables = with_rows(with_rows(toy_tables(), "firm_signals", sold), "firm_segments", makes)
    assert parts(tables) == {("O04", "PV04")}  # a business that was sold is that business alone


def test_an_open_site_after_it_brings_the_firm_back_and_silence_does_not() -> None:
    opened = signal("O04", "capacity_full", date="2024-05", site_status="open")
    assert not held(with_rows(toy_tables(), "firm_signals", elsewhere(), opened))
    silent = signal("O04", "capacity_full", date="2024-05")
    assert held(with_rows(toy_tables(), "firm_signals", elsewhere(), silent))
    before = signal("O04", "capacity_full", date="2024-02", site_status="open")
    assert held(with_rows(toy_tables(), "firm_signals", elsewhere(), before))


def test_a_group_that_is_here_is_asked_to_reinvest_whatever_it_decided_elsewhere() -> None:
    assert not held(with_rows(toy_tables(), "firm_signals", elsewhere("O01")))  # owns L02 in 海宁市


def test_a_project_that_ended_holds_back_its_segment_and_never_the_firm() -> None:
    ended = signal("O04", "exit", stage="ended")
    assert not held(with_rows(toy_tables(), "firm_signals", ended))
    assert held(with_rows(toy_tables(), "firm_signals", {**ended, "segment_id": "PV04"})) == {("O04", "PV04", "ended")}


def test_who_left_the_region_is_held_back_for_two_years_and_is_no_unit() -> None:
    site = {"firm_id": "O04", "region": "嘉善县", "kind": "plant", "until": "2024-01", "source": "走访"}
    tables = with_rows(toy_tables(), "firm_sites", site)
    assert held(tables) == {("O04", None, "left")}
    tables = with_rows(toy_tables(), "firm_sites", {**site, "until": "2019"})
    assert not held(tables)
    rows = found(tables).targets["zh"]
    assert set(rows.loc[rows["firm_id"] == "O04", "candidate_kind"]) == {"contacted"}  # on record, and no new name


def test_what_is_signed_here_is_reinvestment_with_its_unit() -> None:
    project = {"project_id": "p1", "firm_id": "O09", "unit_id": "L05", "region": "平湖市", "source": "签约报道"}
    signed = signal("O09", "expansion", date="2024-04", place="平湖市", stage="signed", project_id="p1")
    tables = with_rows(with_rows(toy_tables(), "projects", project), "firm_signals", signed)
    rows = found(tables).targets["zh"]
    own = rows[rows["firm_id"] == "O09"]
    assert set(own["candidate_list"]) == {"reinvest"}
    assert set(own["local_unit"]) == {"甲五太阳能有限公司"}
    plain = found(with_rows(toy_tables(), "firm_signals", {**signed, "project_id": None})).targets["zh"]
    assert set(plain.loc[plain["firm_id"] == "O09", "local_unit"]) == {"平湖市"}  # no unit named: the place


@pytest.mark.parametrize("review", ["pending", "rejected"])
def test_what_nobody_has_accepted_holds_back_nobody_and_moves_nobody(review: str) -> None:
    facts = (elsewhere(review=review), signal("O05", "insolvency", review=review), signal("O07", "land", review=review))
    tables = with_rows(toy_tables(), "firm_signals", *facts)
    assert not held(tables)
    rows = found(tables)
    assert "O05" in new(rows)
    listed = rows.targets["zh"]
    assert listed.loc[listed["firm_id"] == "O07", "signal"].isna().all()


def test_the_firms_held_back_are_told_with_date_source_and_way_back() -> None:
    told = found(with_rows(toy_tables(), "firm_signals", elsewhere())).held
    row = told["zh"].set_index(["chain_id", "firm_id"]).loc[("pv", "O04")]
    assert row["said"] == "近两年选址已定在外地（2024-03-01，湖州）"
    assert "改址" in row["way"]
    assert row["sources"] == "公告"
    insolvent = told["en"].set_index(["chain_id", "firm_id"]).loc[("pv", "O08")]
    assert insolvent["said"] == "Insolvency (2024-01-15)"
    assert "local" not in set(told["zh"]["gate"])  # firms seated here are no targets, and no news


def test_who_operates_in_the_whole_country_operates_here_and_is_no_new_name() -> None:
    operates = [
        {"firm_id": firm, "segment_id": "HY04", "kind": "operator", "product": "加氢站", "source": "年报"}
        for firm in ("O13", "O11", "O03")
    ]
    rows = found(with_rows(toy_tables(), "firm_segments", *operates)).targets["zh"]
    own = rows[rows["segment_id"] == "HY04"].set_index("firm_id")
    assert own.loc["O13", "candidate_kind"] == "operates"  # of the country's largest
    assert own.loc["O13", "candidate_list"] == "reinvest"
    assert "全国性运营企业" in own.loc["O13", "local_unit"]
    assert "本地的分支机构" in own.loc["O13", "next_step"]
    assert own.loc["O11", "candidate_kind"] == "new"  # of Japan's
    assert own.loc["O03", "candidate_kind"] == "new"  # not on those lists
    makes = [{**row, "kind": "maker"} for row in operates]
    rows = found(with_rows(toy_tables(), "firm_segments", *makes)).targets["zh"]
    group = rows[rows["firm_id"].isin(("O13", "O06"))]
    assert set(group["candidate_kind"]) == {"new"}  # a plant stands in one place
