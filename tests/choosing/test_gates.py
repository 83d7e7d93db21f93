"""The gates and their order: one table, from which every text and every pool takes them."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.choosing import gates
from chaingraph.choosing.gates import GATES, Gate, firm_gates, gates_table, plainest
from chaingraph.engines.duckdb import open_engine
from chaingraph.labels import LANGUAGES, entries
from chaingraph.model.schema import TABLES
from tests.toy import toy_tables

TROUBLE = pd.DataFrame({"firm_id": ["O02", "O03", "O05"], "gate": ["downsizing", "insolvency", "downsizing"]})


def asked(statuses: dict[str, str]) -> dict[str, str]:
    firms = toy_tables()["firms"]
    firms = firms.assign(status=firms["firm_id"].map(statuses).astype("str"))
    with open_engine({"firms": firms}) as query:
        return firm_gates(query, TROUBLE)


def test_the_plainest_fact_about_a_firm_is_told() -> None:
    statuses = {"O01": "operating", "O02": "delisted", "O03": "dissolved", "O04": "insolvent", "O07": "sanctioned"}
    assert asked(statuses) == {
        "O02": "downsizing",
        "O03": "dissolved",
        "O04": "insolvency",
        "O05": "downsizing",
        "O07": "sanctioned",
    }


def test_the_order_is_that_of_the_table_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = tuple(reversed(GATES))
    monkeypatch.setattr(gates, "_ORDER", {gate.name: place for place, gate in enumerate(turned, start=1)})
    assert asked({"O02": "delisted", "O03": "dissolved"})["O02"] == "delisted"
    assert asked({"O03": "dissolved"})["O03"] == "insolvency"
    assert plainest(["dissolved", "not_maker"]) == "not_maker"


def test_a_gate_added_to_the_table_holds_firms_back(monkeypatch: pytest.MonkeyPatch) -> None:
    added = (Gate("operating", "made for this test", status="operating"), *GATES)
    monkeypatch.setattr(gates, "GATES", added)
    monkeypatch.setattr(gates, "_ORDER", {gate.name: place for place, gate in enumerate(added, start=1)})
    assert asked({"O02": "operating"})["O02"] == "operating"


def test_every_gate_has_words_and_every_word_a_gate() -> None:
    names = {gate.name for gate in GATES}
    assert len(names) == len(GATES)
    for lang in LANGUAGES:
        worded = set(entries("gates", lang))
        assert worded == names


def test_states_and_signs_of_gates_are_those_of_the_schema() -> None:
    table = gates_table()
    assert set(table["status"].dropna()) <= set(TABLES["firms"].column("status").choices)
    assert set(table["signal"].dropna()) <= set(TABLES["firm_signals"].column("kind").choices)
    for column in ("gate", "gate_order"):
        assert not table[column].duplicated().any()
    for column in ("status", "signal"):  # two gates of one state would count a firm twice
        assert not table[column].dropna().duplicated().any()
