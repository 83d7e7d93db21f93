"""Scripts, styles and words of the pages: old browsers read them, every label is there, and none is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaingraph.labels import LANGUAGES, entries
from chaingraph.model.columns import (
    ADMISSIONS,
    BASES,
    CHAIN_CLASSES,
    CONFIDENCE,
    KINDS,
    STAGES,
    STATUSES,
    STRATEGIES,
    TIERS,
)
from chaingraph.model.results import GAP_STATES
from chaingraph.model.schema import TABLES
from chaingraph.model.strategy import code_captions

LIBRARY = Path(__file__).resolve().parents[3] / "chaingraph" / "library"
SCRIPTS = sorted((LIBRARY / "page").glob("*.js"))
STYLES = sorted((LIBRARY / "page").glob("*.css"))


def _asked_labels() -> Iterator[str]:
    for path in SCRIPTS:
        yield from re.findall(r"label\(\s*'([a-z_]+)'", path.read_text(encoding="utf-8"))
    for path in (LIBRARY / "page").glob("*.html"):
        yield from re.findall(r'data-label="([a-z_]+)"', path.read_text(encoding="utf-8"))


def test_every_label_that_a_script_asks_for_exists_and_none_is_left_over() -> None:
    held = set(entries("page", "zh"))
    asked = set(_asked_labels())
    assert not asked - held
    words = set(re.findall(r"'([a-z_]+)'", "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)))
    made = re.compile(
        r"(part|list|list_note|list_empty|filter|elsewhere|relation|zoom|region|band|bearing|place_counts|change|age_of|due|moves)_\w+"
    )  # put together from a key in the script
    python = {"noscript", "not_surveyed", "same_file", "no_former_run", "chain_not_before", "former_mixed"}
    left = {entry for entry in held - asked - python if entry not in words and not made.fullmatch(entry)}
    assert not left


def test_every_code_has_a_caption() -> None:
    columns = {column.name: column for table in TABLES.values() for column in table.columns}
    signals, sites = TABLES["firm_signals"].column("kind"), TABLES["firm_sites"].column("kind")
    codes = {
        "state": GAP_STATES,
        "state_note": GAP_STATES,
        "stage": STAGES,
        "strategy": STRATEGIES,
        "class": CHAIN_CLASSES,
        "kind": KINDS,
        "status": STATUSES,
        "basis": BASES,
        "confidence": CONFIDENCE,
        "tier": TIERS,
        "admission": ADMISSIONS,
        "signal": signals.choices,
        "site": sites.choices,
        "link": TABLES["firm_links"].column("kind").choices,
        "link_from": TABLES["firm_links"].column("kind").choices,
        "role": columns["role"].choices,
        "firm_status": TABLES["firms"].column("status").choices,
        "confirmed": TABLES["confirmations"].column("state").choices,
        "fill": ("recruit", "cultivate", "nearby", "unsuitable", "to_check"),
        "grade": "ABC",
        "grade_note": "ABC",
        "candidate": ("new", "reinvest", "leader"),
        "term": ("mix", "ppr", "near", "peers", "relatedness", "constant"),
        "ranking": ("global500", "specialised"),
    }
    for lang in LANGUAGES:
        captions = code_captions(lang)
        missing = [
            f"{group}_{code}" for group, held in codes.items() for code in held if f"{group}_{code}" not in captions
        ]
        assert not missing, lang


def test_no_firm_known_is_never_called_missing() -> None:
    assert "缺失" not in entries("codes", "zh")["state_none_known"] + entries("codes", "zh")["state_note_none_known"]
    assert "缺失" not in "".join(entries("page", "zh").values())
    assert "missing" not in entries("codes", "en")["state_none_known"].lower()


def test_a_leader_reads_no_jargon() -> None:
    words = re.compile(r"\bnats?\b|AUROC|\bLQ\b|kernel|核函数|对数似然|区位熵|bootstrap|PageRank|TF-IDF", re.IGNORECASE)
    for area in ("page", "codes"):
        for lang in LANGUAGES:
            assert not [text for text in entries(area, lang).values() if words.search(text)], (area, lang)


def test_scripts_keep_to_es2020() -> None:
    newer = {
        "logical assignment": r"(\?\?=|\|\|=|&&=)",
        "replaceAll": r"\.replaceAll\(",
        "at": r"\.at\(",
        "hasOwn": r"Object\.hasOwn\b",
        "findLast": r"\.findLast",
        "copying sorts": r"\.to(Sorted|Reversed|Spliced)\(",
        "numeric separator": r"\d_\d",
        "private member": r"\.#\w+|^\s*#\w+\s*[=(;]",
        "static block": r"static\s*\{",
        "grouping": r"\.groupBy\(",
        "structuredClone": r"structuredClone",
        "imports": r"^\s*(import|export)\b",
        "top-level await": r"^await\b",
    }
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not [name for name, pattern in newer.items() if re.search(pattern, text, re.MULTILINE)], path.name


def test_scripts_make_no_markup_and_run_no_text() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment"
        assert not re.findall(markup, text), path.name
        assert not re.findall(r"\beval\(|new Function|fetch\(|XMLHttpRequest|import\(|setTimeout\(['\"]", text), (
            path.name
        )
        assert "</script" not in text
        assert "<!--" not in text


def test_styles_hold_nothing_newer_than_chromium_90() -> None:
    rules = r"@container|@layer|@scope|@starting-style|@counter-style|subgrid|:has\(|:modal|:user-(in)?valid"
    values = (
        r"color-mix\(|\b(ok)?l(ch|ab)\(|\bhwb\(|\d[dsl]v[hwib]\b|accent-color|text-wrap|scrollbar-gutter|inert\b"
        r"|(?m:^|[;{])\s*(translate|rotate|scale|field-sizing|anchor-name|view-transition-name)\s*:"
    )
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(f"{rules}|{values}", text), path.name
        assert "@import" not in text
        assert "url(" not in text
        assert "</style" not in text
        blocks = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", r"\1", text)
        assert not re.search(r"\{[^{}]*\{", blocks), f"{path.name}: nested rules"
    assert text


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=lambda path: path.name)
def test_a_part_of_a_page_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
