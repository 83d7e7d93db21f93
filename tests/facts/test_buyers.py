"""Buyers and whom to ask: possible ones and known ones, equipment, firms under secrecy, once a month."""

from __future__ import annotations

import pandas as pd

import chaingraph as cg
from chaingraph.facts.gaps import _known_buyers
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.gaps import weekly_questions
from chaingraph.wording.phrases import say
from tests.toy import toy_tables


def gaps(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return cg.find_gaps(ChainGraph("toy", tables), region="嘉兴", reference=None).set_index("segment_id")


def reasons(tables: dict[str, pd.DataFrame], firm: str) -> str:
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2024-06-01")
    rows = found.targets["zh"]
    return str(rows.loc[(rows["firm_id"] == firm) & (rows["chain_id"] == "pv"), "reasons"].iloc[0])


def test_who_is_only_next_in_the_chain_may_buy_and_who_has_bought_buys() -> None:
    tables = toy_tables()
    assert "本地采购方有甲一新能源有限公司" in reasons(tables, "O03")  # L01 bought cells, and O02 supplies it
    tables["leader_purchases"] = tables["leader_purchases"].iloc[:0]
    tables["firm_links"] = tables["firm_links"].iloc[:0]
    assert "可能的采购方（待问）有" in reasons(tables, "O03")


def test_equipment_is_bought_by_those_who_build_lines() -> None:
    tables = toy_tables()
    links = tables["segment_links"]
    into_modules = (links["from_segment_id"] == "PV02") & (links["to_segment_id"] == "PV03")
    assert gaps(tables).loc["PV02", "local_demand"] == 3
    equipment = {
        **tables,
        "segment_links": links.assign(flow=pd.Series(None, links.index, dtype="str").mask(into_modules, "equipment")),
    }
    assert gaps(equipment).loc["PV02", "local_demand"] == 0  # L01, L04, L05 produce, and build nothing
    made = tables["firm_segments"]
    building = made["status"].mask((made["firm_id"] == "L04") & (made["segment_id"] == "PV03"), "building")
    assert gaps({**equipment, "firm_segments": made.assign(status=building)}).loc["PV02", "local_demand"] == 1


def test_a_firm_under_secrecy_is_neither_named_as_buyer_nor_asked() -> None:
    tables = toy_tables()
    firms = tables["firms"]
    secret = pd.Series(firms["firm_id"].isin(["L01"]), index=firms.index, dtype="boolean")
    table = gaps({**tables, "firms": firms.assign(sensitive=secret)})
    assert "甲一" in gaps(tables).loc["PV02", "local_buyers"]
    assert not table["local_buyers"].fillna("").str.contains("甲一").any()
    assert not table["ask_whom"].fillna("").str.contains("甲一").any()


def test_people_are_asked_what_they_can_answer_and_a_firm_once() -> None:
    found = cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴", reference=None, draws=0)
    questions = found.questions["zh"]
    firms = questions.loc[~questions["ask_whom"].str.startswith("市"), "ask_whom"]
    assert firms.is_unique
    assert not questions["question"].str.contains("年采购额").any()
    assert questions["question"].str.contains("愿推荐哪三家").any()
    assert len(weekly_questions(found.gaps.frame)) == len(questions)
    assert say(found.questions.frame["question"].iloc[0], "en")


def test_a_filling_station_buys_no_electrolysers_cylinders_and_hydrogen() -> None:
    tables = toy_tables()
    assert gaps(tables).loc["HY02", "local_demand"] == 2  # two stations
    made = tables["firm_segments"]
    tables["firm_segments"] = made[(made["firm_id"] != "L08") | (made["segment_id"] != "HY04")]
    assert gaps(tables).loc["HY02", "local_demand"] == 0  # one, and nobody said what flows to it
    links = tables["segment_links"]
    into = (links["from_segment_id"] == "HY02") & (links["to_segment_id"] == "HY04")
    flows = pd.Series(None, links.index, dtype="str")
    stated = {**tables, "segment_links": links.assign(flow=flows.mask(into, "energy"))}
    assert gaps(stated).loc["HY02", "local_demand"] == 1
    made = tables["firm_segments"]
    builds = made["status"].mask((made["firm_id"] == "L09") & (made["segment_id"] == "HY04"), "building")
    assert gaps({**tables, "firm_segments": made.assign(status=builds)}).loc["HY02", "local_demand"] == 1


def test_a_supply_link_proves_the_product_whose_words_meet() -> None:
    tables = toy_tables()
    tables["leader_purchases"] = tables["leader_purchases"].iloc[:0]

    def buyers(product: str | None) -> dict[str, bool]:
        """Whether L01 is known to buy wafers and modules from O01, which makes both."""
        link = {"source_id": ["O01"], "target_id": ["L01"], "kind": ["supplies"], "product": [product]}
        links = pd.DataFrame(link).reindex(columns=tables["firm_links"].columns).astype(tables["firm_links"].dtypes)
        known = _known_buyers(ChainGraph("toy", {**tables, "firm_links": links}), {"L01", "L04"})
        return {segment: "L01" in known.get(segment, ()) for segment in ("PV01", "PV03")}

    assert buyers("单晶硅片(长单)") == {"PV01": True, "PV03": False}
    assert buyers("双玻光伏组件") == {"PV01": False, "PV03": True}
    assert buyers("咨询服务") == buyers(None) == {"PV01": False, "PV03": False}
