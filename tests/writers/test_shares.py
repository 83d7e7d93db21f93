"""A local firm's share of a likeness is one figure, whichever face a reader looks at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.labels import LANGUAGES, text
from chaingraph.model.columns import split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.brief import write_up
from chaingraph.wording.firm import both_lists, nearest_locals
from chaingraph.writers.page.page import one_page
from chaingraph.writers.workbook.workbook import write_workbook
from tests.made_national import national_case
from tests.toy import toy_tables

REFERENCES = ("none", "listed", "national")


@pytest.fixture(scope="module")
def graph() -> ChainGraph:
    return ChainGraph("toy", toy_tables())


@pytest.fixture(scope="module", params=REFERENCES)
def found(request: pytest.FixtureRequest, graph: ChainGraph) -> Findings:
    reference = {"none": None, "listed": "listed", "national": national_case()}[request.param]
    return cg.survey(graph, region="嘉兴", as_of="2024-06", reference=reference, draws=0)


def expected(found: Findings, lang: str) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """By list, chain and firm: the first local firms with their shares as they have to be printed."""
    name = "local_firm" if lang == "zh" else "local_firm_en"
    first = found.shares[found.shares["rank"] <= 3].sort_values("rank")
    held: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in first.to_dict("records"):
        key = (row["list"], row["chain_id"], row["firm_id"])
        held.setdefault(key, []).append((row[name], f"{row['share']:.0%}"))
    return held


def rows_of(found: Findings, lang: str) -> list[tuple[tuple[str, str, str], Mapping[Any, Any]]]:
    return [
        ((name, row["chain_id"], row["firm_id"]), row)
        for name, table in (("main", found.targets[lang]), ("leader", found.leader_targets[lang]))
        for row in table.to_dict("records")
    ]


def test_the_three_references_give_shares_of_their_own(graph: ChainGraph) -> None:
    """Else a test of one of them would be a test of all."""
    figures = [
        expected(cg.survey(graph, region="嘉兴", reference=reference, draws=0), "zh")["main", "pv", "O03"]
        for reference in (None, "listed", national_case())
    ]
    assert len({str(figure) for figure in figures}) == 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reasons_say_the_share(found: Findings, lang: str) -> None:
    shares = expected(found, lang)
    assert shares
    for key, row in rows_of(found, lang):
        named = [text("explain.firm_share", lang, firm=firm, share=share) for firm, share in shares.get(key, [])]
        assert text("gaps.list_separator", lang).join(named) in row["reasons"], key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explain_says_the_share(found: Findings, lang: str) -> None:
    shares = expected(found, lang)
    by_firm: dict[str, list[tuple[str, str]]] = {}
    for key, row in rows_of(found, lang):
        if pd.notna(row["fit_lift"]):  # without a basis there is no figure to add up
            by_firm.setdefault(key[2], []).extend(shares.get(key, []))
    for firm, said in by_firm.items():
        frame = [
            text("firm.local_alone", lang, firm=name, share=share).rsplit(share, 1)[0] + share for name, share in said
        ]
        told = [line for line in cg.explain(found, firm, lang=lang).splitlines() if line.startswith("    ")]
        assert len(told) == len(said)
        assert all(line.startswith(start) for line, start in zip(told, frame, strict=True)), firm


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_brief_says_the_share_of_the_row_that_carries_it(found: Findings, graph: ChainGraph, lang: str) -> None:
    shares = expected(found, lang)
    ranked = sorted(rows_of(found, lang), key=lambda item: (pd.isna(item[1]["rank"]), item[1]["rank"]))
    best: dict[str, tuple[str, str, str]] = {}
    for key, _ in ranked:
        best.setdefault(key[2], key)
    assert {key[0] for key in best.values()} == {"main", "leader"}
    for firm, key in best.items():
        brief = dict(write_up(found, graph, firm, on="2024-06-01", lang=lang).sections)
        said = "|".join(brief[text("brief.partners", lang)])
        for name, share in shares.get(key, []):
            assert text("brief.partner", lang, firm=name, share=share, words="").strip() in said, key


def test_the_page_says_the_share(found: Findings, graph: ChainGraph) -> None:
    names = graph["firms"].set_index("firm_id")["firm"]
    shares = expected(found, "zh")
    for chain in ("pv", "hy"):
        page = json.loads(one_page(found, graph, chain).split('id="payload">')[1].split("</script>")[0])
        assert page["targets"]
        for row in page["targets"]:
            key = ("leader" if row["list"] == "leader" else "main", chain, row["firm"])
            # As the browser prints it: Math.round is to the nearest.
            said = [(names[each["firm"]], f"{int(each['share'] * 100 + 0.5)}%") for each in row.get("shares", [])]
            assert said[:3] == shares.get(key, []), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_says_the_share(found: Findings, graph: ChainGraph, lang: str, tmp_path: Path) -> None:
    write_workbook(found, graph, tmp_path / "book.xlsx", lang=lang, pictures=False)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")[text("workbook.sheet_terms", lang)]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    near = text("workbook.column_near", lang)
    start = next(number for number, row in enumerate(cells) if near in row)
    said = sorted(row[cells[start].index(near)] or "" for row in cells[start + 1 :] if any(row))
    listed = {(name, chain, firm) for name, chain, firm in found.terms[["list", "chain_id", "firm_id"]].to_numpy()}
    shares = expected(found, lang)
    assert said == sorted("\n".join(f"{firm} {share}" for firm, share in shares.get(key, [])) for key in listed)


def test_shares_come_with_the_words_behind_them(found: Findings) -> None:
    words = {tuple(row[:4]): split(row[4]) for row in found.words.to_numpy()}
    by_text = found.shares[found.shares["text"] > 0].set_index(["list", "chain_id", "firm_id", "local_firm_id"])
    assert set(words) <= set(by_text.index)
    assert any(words.values())


def test_none_shared_is_said_only_where_words_were_looked_for(graph: ChainGraph) -> None:
    found = cg.survey(graph, region="嘉兴", as_of="2024-06", reference=None, draws=0)
    row = next(row for row in both_lists(found, "zh").to_dict("records") if nearest_locals(found, row, "zh"))
    first = nearest_locals(found, row, "zh")[0]
    assert first[2]
    chinese = replace(found, words=found.words.assign(words_en=""))
    assert nearest_locals(chinese, row, "en")[0][2] == "words in Chinese only"
    bare = replace(found, words=found.words.iloc[:0])
    assert nearest_locals(bare, row, "zh")[0] == (*first[:2], None)
    assert "共有产品词" not in cg.explain(bare, row["firm_id"]).split(first[0] + "（占")[1].splitlines()[0]
    by_code = replace(bare, shares=bare.shares.assign(text=0.0))
    assert nearest_locals(by_code, row, "zh")[0] == (*first[:2], "")
    assert "无共有产品词" in cg.explain(by_code, row["firm_id"])
