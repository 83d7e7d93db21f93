"""The sheet that says how the lists were made: rules, parameters, sizes and hashes of the data, the back-test."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from chaingraph.facts.source_kinds import count_kinds
from chaingraph.labels import entries, text
from chaingraph.model.case import rows_of
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import SHEETS, TERMS
from chaingraph.model.schema import TABLES
from chaingraph.model.strategy import code_captions
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import names_by_id, run_day
from chaingraph.writers.cell_text import code_text, lines
from chaingraph.writers.workbook.frames import notes_by_chain

RULES = (
    "found", "states", "severity", "fill_mode", "pool", "order", "fit", "band", "reach", "propensity", "likelihood",
    "grade", "tiers", "unknown",
)  # fmt: skip
_ELSEWHERE = ("region", "as_of", "files", "strategy_titles", "left_out")  # parameters told otherwise
_Said = tuple[str, str, object, str | None]


def method(findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """How the lists were made, in words and numbers.

    Rules, terms of the fit, what the back-test found, in the region's own city too, the base rate, how many rows rest
    on which kind of source, parameters, input files with their sha256 (where
    ``findings.parameters`` holds ``files``), sizes of the tables, what each gate held back, notes.

    Returns
    -------
    DataFrame
        section, item, value, explanation.
    """
    parts = (
        _rules(lang),
        _backtest(lang),
        _trust(findings, graph, lang),
        _sources(findings, graph, lang),
        _parameters(findings, graph, lang),
        _files(findings),
        _counts(graph, lang),
        _dropped(findings, graph, lang),
        _notes(findings, graph, lang),
    )
    table = pd.DataFrame([row for part in parts for row in part], columns=list(SHEETS["method"].columns))
    table["section"] = [text(f"workbook.section_{section}", lang) for section in table["section"]]
    return table


@cache
def backtest_figures() -> dict[str, dict[str, Any]]:
    """What the shipped back-tests measured, by protocol, from ``library/backtest.toml``."""
    content = (files("chaingraph") / "library" / "backtest.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)


def _rules(lang: str) -> Iterator[_Said]:
    for rule in RULES:
        yield "rules", text(f"workbook.rule_{rule}", lang), None, text(f"workbook.method_{rule}", lang)
    for term in TERMS:
        yield "terms", code_text("term", term, lang), None, text(f"workbook.method_term_{term}", lang)


def _backtest(lang: str) -> Iterator[_Said]:
    for protocol, figures in backtest_figures().items():
        told = text(f"method.backtest_{protocol}", lang, **figures)
        yield "backtest", text(f"method.backtest_{protocol}_item", lang), figures["auroc"], told
    yield "backtest", text("method.backtest_not_item", lang), None, text("method.backtest_not", lang)


def _trust(findings: Findings, graph: ChainGraph, lang: str) -> Iterator[_Said]:
    names = names_by_id(graph, "chains", lang)
    for row in rows_of(findings.trust[lang]) if findings.trust else ():
        item = text(f"method.trust_{row['kind']}", lang)
        if isinstance(row["chain_id"], str):
            item = f"{item} · {names.get(row['chain_id'], row['chain_id'])}"
        yield "trust", item, None if pd.isna(row["value"]) else round(row["value"], 4), row["exact"]


def _sources(findings: Findings, graph: ChainGraph, lang: str) -> Iterator[_Said]:
    """What each kind of source means and how many rows rest on it; then the same by chain."""
    rows = pd.concat([findings.targets[lang], findings.leader_targets[lang]], ignore_index=True)
    if "source_kind" not in rows:
        return
    for row in rows_of(count_kinds(rows, ())):
        kind = row["source_kind"]
        yield "sources", code_text("source_kind", kind, lang), row["rows"], code_text("source_kind_note", kind, lang)
    names, comma = names_by_id(graph, "chains", lang), "、" if lang == "zh" else ", "
    for chain_id, held in count_kinds(rows).groupby("chain_id"):
        told = [f"{code_text('source_kind', kind, lang)} {count}" for _, kind, count in held.itertuples(index=False)]
        item = text("method.sources_of", lang, chain=names.get(str(chain_id), str(chain_id)))
        yield "sources", item, int(held["rows"].sum()), comma.join(told)


def _parameters(findings: Findings, graph: ChainGraph, lang: str) -> Iterator[_Said]:
    yield "parameters", text("workbook.region", lang), place_text(findings.region, lang), None
    yield "parameters", text("workbook.as_of", lang), run_day(findings.data_date, findings.as_of, lang), None
    chains = names_by_id(graph, "chains", lang)
    held = {name: value for name, value in findings.parameters.items() if name not in _ELSEWHERE}
    for item, value in _flat(held):
        if item.partition(".")[0] in ("strategies", "strategy") and isinstance(value, str):
            titles = code_captions(lang, findings.parameters)
            value = text("method.strategy_auto", lang) if value == "auto" else titles.get(f"strategy_{value}", value)
        if item == "reference_kind":
            value = text(f"method.reference_{value}", lang)
        yield "parameters", _parameter(item, chains, lang), value, None
    left_out = findings.parameters.get("left_out")
    for row in left_out if isinstance(left_out, Sequence) else ():
        caption = TABLES[row["table"]].name_zh if lang == "zh" else row["table"]
        yield (
            "parameters",
            text("method.left_out", lang, table=caption),
            row["kept"],
            text("method.left_out_why", lang, **row),
        )


def _parameter(item: str, chains: Mapping[str, str], lang: str) -> str:
    """What a parameter is called; one that nobody named keeps its own name."""
    head, _, last = item.rpartition(".")
    if head == "gap_rules.state":
        return text("method.severity_of", lang, state=code_text("state", last, lang))
    if head == "strategies":
        return text("method.strategy_of", lang, chain=chains.get(last, last))
    return entries("method", lang).get(f"parameter_{last}", item)


def _files(findings: Findings) -> Iterator[_Said]:
    held = findings.parameters.get("files")
    for file in held if isinstance(held, Sequence) else ():
        name, table = str(file["file"]), str(file.get("table") or "")
        yield "files", name if table in name else f"{name} · {table}", file.get("rows"), f"sha256 {file['sha256']}"


def _counts(graph: ChainGraph, lang: str) -> Iterator[_Said]:
    for name, table in TABLES.items():
        if len(graph[name]):
            caption = table.name_zh if lang == "zh" else name.replace("_", " ")
            yield "counts", caption, len(graph[name]), table.note_zh if lang == "zh" else table.note


def _dropped(findings: Findings, graph: ChainGraph, lang: str) -> Iterator[_Said]:
    names = names_by_id(graph, "chains", lang)
    comma = "、" if lang == "zh" else ", "
    for row in rows_of(findings.dropped):
        gate = f"{names.get(row['chain_id'], str(row['chain_id']))}: {code_text('gate', str(row['gate']), lang)}"
        yield "dropped", gate, row["count"], comma.join((lines(row["firms"]) or "").split("\n")) or None


def _notes(findings: Findings, graph: ChainGraph, lang: str) -> Iterator[_Said]:
    names = names_by_id(graph, "chains", lang)
    for chain_id, notes in notes_by_chain(findings, lang).items():
        for note in notes:
            yield "notes", names.get(str(chain_id), text("workbook.all_chains", lang)), None, note


def _flat(value: object, head: str = "") -> Iterator[tuple[str, object]]:
    """Nested parameters as pairs of dotted name and plain value, in the order given."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            yield from _flat(held, f"{head}.{key}" if head else str(key))
    elif (
        isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(item, Mapping) for item in value)
    ):
        for number, held in enumerate(value, start=1):
            yield from _flat(held, f"{head}.{number}")
    elif isinstance(value, (set, frozenset)):
        yield head, ", ".join(sorted(map(str, value)))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield head, ", ".join(map(str, value))
    elif value is None or isinstance(value, (str, bool, int, float)):
        yield head, value
    else:
        yield head, str(value)
