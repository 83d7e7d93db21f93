"""English faces of data/jiaxing hold no Chinese but the registered names of firms that have no English one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.importers.chains import chain_tables
from chaingraph.model.chain_template import load_chain
from chaingraph.model.columns import split
from chaingraph.wording.english import english_of
from chaingraph.writers.case import write_case
from chaingraph.writers.page.english import PLACES
from tests.page_reader import payload_of

pytestmark = pytest.mark.long

CASE = Path(__file__).resolve().parents[1] / "data" / "jiaxing"
CHINESE = re.compile(r"[\u3400-\u9fff]")
ADDRESS = re.compile(r"https?://\S+")
LEGAL = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团股份|集团)$")
# What stands in both languages, and what shows a registered name on purpose.
AS_IT_IS = {"labels", "codes", "places", "english", "full", "aliases", "former_names", "initials"}


@pytest.fixture(scope="module")
def case() -> cg.Case:
    return cg.read_case(CASE)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("english")
    cg.run(CASE, region="嘉兴", out=out, lang="en", chains=["核医药", "氢能"], draws=0)
    return out


@pytest.fixture(scope="module")
def firm_names(case: cg.Case) -> re.Pattern[str]:
    """Every name of a firm, and what is left of it where a picture leaves its legal form out; the longest first."""
    firms = case["firms"]
    names = {name for cell in firms["firm"] for name in (cell, LEGAL.sub("", cell))}
    names |= {part for column in ("aliases", "former_names") for cell in firms[column] for part in split(cell)}
    chinese = sorted((name for name in names if CHINESE.search(name)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, chinese)))


def left_over(texts: Iterator[tuple[str, str]], names: re.Pattern[str]) -> dict[str, str]:
    """Texts with Chinese beside names of firms and addresses, by what is Chinese; and where one stands."""
    found: dict[str, str] = {}
    for where, said in texts:
        if CHINESE.search(said) and CHINESE.search(rest := ADDRESS.sub("", names.sub("", said))):
            found.setdefault(rest[:80], f"{where}: {said[:120]}")
    return found


def cells(book: Path) -> Iterator[tuple[str, str]]:
    for sheet in openpyxl.load_workbook(book, read_only=True):
        for row in sheet.iter_rows(values_only=True):
            yield from ((sheet.title, value) for value in row if isinstance(value, str))


def shown(value: Any, words: dict[str, str], places: dict[str, str], key: str = "") -> Iterator[tuple[str, str]]:
    """What a page in English shows of its payload."""
    if isinstance(value, str):
        yield key, places.get(value, value) if key in PLACES else words.get(value, value)
    elif isinstance(value, list):
        for each in value:
            yield from shown(each, words, places, key)
    elif isinstance(value, dict) and "zh" in value:
        yield from shown(value["en"], {}, {}, key)
    elif isinstance(value, dict):
        for name, held in value.items():
            if name not in AS_IT_IS:
                yield from shown(held, words, places, name)


def test_the_workbook(written: Path, firm_names: re.Pattern[str]) -> None:
    assert left_over(cells(written / "shortlist.xlsx"), firm_names) == {}


@pytest.mark.parametrize("page", ["index", "NM", "HY"])
def test_a_page(written: Path, firm_names: re.Pattern[str], page: str) -> None:
    payload = payload_of((written / f"{page}.html").read_text(encoding="utf-8"))
    assert left_over(shown(payload, payload["english"], payload["places"]), firm_names) == {}


def test_a_case_from_a_template(tmp_path: Path) -> None:
    """Words of the template have English; of a firm's own product the words that are known, and a mark."""
    tables = chain_tables([load_chain("新型显示")])
    firms = pd.DataFrame(
        {
            "firm_id": ["a", "b"],
            "firm": ["合肥甲光电有限公司", "深圳乙显示有限公司"],
            "country": ["中国"] * 2,
            "province": ["安徽", "广东"],
            "city": ["合肥", "深圳"],
        }
    )
    made = {"segment_id": ["ND12", "ND02"], "product": ["甲牌触摸屏总成", "TFT偏光片、光学膜"]}
    rows = pd.DataFrame({"firm_id": ["a", "b"], **made, "basis": ["seat"] * 2, "source": ["分析判断"] * 2})
    write_case(cg.Case("合肥", {**tables, "firms": firms, "firm_segments": rows}), tmp_path / "case")
    cg.run(tmp_path / "case", region="合肥", out=tmp_path / "out", lang="en", draws=0)
    names = re.compile("|".join([*firms["firm"], "合肥甲光电", "深圳乙显示"]))
    said = "".join(value for _, value in cells(tmp_path / "out" / "shortlist.xlsx"))
    assert "polarisers, optical films [in part]" in said
    assert left_over(cells(tmp_path / "out" / "shortlist.xlsx"), names) == {}
    for page in ("index", "ND"):
        payload = payload_of((tmp_path / "out" / f"{page}.html").read_text(encoding="utf-8"))
        assert left_over(shown(payload, payload["english"], payload["places"]), names) == {}


def test_explain_and_brief(case: cg.Case, firm_names: re.Pattern[str]) -> None:
    graph = cg.build_graph(case).chain("核医药")
    found = cg.survey(graph, region="嘉兴", draws=0)
    firm = found.targets["en"]["firm_id"].iloc[0]
    said = [("explain", line) for line in cg.explain(found, firm, graph, lang="en").splitlines()]
    assert said
    assert left_over(iter(said), firm_names) == {}


def test_every_name_that_a_table_holds_has_english(case: cg.Case) -> None:
    """Whoever adds rows adds the words they bring to translations.csv, or to chaingraph/library/english.csv."""
    graph = cg.build_graph(case)
    english = english_of(graph)
    lacking: dict[str, list[str]] = {}
    for table, columns in {
        "firm_segments": ("product",),
        "firm_links": ("product",),
        "firm_signals": ("product", "place", "instead_place", "capacity"),
        "firm_sites": ("site", "region"),
        "projects": ("product", "zone", "region"),
        "segments": ("keywords",),
        "zones": ("zone",),
        "carriers": ("carrier",),
        "policies": ("policy", "issuer", "level", "doc_no"),
        "introducers": ("introducer",),
        "parcels": ("parcel", "zone", "use"),
        "premises": ("premise_id", "zone"),
        "funds": ("fund", "type", "manager"),
        "designations": ("name",),
    }.items():
        for column in columns:
            held = graph[table][column].dropna().drop_duplicates()
            missing = [text for text in held if english.known(text) is None]
            if missing:
                lacking[f"{table}.{column}"] = missing
    assert lacking == {}
